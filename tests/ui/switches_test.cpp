// SPDX-License-Identifier: MIT
// Switches of the View menu that are remembered.
#include <QMenu>
#include <QSettings>
#include <QTemporaryDir>

#include "app/switches.h"
#include "ui/message_view.h"
#include "window_fixture.h"

using namespace phidelity;

class SwitchesTest : public WindowFixture {
    Q_OBJECT

    QTemporaryDir m_home;

    void remember() {
        rememberSwitch(*m_window, QStringLiteral("actionArithmetic"),
                       QStringLiteral("chat/arithmetic"));
    }
    qsizetype marks() {
        type(QStringLiteral("Add."));
        answer(QStringLiteral(" 12 * 8 = 95."));
        m_window->grab();
        return m_window->page()->view()->checks(1).size();
    }

private slots:
    void initTestCase() {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_home.path());
        registerEngineMessages();
    }

    void marksOfArithmeticAreSwitchedOffAndStayOff() {
        remember();
        QCOMPARE(marks(), 1);
        auto* menu = find<QMenu>("viewMenu");
        menu->popup(QPoint());
        menu->setActiveAction(find<QAction>("actionArithmetic"));
        QTest::keyClick(menu, Qt::Key_Return);
        settle();
        m_window->grab();
        QCOMPARE(m_window->page()->view()->checks(1).size(), 0);
        // At the next start.
        cleanup();
        init();
        remember();
        QVERIFY(!find<QAction>("actionArithmetic")->isChecked());
        QCOMPARE(marks(), 0);
        trigger("actionArithmetic");
        m_window->grab();
        QCOMPARE(m_window->page()->view()->checks(1).size(), 1);
    }
};

QTEST_MAIN(SwitchesTest)
#include "switches_test.moc"
