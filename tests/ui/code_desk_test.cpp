// SPDX-License-Identifier: MIT
// The code page in the window: completion by the demo model, code run in the sandbox.
#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include "app/code_desk.h"
#include "app/run_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/code/code_edit.h"
#include "ui/main_window.h"

using namespace phidelity;

class CodeDeskTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ChatController> m_controller;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<EngineThread> m_engine;
    std::unique_ptr<RunDesk> m_runs;
    std::unique_ptr<CodeDesk> m_desk;
    CodePage* m_page = nullptr;

    CodeEdit* edit() { return m_page->edit(); }
    QString said() { return m_page->findChild<QLabel*>(QStringLiteral("codeSaid"))->text(); }
    void picture(const char* name) {
        // For the eye, where a folder is named.
        const QString folder = qEnvironmentVariable("PHIDELITY_PICTURES");
        if (!folder.isEmpty()) {
            m_window->grab().save(folder + u'/' + QLatin1String(name));
        }
    }

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, QDir::tempPath());
        registerEngineMessages();
        applyAppearance(*qApp, qEnvironmentVariableIsSet("PHIDELITY_DARK") ? Appearance::Dark
                                                                           : Appearance::Light);
        m_controller = std::make_unique<ChatController>();
        m_window = std::make_unique<MainWindow>();
        m_engine = std::make_unique<EngineThread>();
        connectWindow(*m_window, *m_controller);
        connectEngine(m_engine->engine(), *m_controller);
        m_runs = std::make_unique<RunDesk>(m_window.get());
        m_page = addCode(*m_window, *m_runs);
        m_desk = std::make_unique<CodeDesk>(m_page, m_controller->models());
        connectCode(m_engine->engine(), *m_desk);
        m_controller->newConversation();
        m_window->resize(qEnvironmentVariableIntValue("PHIDELITY_WIDTH") > 0
                             ? QSize(qEnvironmentVariableIntValue("PHIDELITY_WIDTH"), 480)
                             : QSize(1280, 800));
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QSignalSpy opened(m_controller->models(), &ModelDesk::opened);
        m_controller->models()->setDevice(QStringLiteral("cpu"), 1);
        m_controller->models()->open({});
        QVERIFY(!opened.isEmpty() || opened.wait(30000));
        m_window->showPage(QStringLiteral("code"));
        QVERIFY(edit()->isVisible());
    }
    void cleanupTestCase() {
        m_engine.reset();
        m_desk.reset();
        m_window.reset();
        m_runs.reset();
        m_controller.reset();
    }
    void init() {
        edit()->setPlainText(QStringLiteral("def is_prime(n):\n    \"\"\"Return True if n is a "
                                            "prime number.\"\"\"\n    if n < 2:\n "
                                            "       return False\n    for divisor in range(2, "
                                            "n):\n        if n % divisor == 0:\n   "
                                            "         return "));
        edit()->moveCursor(QTextCursor::End);
        edit()->setFocus();
        QCoreApplication::processEvents();
    }

    void theModelCompletesAtTheCursor() {
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(said().contains(QStringLiteral("probability")), 30000);
        const QString ghost = edit()->ghost();
        QVERIFY2(!ghost.trimmed().isEmpty(), qPrintable(said()));
        picture("code-ghost.png");
        const QString before = edit()->toPlainText();
        QTest::keyClick(edit(), Qt::Key_Tab);
        QCOMPARE(edit()->toPlainText(), before + ghost);
        edit()->undo();
        QCOMPARE(edit()->toPlainText(), before);
    }

    void alternativesAreWrittenSideBySide() {
        QSignalSpy runs(m_desk.get(), &CodeDesk::generateRequested);
        QSignalSpy batches(m_desk.get(), &CodeDesk::samplesRequested);
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(said().contains(QStringLiteral("probability")), 30000);
        const QString first = edit()->ghost();
        QTest::keyClick(edit(), Qt::Key_BracketRight, Qt::AltModifier);
        QTRY_VERIFY_WITH_TIMEOUT(said().contains(QStringLiteral("probability")) ||
                                     said().contains(QStringLiteral("no other way")),
                                 30000);
        QCOMPARE(runs.size(), 1);
        QCOMPARE(batches.size(), 1);
        const auto request = batches.first().first().value<SamplesRequest>();
        QCOMPARE(request.wishes.size(), 3);
        QVERIFY(request.wishes.at(0).settings.seed != request.wishes.at(1).settings.seed);
        QCOMPARE(request.prompt, runs.first().first().value<GenerateRequest>().prompt);
        if (said().contains(QStringLiteral("probability"))) {
            QVERIFY(edit()->ghost() != first);
            QTest::keyClick(edit(), Qt::Key_BracketLeft, Qt::AltModifier);
            QCOMPARE(edit()->ghost(), first);
        }
    }

    void aRequestCanBeTakenBackAtOnce() {
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        QVERIFY(said().contains(QStringLiteral("Completing")));
        QTest::keyClick(edit(), Qt::Key_Left);
        QTest::qWait(1500);
        QVERIFY(edit()->ghost().isEmpty());
    }

    void codeIsRunAndWhatItPrintedIsShown() {
        if (!findSandboxTools().complete()) {
            QSKIP("no bubblewrap here");
        }
        edit()->setPlainText(QStringLiteral("print(6 * 7)\nassert 6 * 7 == 42\n"));
        QTest::keyClick(edit(), Qt::Key_F5);
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("runDialog"));
        QVERIFY(dialog && dialog->isVisible());
        if (!qEnvironmentVariable("PHIDELITY_PICTURES").isEmpty()) {
            dialog->grab().save(qEnvironmentVariable("PHIDELITY_PICTURES") +
                                QStringLiteral("/run-dialog.png"));
        }
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("runAccept")),
                          Qt::LeftButton);
        auto* status = m_page->findChild<QLabel*>(QStringLiteral("codeOutputStatus"));
        QTRY_VERIFY_WITH_TIMEOUT(!status->text().isEmpty() &&
                                     !status->text().contains(QStringLiteral("Running")),
                                 15000);
        if (status->text().contains(QStringLiteral("sandbox"))) {
            QSKIP("this system makes no sandboxes");
        }
        QVERIFY2(status->text().contains(QStringLiteral("1 passed")), qPrintable(status->text()));
        QCOMPARE(m_page->findChild<QPlainTextEdit*>(QStringLiteral("codeOutput"))->toPlainText(),
                 QStringLiteral("42"));
        QTest::keyClick(edit(), Qt::Key_H, Qt::ControlModifier);
        QCoreApplication::processEvents();
        picture("code-run.png");
    }
};

QTEST_MAIN(CodeDeskTest)
#include "code_desk_test.moc"
