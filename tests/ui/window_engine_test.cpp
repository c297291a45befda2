// SPDX-License-Identifier: MIT
// The whole program but for main(): real clicks, the real engine, the embedded demo model.
#include <limits>

#include <QAbstractButton>
#include <QApplication>
#include <QElapsedTimer>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTest>

#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "ui/chat_page.h"
#include "ui/main_window.h"
#include "ui/message_model.h"

using namespace phidelity;

class WindowEngineTest : public QObject {
    Q_OBJECT

    struct Program {
        ChatController controller;
        MainWindow window;
        std::unique_ptr<EngineThread> engine = std::make_unique<EngineThread>();

        Program() {
            connectWindow(window, controller);
            connectEngine(engine->engine(), controller);
            controller.newConversation();
            window.show();
            GenerationSettings settings;
            settings.temperature = 0;
            settings.maxTokens = 48;
            controller.setSettings(settings);
            controller.models()->open({});
        }
        MessageModel* messages() { return window.page()->messages(); }
        QPlainTextEdit* edit() {
            return window.findChild<QPlainTextEdit*>(QStringLiteral("composerEdit"));
        }
        bool ended(int row) {
            return messages()->rowCount() > row &&
                   messages()->at(row).state != MessageState::Writing &&
                   messages()->at(row).state != MessageState::Waiting;
        }
    };

    static void settleAfter(Program& program) {
        QTRY_VERIFY_WITH_TIMEOUT(program.ended(program.messages()->rowCount() - 1), 5000);
    }

private slots:
    void initTestCase() { registerEngineMessages(); }

    void theDemoModelAnswersInTheWindow() {
        Program program;
        QTest::keyClicks(program.edit(), QStringLiteral("Hello! Who are you?"));
        QTest::keyClick(program.edit(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(program.ended(1), 60000);
        const Message reply = program.messages()->at(1);
        QVERIFY2(reply.state != MessageState::Failed, qPrintable(reply.problem));
        QVERIFY(!shownText(reply).trimmed().isEmpty());
        QVERIFY(
            !program.window.findChild<QLabel*>(QStringLiteral("statusActivity"))->text().isEmpty());
    }

    void escapeStopsTheRealEngine() {
        Program program;
        GenerationSettings settings;
        settings.maxTokens = 0;
        settings.temperature = 1.5;
        program.controller.setSettings(settings);
        program.controller.setFormat(FormatId::Raw);
        QTest::keyClicks(program.edit(), QStringLiteral("Once upon a time"));
        QTest::keyClick(program.edit(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(
            program.messages()->rowCount() == 2 &&
                (!program.messages()->at(1).text.isEmpty() || program.ended(1)),
            60000);
        QTest::keyClick(program.edit(), Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(program.ended(1), 5000);
    }

    void thePromptViewTellsWhatTheEngineThenReads() {
        Program program;
        QList<PromptPreview> shown;
        QList<GenerationEnded> ended;
        QObject::connect(program.controller.prompt(), &PromptDesk::promptShown, &program.window,
                         [&](PromptOccasion, const PromptPreview& preview) { shown << preview; });
        QObject::connect(&program.engine->engine(), &Engine::generationEnded, &program.window,
                         [&](const GenerationEnded& end) { ended << end; });
        const auto showsTokens = [&](const QString& end) {
            return !shown.isEmpty() && !shown.last().tokens.isEmpty() &&
                   shown.last().prompt.endsWith(end);
        };
        for (const QString& question :
             {QStringLiteral("Hello! Who are you?"), QStringLiteral("And what is 2 + 2?")}) {
            QTest::keyClicks(program.edit(), question);
            QTRY_VERIFY_WITH_TIMEOUT(showsTokens(question + QStringLiteral("\nBob:")), 60000);
            const PromptPreview preview = shown.last();
            QByteArray text;
            for (const PromptToken& token : preview.tokens) {
                text += token.text;
            }
            QCOMPARE(QString::fromUtf8(text), preview.prompt);
            ended.clear();
            QTest::keyClick(program.edit(), Qt::Key_Return);
            QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 60000);
            QCOMPARE(ended.last().promptTokens, static_cast<int>(preview.tokens.size()));
            QCOMPARE(ended.last().reusedTokens, preview.cached);
            settleAfter(program);
        }
        QVERIFY(ended.last().reusedTokens > 10); // the first turn was in the cache
    }

    void aConversationThatOutgrowsTheRealContextIsAsked() {
        Program program;
        const QString filler = QStringLiteral("one two three four five ").repeated(60);
        GenerationSettings settings;
        settings.temperature = 0;
        settings.maxTokens = 8;
        program.controller.setSettings(settings);
        QList<ContextQuestion> questions;
        QObject::connect(&program.controller, &ChatController::contextAsked, &program.window,
                         [&](const ContextQuestion& question) { questions << question; });
        while (questions.isEmpty() && program.messages()->rowCount() < 40) {
            const int reply = program.messages()->rowCount() + 1;
            emit program.window.submitted(filler);
            QTRY_VERIFY_WITH_TIMEOUT(program.ended(reply), 60000);
        }
        QCOMPARE(questions.size(), 1);
        QVERIFY(questions.front().promptTokens + 8 > questions.front().context);
        QVERIFY(questions.front().messages > 0);
        auto* drop = program.window.findChild<QAbstractButton*>(QStringLiteral("contextDrop"));
        QTest::mouseClick(drop, Qt::LeftButton);
        const int last = program.messages()->rowCount() - 1;
        QTRY_VERIFY_WITH_TIMEOUT(program.ended(last), 60000);
        QCOMPARE(questions.size(), 1); // what was counted to fit did fit
        QVERIFY(program.messages()->at(last).state != MessageState::ContextFull);
    }

    void thePromptIsToldWhileAReplyIsWritten() {
        Program program;
        GenerationSettings settings;
        settings.maxTokens = 0;
        const auto tokenizer = openTokenizer({});
        settings.logitBias = {{(*tokenizer)->endOfText(), -std::numeric_limits<float>::infinity()}};
        settings.temperature = 1.5;
        program.controller.setSettings(settings);
        program.controller.setFormat(FormatId::Raw);
        // Looked at as it is told: a reply of the demo model fills its context in a blink.
        bool toldWhileWriting = false;
        QObject::connect(program.controller.prompt(), &PromptDesk::promptShown, &program.window,
                         [&](PromptOccasion, const PromptPreview& preview) {
                             // More in the cache than the prompt had: the reply, while it grows.
                             if (preview.cached > 8 && program.messages()->rowCount() > 1 &&
                                 !program.ended(1)) {
                                 toldWhileWriting = true;
                             }
                         });
        emit program.window.promptWatched(true);
        QTest::keyClicks(program.edit(), QStringLiteral("Once upon a time"));
        QTest::keyClick(program.edit(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(toldWhileWriting || program.ended(1), 60000);
        // A short reply may end before its first look; another one is drawn differently.
        for (int again = 0; again < 10 && !toldWhileWriting; ++again) {
            emit program.window.regenerateRequested(1);
            QTRY_VERIFY_WITH_TIMEOUT(!program.ended(1), 60000);
            QTRY_VERIFY_WITH_TIMEOUT(toldWhileWriting || program.ended(1), 60000);
        }
        QVERIFY(toldWhileWriting);
        QTest::keyClick(program.edit(), Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(program.ended(1), 5000);
    }

    void aMissingFileIsASentence() {
        Program program;
        emit program.window.openModelRequested(QStringLiteral("/nowhere/at/all.gguf"));
        auto* bar = program.window.findChild<QWidget*>(QStringLiteral("noticeBar"));
        QTRY_VERIFY_WITH_TIMEOUT(bar->isVisible(), 30000);
        const QString sentence =
            program.window.findChild<QLabel*>(QStringLiteral("noticeSentence"))->text();
        QVERIFY2(sentence.endsWith(u'.'), qPrintable(sentence));
    }

    void closingWhileWritingEndsSoon() {
        auto program = std::make_unique<Program>();
        GenerationSettings settings;
        settings.maxTokens = 0;
        settings.temperature = 1.5;
        program->controller.setSettings(settings);
        QTest::keyClicks(program->edit(), QStringLiteral("Tell me a story"));
        QTest::keyClick(program->edit(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(program->messages()->rowCount() == 2 &&
                                     !program->messages()->at(1).text.isEmpty(),
                                 60000);
        QElapsedTimer timer;
        timer.start();
        program->window.close();
        program->engine.reset();
        program.reset();
        // A token takes milliseconds; the limit leaves room for a busy machine, not for a reply.
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_MAIN(WindowEngineTest)
#include "window_engine_test.moc"
