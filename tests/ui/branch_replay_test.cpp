// SPDX-License-Identifier: MIT
// A reply can be repeated wherever it stands: in a conversation that was branched off, and where it
// was branched at a token. The real store, engine and demo model.
#include <optional>

#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "app/inspector_desk.h"
#include "app/replay_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "store/store_thread.h"
#include "ui/chat_page.h"

using namespace phidelity;

namespace {

struct Program {
    ChatController controller;
    MainWindow window;
    StoreThread store;
    std::optional<EngineThread> engine{std::in_place};
    ReplayDesk replays{&window, &controller};
    InspectorDesk desk{&controller};
    QList<ReplayEnded> replayed;
    QList<GenerationEnded> ended;

    explicit Program(const QString& folder) : store(folder) {
        connectWindow(window, controller);
        connectEngine(engine->engine(), controller);
        connectStore(store.worker(), controller, &window);
        connectReplay(engine->engine(), window, replays);
        QObject::connect(&engine->engine(), &Engine::replayEnded, &window,
                         [this](const ReplayEnded& end) { replayed.append(end); });
        QObject::connect(&engine->engine(), &Engine::generationEnded, &window,
                         [this](const GenerationEnded& end) { ended.append(end); });
        GenerationSettings settings;
        settings.temperature = 0.9;
        settings.maxTokens = 12;
        controller.setSettings(settings);
        controller.newConversation();
        window.show();
        QSignalSpy listed(controller.library(), &Library::listed);
        store.start();
        if (listed.isEmpty() && !listed.wait(30000)) {
            qFatal("no store");
        }
        controller.models()->setDevice(QStringLiteral("cpu"), 2);
        controller.models()->open({});
    }
    ~Program() {
        window.close();
        engine.reset();
        QCoreApplication::sendPostedEvents(&controller);
        controller.library()->keeper().flush();
        store.finish();
    }
    bool isDone() {
        const Conversation& shown = controller.conversation();
        return !shown.isEmpty() && isEndedReply(shown.messageAt(shown.path().size() - 1)) &&
               controller.library()->keeper().state() == KeptState::Kept;
    }
    void say(const QString& text) {
        const auto before = ended.size();
        auto* edit = window.findChild<QPlainTextEdit*>(QStringLiteral("composerEdit"));
        edit->setFocus();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), before + 1, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(isDone(), 30000);
    }
    void verifyReplay(int row) {
        const auto before = replayed.size();
        emit window.replayRequested(row);
        QTRY_COMPARE_WITH_TIMEOUT(replayed.size(), before + 1, 60000);
        QVERIFY2(replayed.last().verdict == ReplayVerdict::Identical,
                 qPrintable(replayed.last().sentence));
    }
};

} // namespace

class BranchReplayTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private slots:
    void initTestCase() {
        registerEngineMessages();
        registerStoreMessages();
    }

    void repliesOfABranchedConversationReplay() {
        const QString folder = m_folder.filePath(QStringLiteral("one"));
        QString branch;
        {
            Program program(folder);
            QTRY_VERIFY_WITH_TIMEOUT(program.controller.models()->isReady(), 60000);
            program.say(QStringLiteral("Hello! Who are you?"));
            program.say(QStringLiteral("What is water?"));
            const QString source = program.controller.conversation().info.id;
            emit program.window.branchRequested(3);
            branch = program.controller.conversation().info.id;
            QVERIFY(branch != source);
            QTRY_VERIFY_WITH_TIMEOUT(program.isDone(), 30000);
            program.verifyReplay(1);
            program.verifyReplay(3);
            // What is written there goes on behind them.
            program.say(QStringLiteral("And fire?"));
            program.verifyReplay(5);
        }
        // They were kept with it.
        Program program(folder);
        QTRY_VERIFY_WITH_TIMEOUT(program.controller.models()->isReady(), 60000);
        program.controller.selectConversation(branch);
        QTRY_COMPARE_WITH_TIMEOUT(program.controller.conversation().info.id, branch, 30000);
        program.verifyReplay(1);
        program.verifyReplay(5);
    }

    void aReplyThatWasBranchedAtATokenReplays() {
        Program program(m_folder.filePath(QStringLiteral("two")));
        QTRY_VERIFY_WITH_TIMEOUT(program.controller.models()->isReady(), 60000);
        program.say(QStringLiteral("Hello! Who are you?"));
        const GenerationRecord first = program.ended.last().record;
        ReplyBranch branch;
        branch.node = program.controller.conversation().leaf();
        constexpr int kFork = 3;
        QVERIFY(first.tokens.size() > kFork);
        branch.tokens = first.prompt + first.tokens.first(kFork);
        for (int at = 0; at < kFork; ++at) {
            branch.given.append(first.logprobs.at(at));
            branch.bytes += program.controller.models()->model().texts->bytes.at(
                static_cast<qsizetype>(first.tokens.at(at)));
        }
        program.controller.branchReply(branch);
        QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 2, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(program.isDone(), 30000);
        QCOMPARE(program.ended.last().record.prompt, branch.tokens);
        program.verifyReplay(1);
        // In a conversation that goes on from there as well.
        emit program.window.branchRequested(1);
        QTRY_VERIFY_WITH_TIMEOUT(program.isDone(), 30000);
        program.verifyReplay(1);
    }
};

QTEST_MAIN(BranchReplayTest)
#include "branch_replay_test.moc"
