// SPDX-License-Identifier: MIT
// Commands on a selection in the window: asked of the demo model by keys, menus and the palette.
#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/code_command_desk.h"
#include "app/code_desk.h"
#include "app/run_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/code/answer_pane.h"
#include "ui/code/code_commands.h"
#include "ui/code/code_edit.h"
#include "ui/code/diff_view.h"
#include "ui/main_window.h"

using namespace phidelity;

class CodeCommandDeskTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<ChatController> m_controller;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<EngineThread> m_engine;
    std::unique_ptr<RunDesk> m_runs;
    std::unique_ptr<CodeDesk> m_desk;
    std::unique_ptr<CodeCommandDesk> m_commands;
    CodePage* m_page = nullptr;

    CodeEdit* edit() { return m_page->edit(); }
    AnswerPane* pane() { return m_page->commands()->pane(); }
    DiffView* diff() { return pane()->diff(); }
    /// The answer has ended: there is something else to be had.
    bool ended() {
        return m_window->findChild<QAction*>(QStringLiteral("actionAnswerAgain"))->isEnabled();
    }
    void key(int key, Qt::KeyboardModifiers with) {
        QTest::keyClick(edit(), static_cast<Qt::Key>(key), with);
    }
    static constexpr auto kCtrlAlt = Qt::ControlModifier | Qt::AltModifier;

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
        registerEngineMessages();
        applyAppearance(*qApp, Appearance::Light);
        m_controller = std::make_unique<ChatController>();
        m_window = std::make_unique<MainWindow>();
        m_engine = std::make_unique<EngineThread>();
        connectWindow(*m_window, *m_controller);
        connectEngine(m_engine->engine(), *m_controller);
        m_runs = std::make_unique<RunDesk>(m_window.get());
        m_page = addCode(*m_window, *m_runs);
        m_desk = std::make_unique<CodeDesk>(m_page, m_controller->models());
        connectCode(m_engine->engine(), *m_desk);
        m_commands = std::make_unique<CodeCommandDesk>(
            m_page, m_controller->models(), m_folder.filePath(QStringLiteral("own.json")));
        connectCodeCommands(m_engine->engine(), *m_commands);
        m_controller->newConversation();
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->showPage(QStringLiteral("code"));
    }
    void cleanupTestCase() {
        m_engine.reset();
        m_commands.reset();
        m_desk.reset();
        m_window.reset();
        m_runs.reset();
        m_controller.reset();
    }
    void init() {
        edit()->setPlainText(
            QStringLiteral("def is_prime(n):\n    if n < 2:\n        return False\n    for divisor "
                           "in range(2, n):\n        if n % divisor == 0:\n            return "
                           "False\n    return True\n\nx = 1\n"));
        edit()->moveCursor(QTextCursor::Start);
        edit()->setFocus();
        QCoreApplication::processEvents();
    }

    void withoutAModelASentenceSaysSo() {
        key(Qt::Key_E, kCtrlAlt);
        QVERIFY2(pane()->sentence().contains(QStringLiteral("No model is open")),
                 qPrintable(pane()->sentence()));
        QSignalSpy opened(m_controller->models(), &ModelDesk::opened);
        m_controller->models()->setDevice(QStringLiteral("cpu"), 1);
        m_controller->models()->open({});
        QVERIFY(!opened.isEmpty() || opened.wait(60000));
    }

    void theModelExplainsTheFunctionAroundTheCursor() {
        QSignalSpy asked(m_commands.get(), &CodeCommandDesk::generateRequested);
        key(Qt::Key_E, kCtrlAlt);
        QCOMPARE(asked.size(), 1);
        const auto request = asked.first().first().value<GenerateRequest>();
        QVERIFY(request.prompt.startsWith(QStringLiteral(
            "Instruct: Explain what the following Python code does.\n\ndef is_prime")));
        QVERIFY(request.prompt.endsWith(QStringLiteral("return True\nOutput:")));
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
        QVERIFY2(!pane()->text().isEmpty() ||
                     pane()->sentence().contains(QStringLiteral("nothing to say")),
                 qPrintable(pane()->sentence()));
    }

    void aDocstringIsWrittenTakenAndUndone() {
        const QString before = edit()->toPlainText();
        key(Qt::Key_D, kCtrlAlt);
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
        QCOMPARE(diff()->changes().size(), 1);
        QVERIFY(diff()->changes().first().change.removed.isEmpty());
        key(Qt::Key_Return, Qt::AltModifier);
        QVERIFY2(edit()->toPlainText().startsWith(QStringLiteral("def is_prime(n):\n    \"\"\"")),
                 qPrintable(edit()->toPlainText()));
        QVERIFY(edit()->toPlainText().endsWith(before.mid(before.indexOf(u'\n') + 1)));
        key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(edit()->toPlainText(), before);
    }

    void testsComeBelowTheFunction() {
        key(Qt::Key_U, kCtrlAlt);
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
        if (diff()->changes().isEmpty()) {
            QVERIFY(pane()->sentence().contains(QStringLiteral("nothing to say")));
            return;
        }
        QVERIFY(diff()->toPlainText().contains(QStringLiteral("+ def test_is_prime():")));
        QVERIFY(diff()->changes().first().change.removed.isEmpty());
    }

    void anotherAnswerIsAnotherOne() {
        QSignalSpy asked(m_commands.get(), &CodeCommandDesk::generateRequested);
        key(Qt::Key_D, kCtrlAlt);
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
        QTest::mouseClick(m_page->findChild<QToolButton*>(QStringLiteral("answerAgain")),
                          Qt::LeftButton);
        QCOMPARE(asked.size(), 2);
        const auto first = asked.at(0).first().value<GenerateRequest>();
        const auto second = asked.at(1).first().value<GenerateRequest>();
        QCOMPARE(second.prompt, first.prompt);
        QCOMPARE(first.settings.temperature, 0.0);
        QVERIFY(second.settings.temperature > 0);
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
    }

    void aNewCommandStopsTheOneThatRuns() {
        QSignalSpy asked(m_commands.get(), &CodeCommandDesk::generateRequested);
        key(Qt::Key_E, kCtrlAlt);
        const auto first = asked.at(0).first().value<GenerateRequest>();
        key(Qt::Key_D, kCtrlAlt);
        QVERIFY(first.stop->load());
        QVERIFY(!asked.at(1).first().value<GenerateRequest>().stop->load());
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
        QVERIFY(m_page->findChild<QLabel*>(QStringLiteral("answerTitle"))
                    ->text()
                    .startsWith(QStringLiteral("Docstring")));
    }

    void ofALongFileWhatFitsIsShownToTheModel() {
        QString text;
        for (int line = 0; line < 4000; ++line) {
            text += QStringLiteral("value_%1 = compute(%1, other=%2)\n").arg(line).arg(line * 7);
        }
        edit()->setPlainText(text + QStringLiteral("last = "));
        edit()->moveCursor(QTextCursor::End);
        QSignalSpy asked(m_commands.get(), &CodeCommandDesk::generateRequested);
        key(Qt::Key_Return, kCtrlAlt);
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 120000);
        const auto request = asked.last().first().value<GenerateRequest>();
        QVERIFY(request.prompt.endsWith(QStringLiteral("\nlast = ")));
        QVERIFY(request.prompt.size() < text.size());
        QVERIFY2(!pane()->sentence().startsWith(u'⚠'), qPrintable(pane()->sentence()));
        auto* leftOut = m_page->findChild<QLabel*>(QStringLiteral("answerLeftOut"));
        QVERIFY(leftOut->isVisible());
        QVERIFY2(leftOut->text().contains(QStringLiteral("of the 4,000 lines")),
                 qPrintable(leftOut->text()));
    }

    void aSelectionThatIsTooLongIsRefusedInASentence() {
        QString text;
        for (int line = 0; line < 600; ++line) {
            text += QStringLiteral("value_%1 = compute(%1, other=%2)\n").arg(line).arg(line * 7);
        }
        edit()->setPlainText(text);
        edit()->selectAll();
        key(Qt::Key_E, kCtrlAlt);
        QTRY_VERIFY_WITH_TIMEOUT(pane()->sentence().contains(QStringLiteral("too long")), 60000);
        QVERIFY(pane()->sentence().contains(QStringLiteral("Select less")));
        QCOMPARE(edit()->toPlainText(), text);
    }

    void thePaletteHasTheCommands() {
        m_page->commands()->setOwnCommands({{QStringLiteral("7"), QStringLiteral("Rhyme about it"),
                                             QStringLiteral("Write a rhyme about {selection}"),
                                             CommandPrompt::Instruction, AnswerPlace::Text, 8}});
        QSignalSpy asked(m_commands.get(), &CodeCommandDesk::generateRequested);
        for (const char* name : {"explain", "docstring", "rhyme"}) {
            key(Qt::Key_K, Qt::ControlModifier);
            auto* field = m_window->findChild<QLineEdit*>(QStringLiteral("commandSearch"));
            QVERIFY(field && field->isVisible());
            QTest::keyClicks(field, QLatin1String(name));
            QTest::keyClick(field, Qt::Key_Return);
            QCoreApplication::processEvents();
        }
        QCOMPARE(asked.size(), 3);
        QVERIFY(asked.last().first().value<GenerateRequest>().prompt.contains(
            QStringLiteral("Write a rhyme about def is_prime")));
        QTRY_VERIFY_WITH_TIMEOUT(ended(), 60000);
    }

    void escapeStopsWithinTheWindow() {
        key(Qt::Key_E, kCtrlAlt);
        QVERIFY2(
            !ended(),
            qPrintable(pane()->sentence() + QApplication::focusWidget()->objectName() +
                       (QApplication::activeWindow() ? QApplication::activeWindow()->objectName()
                                                     : "none")));
        key(Qt::Key_Escape, Qt::NoModifier);
        QVERIFY(ended());
        QVERIFY(pane()->isVisible());
        key(Qt::Key_Escape, Qt::NoModifier);
        QVERIFY(!pane()->isVisible());
    }

    void ownCommandsAreThereTheNextTime() {
        emit m_page->commands()->ownCommandsChanged(m_page->commands()->ownCommands());
        CodePage other(m_folder.filePath(QStringLiteral("swap")));
        const CodeCommandDesk desk(&other, m_controller->models(),
                                   m_folder.filePath(QStringLiteral("own.json")));
        QCOMPARE(other.commands()->ownCommands(), m_page->commands()->ownCommands());
    }
};

QTEST_MAIN(CodeCommandDeskTest)
#include "code_command_desk_test.moc"
