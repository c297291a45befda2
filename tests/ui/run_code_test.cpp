// SPDX-License-Identifier: MIT
// Running a reply's Python: nothing runs unasked, and what it says stands under it.
#include <QAction>
#include <QCheckBox>
#include <QDialog>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>

#include "app/run_desk.h"
#include "ui/message_view.h"
#include "window_fixture.h"

using namespace phidelity;

class RunCodeTest : public WindowFixture {
    Q_OBJECT

    std::unique_ptr<RunDesk> m_desk;

    MessageView* view() { return m_window->page()->view(); }
    void clickRun() {
        const QRect button = view()->runButtonRect(1, 0);
        QVERIFY(view()->viewport()->rect().contains(button));
        QTest::mouseClick(view()->viewport(), Qt::LeftButton, {}, button.center());
        settle();
    }
    QDialog* dialog() { return m_window->findChild<QDialog*>(QStringLiteral("runDialog")); }
    int rowHeight() { return view()->rowRect(1).height(); }

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        WindowFixture::initTestCase();
    }
    void init() {
        QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("phidelity"),
                  QStringLiteral("phidelity"))
            .remove(QStringLiteral("run/withoutAsking"));
        WindowFixture::init();
        m_desk = std::make_unique<RunDesk>(m_window.get());
        connectRuns(*m_window, *m_desk);
        type(QStringLiteral("Code?"));
        answer(QStringLiteral(" Here:\n\n```python\nprint('hello')\nassert 1 + 1 == 2\n```\n"));
        view()->grab();
    }
    void cleanup() {
        m_desk.reset();
        WindowFixture::cleanup();
    }

    void itAsksAndRunsNothingWhenRefused() {
        const int height = rowHeight();
        clickRun();
        QVERIFY(dialog() && dialog()->isVisible());
        QTest::keyClick(dialog(), Qt::Key_Return); // the default is to cancel
        settle();
        QTRY_VERIFY(!dialog());
        QCOMPARE(rowHeight(), height);
        clickRun();
        QVERIFY(dialog());
        QTest::keyClick(dialog(), Qt::Key_Escape);
    }

    void whatItPrintedAndCheckedStandsUnderIt() {
        if (!findSandboxTools().complete()) {
            QSKIP("no bubblewrap here");
        }
        const int height = rowHeight();
        clickRun();
        QTest::mouseClick(dialog()->findChild<QPushButton*>(QStringLiteral("runAccept")),
                          Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(
            !noteText().isEmpty() && !noteText().contains(QStringLiteral("Running")), 15000);
        if (noteText().contains(QStringLiteral("sandbox"))) {
            QSKIP("this system makes no sandboxes");
        }
        QVERIFY2(noteText().contains(QStringLiteral("Ended")), qPrintable(noteText()));
        QVERIFY2(noteText().contains(QStringLiteral("1 passed")), qPrintable(noteText()));
        QVERIFY(rowHeight() > height);
        // Asked again for the next run.
        clickRun();
        QVERIFY(dialog() && dialog()->isVisible());
    }

    void itIsNotAskedAgainOnceTold() {
        if (!findSandboxTools().complete()) {
            QSKIP("no bubblewrap here");
        }
        QVERIFY(m_desk->askAction()->isChecked());
        clickRun();
        auto* always = dialog()->findChild<QCheckBox*>(QStringLiteral("runAlways"));
        QTest::mouseClick(always, Qt::LeftButton, {}, QPoint(10, always->height() / 2));
        QVERIFY(always->isChecked());
        QTest::mouseClick(dialog()->findChild<QPushButton*>(QStringLiteral("runAccept")),
                          Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(
            !noteText().isEmpty() && !noteText().contains(QStringLiteral("Running")), 15000);
        QTRY_VERIFY(!dialog());
        QVERIFY(!m_desk->askAction()->isChecked());
        clickRun();
        QVERIFY(!dialog());
        const RunDesk again(m_window.get()); // the next start
        QVERIFY(!again.askAction()->isChecked());
    }

    void theMenuTurnsTheQuestionOnAgain() {
        if (!findSandboxTools().complete()) {
            QSKIP("no bubblewrap here");
        }
        m_desk->askAction()->trigger();
        QVERIFY(!m_desk->askAction()->isChecked());
        clickRun();
        QVERIFY(!dialog());
        QTRY_VERIFY_WITH_TIMEOUT(
            !noteText().isEmpty() && !noteText().contains(QStringLiteral("Running")), 15000);
        m_desk->askAction()->trigger();
        clickRun();
        QVERIFY(dialog() && dialog()->isVisible());
        const RunDesk again(m_window.get()); // the next start
        QVERIFY(again.askAction()->isChecked());
    }

    void aRunThatIsClickedAgainStops() {
        if (!findSandboxTools().complete()) {
            QSKIP("no bubblewrap here");
        }
        type(QStringLiteral("And for ever?"));
        answer(
            QStringLiteral(" So:\n\n```python\nassert True\nprint('on')\nwhile True: pass\n```\n"));
        view()->grab();
        const auto click = [this] {
            QTest::mouseClick(view()->viewport(), Qt::LeftButton, {},
                              view()->runButtonRect(3, 0).center());
            settle();
        };
        const auto note = [this] { return view()->codeNoteText(3, 0); };
        click();
        QVERIFY(dialog());
        QTest::mouseClick(dialog()->findChild<QPushButton*>(QStringLiteral("runAccept")),
                          Qt::LeftButton);
        settle();
        QVERIFY2(note().contains(QStringLiteral("Running")), qPrintable(note()));
        QTRY_VERIFY(!dialog());
        QTest::qWait(300);
        click(); // stops it, asks nothing
        QVERIFY(!dialog());
        QTRY_VERIFY_WITH_TIMEOUT(!note().contains(QStringLiteral("Running")), 15000);
        if (note().contains(QStringLiteral("sandbox"))) {
            QSKIP("this system makes no sandboxes");
        }
        QVERIFY2(note().contains(QStringLiteral("Stopped")), qPrintable(note()));
    }

    void withoutTheSandboxNothingRunsAndItSaysWhatToInstall() {
        SandboxTools none;
        none.problem = QStringLiteral("Install it: sudo apt install bubblewrap");
        m_desk->setTools(none);
        clickRun();
        QVERIFY(!dialog());
        QVERIFY(noteText().contains(QStringLiteral("apt install bubblewrap")));
    }

private:
    QString noteText() { return view()->codeNoteText(1, 0); }
};

QTEST_MAIN(RunCodeTest)
#include "run_code_test.moc"
