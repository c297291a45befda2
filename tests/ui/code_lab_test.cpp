// SPDX-License-Identifier: MIT
// The sampling lab beside the code page: real keys, the real engine, the demo model.
#include "code_program.h"
#include "ui/lab/distribution_view.h"
#include "ui/number_field.h"
#include "ui/settings_panel.h"

using namespace phidelity;

class CodeLabTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_home.path());
        registerEngineMessages();
    }
    void init() {
        QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("phidelity"),
                  QStringLiteral("phidelity"))
            .clear();
    }

    void theChancesFollowTheCursor() {
        CodeProgram program;
        program.write(QStringLiteral("import math\n\ndef area(radius):\n    return math"));
        program.window.showPanel(QStringLiteral("lab"));
        const auto shown = [&] { return program.lab->panel()->distribution()->distribution(); };
        QTRY_VERIFY_WITH_TIMEOUT(shown().text.endsWith(QStringLiteral("return math")), 30000);
        QVERIFY(!shown().steps.isEmpty());
        program.edit()->setFocus();
        QTest::keyClicks(program.edit(), QStringLiteral(".pi"));
        QTRY_VERIFY_WITH_TIMEOUT(shown().text.endsWith(QStringLiteral("math.pi")), 30000);
        QTest::keyClick(program.edit(), Qt::Key_Up);
        QTest::keyClick(program.edit(), Qt::Key_End);
        QTRY_VERIFY_WITH_TIMEOUT(shown().text.endsWith(QStringLiteral("area(radius):")), 30000);
    }

    void completionsHaveSettingsOfTheirOwnWhichAreRemembered() {
        GenerationSettings ofReplies;
        {
            CodeProgram program;
            ofReplies = program.window.settings()->settings();
            program.window.showPanel(QStringLiteral("lab"));
            QCOMPARE(program.lab->panel()->settings().temperature, 0.0);
            QVERIFY(program.label("labSubject").contains(QStringLiteral("code")));
            QVERIFY(!program.window.settings()->isVisible());
            auto* slider = program.lab->panel()->findChild<QAbstractSlider*>(
                QStringLiteral("labTemperatureSlider"));
            QVERIFY(slider);
            slider->setFocus();
            QTest::keyClick(slider, Qt::Key_Right);
            const double warm = program.lab->panel()->settings().temperature;
            QVERIFY(warm > 0);
            QSignalSpy asked(program.desk.get(), &CodeDesk::generateRequested);
            program.write(QStringLiteral("def f(x):\n    return"));
            QTest::keyClick(program.edit(), Qt::Key_Space, Qt::ControlModifier);
            QCOMPARE(asked.size(), 1);
            QCOMPARE(asked.first().first().value<GenerateRequest>().settings.temperature, warm);
            // Those of replies are as they were, and shown beside the chat.
            QCOMPARE(program.window.settings()->settings(), ofReplies);
            program.window.showPage(QStringLiteral("chat"));
            QCOMPARE(program.lab->panel()->settings(), ofReplies);
            program.window.showPage(QStringLiteral("code"));
            QCOMPARE(program.lab->panel()->settings().temperature, warm);
        }
        CodeProgram next;
        QVERIFY(next.lab->panel()->settings().temperature > 0);
        QCOMPARE(next.window.settings()->settings(), ofReplies);
    }

private:
    QTemporaryDir m_home;
};

QTEST_MAIN(CodeLabTest)
#include "code_lab_test.moc"
