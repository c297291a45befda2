// SPDX-License-Identifier: MIT
// Controller, library and keeper with a store and an engine that do as they are told.
#include <memory>

#include <QSignalSpy>
#include <QTest>

#include "app/wiring.h"
#include "fake_engine.h"
#include "fake_store.h"

namespace phidelity {

class LibraryTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ChatController> m_controller;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<FakeStore> m_store;

    static void settle() {
        for (int round = 0; round < 8; ++round) {
            QCoreApplication::processEvents();
        }
    }
    static ConversationInfo infoOf(const QString& id, const QString& title, qint64 changed) {
        ConversationInfo info;
        info.id = id;
        info.title = title;
        info.createdMs = info.changedMs = changed;
        return info;
    }
    void openStore(const QList<ConversationInfo>& kept = {},
                   const QHash<QString, QString>& state = {}) {
        m_store->open();
        settle();
        m_store->answerList(kept, state);
        settle();
    }
    void submit(const QString& text) {
        m_controller->submit(text);
        settle();
    }
    void answer(const QString& text) {
        m_engine->sendText(text);
        settle();
        m_engine->end(EndReason::EndOfText);
        settle();
    }
    Library& library() { return *m_controller->library(); }

private slots:
    void initTestCase() {
        registerEngineMessages();
        registerStoreMessages();
    }
    void init() {
        m_controller = std::make_unique<ChatController>();
        m_engine = std::make_unique<FakeEngine>();
        m_store = std::make_unique<FakeStore>();
        connectEngine(*m_engine, *m_controller);
        connectStore(*m_store, *m_controller);
        m_controller->models()->open({});
        settle();
        m_engine->answerOpen();
        settle();
    }

    void theQuestionIsKeptBeforeTheModelIsAsked() {
        openStore();
        submit("What is up?");
        QCOMPARE(m_engine->generations, 0);
        const QList<PutMessage> messages = m_store->changes<PutMessage>();
        QCOMPARE(messages.size(), 2);
        QCOMPARE(messages.first().node.message.text, QStringLiteral("What is up?"));
        QCOMPARE(m_store->changes<PutConversation>().first().info.title,
                 QStringLiteral("What is up?"));
        QCOMPARE(library().keeper().state(), KeptState::Keeping);
        m_store->commitAll();
        settle();
        QCOMPARE(m_engine->generations, 1);
    }

    void aNewConversationIsNamedTheOpenOneInTheCommitOfItsQuestion() {
        openStore();
        submit("Hello");
        const QList<StoreChange>& changes = m_store->saves.first().changes;
        const auto isOpen = [](const StoreChange& change) {
            const auto* state = std::get_if<PutState>(&change);
            return state && state->key == QLatin1String("open");
        };
        const auto isMessage = [](const StoreChange& change) {
            return std::holds_alternative<PutMessage>(change);
        };
        QCOMPARE(std::count_if(changes.begin(), changes.end(), isOpen), 1);
        QCOMPARE(std::count_if(changes.begin(), changes.end(), isMessage), 2);
        QCOMPARE(m_store->changes<PutState>().size(), 1);
    }

    void withoutAStoreTheModelIsAskedAtOnce() {
        submit("Hello");
        QCOMPARE(m_engine->generations, 1);
        QCOMPARE(library().keeper().state(), KeptState::InWindowOnly);
    }

    void aFullDiskIsToldAndTheReplyComesAllTheSame() {
        openStore();
        QSignalSpy notices(m_controller.get(), &ChatController::noticeRaised);
        QSignalSpy retries(m_controller.get(), &ChatController::retryOffered);
        submit("Hello");
        m_store->failLast("The disk is full.");
        settle();
        QCOMPARE(m_engine->generations, 1);
        QCOMPARE(retries.size(), 1);
        QVERIFY(notices.first().first().toString().contains("full"));
        QCOMPARE(library().keeper().state(), KeptState::Failed);
        // The store has tried again by itself.
        m_store->commitAll();
        settle();
        QCOMPARE(library().keeper().state(), KeptState::Kept);
    }

    void aGrowingReplyIsKeptWithinASecondAndAtItsEnd() {
        openStore();
        submit("Go");
        m_store->commitAll();
        settle();
        const auto before = m_store->changes<PutMessage>().size();
        m_engine->sendText("Once upon");
        settle();
        m_engine->sendText(" a time");
        settle();
        QCOMPARE(m_store->changes<PutMessage>().size(), before);
        QTRY_COMPARE_WITH_TIMEOUT(m_store->changes<PutMessage>().size(), before + 1, 1000);
        QCOMPARE(m_store->changes<PutMessage>().last().node.message.text,
                 QStringLiteral("Once upon a time"));
        QCOMPARE(m_store->changes<PutMessage>().last().node.message.state, MessageState::Writing);
        // Not again before that is on the disk, however slow it is.
        m_engine->sendText(" there was");
        QTest::qWait(1200);
        QCOMPARE(m_store->changes<PutMessage>().size(), before + 1);
        m_store->commitAll();
        QTRY_COMPARE_WITH_TIMEOUT(m_store->changes<PutMessage>().size(), before + 2, 1500);
        m_engine->end(EndReason::EndOfText);
        settle();
        const Message end = m_store->changes<PutMessage>().last().node.message;
        QCOMPARE(end.text, QStringLiteral("Once upon a time there was"));
        QCOMPARE(end.state, MessageState::Complete);
    }

    void theLastConversationIsOpenAgain() {
        openStore({infoOf("b", "Newer", 20), infoOf("a", "Older", 10)}, {{"open", "a"}});
        QCOMPARE(m_store->loads.size(), 1);
        QCOMPARE(m_store->loads.first().conversation, QStringLiteral("a"));
        QSignalSpy resets(m_controller.get(), &ChatController::messagesReset);
        Loaded loaded;
        loaded.id = m_store->loads.first().id;
        loaded.info = infoOf("a", "Older", 10);
        loaded.info.draft = "half a";
        MessageNode node;
        node.id = 1;
        node.message.text = "Kept words";
        loaded.nodes = {node};
        QSignalSpy drafts(m_controller.get(), &ChatController::draftShown);
        emit m_store->loaded(loaded);
        settle();
        QCOMPARE(resets.size(), 1);
        QCOMPARE(m_controller->conversation().messageAt(0).text, QStringLiteral("Kept words"));
        QCOMPARE(library().conversations().size(), 2);
    }

    void whatWasBegunBeforeTheStoreAnsweredIsKeptToo() {
        submit("Early bird");
        answer("Worm");
        QVERIFY(m_store->saves.isEmpty());
        openStore({infoOf("a", "Older", 10)}, {{"open", "a"}});
        QVERIFY(m_store->loads.isEmpty()); // nothing takes its place in the window
        const QList<PutMessage> messages = m_store->changes<PutMessage>();
        QCOMPARE(messages.size(), 2);
        QCOMPARE(messages.last().node.message.text, QStringLiteral("Worm"));
        QCOMPARE(library().conversations().size(), 2);
    }

    void whatWasOpenBeforeTheStoreAnsweredIsRememberedToo() {
        submit(QStringLiteral("Early."));
        openStore();
        const QString open = m_controller->conversation().info.id;
        const QList<PutState> states = m_store->changes<PutState>();
        QVERIFY(std::any_of(states.begin(), states.end(), [&](const PutState& state) {
            return state.key == QStringLiteral("open") && state.value == open;
        }));
    }

    void theTrashIsLeftByUndo() {
        openStore({infoOf("b", "Newer", 20), infoOf("a", "Older", 10)});
        m_controller->trashConversation("b");
        settle();
        QCOMPARE(library().conversations().first().id, QStringLiteral("a"));
        QVERIFY(m_store->changes<PutConversation>().last().info.trashedMs != 0);
        library().restore("b");
        settle();
        QCOMPARE(library().conversations().first().id, QStringLiteral("b"));
        QCOMPARE(m_store->changes<PutConversation>().last().info.trashedMs, 0);
    }

    void anErasedConversationTakesItsReplyWithIt() {
        openStore();
        submit("Go");
        m_store->commitAll();
        settle();
        const QString id = m_controller->conversation().info.id;
        m_controller->trashConversation(id);
        library().erase(id);
        answer("Too late");
        QVERIFY(library().conversations().isEmpty());
        QVERIFY(m_controller->conversation().isEmpty());
        submit("Next");
        m_store->commitAll();
        settle();
        QCOMPARE(m_engine->generations, 2);
    }

    void foldersKeepTheirConversations() {
        openStore({infoOf("a", "One", 10)});
        library().move("a", "Maths");
        QCOMPARE(library().folders(), QStringList({"Maths"}));
        library().renameFolder("Maths", "Physics");
        QCOMPARE(library().info("a")->folder, QStringLiteral("Physics"));
        library().eraseFolder("Physics");
        QVERIFY(library().info("a")->folder.isEmpty());
        QVERIFY(library().folders().isEmpty());
        settle();
        QCOMPARE(m_store->changes<EraseFolder>().size(), 1);
    }

    void theRecordOfAContinuedReplyStandsBehindTheOthers() {
        openStore();
        Keeper& keeper = library().keeper();
        GenerationRecord record;
        record.reason = "first";
        keeper.expectNoRecords("x", 1);
        keeper.addRecord("x", 1, record);
        keeper.addRecord("x", 1, record);
        settle();
        QCOMPARE(m_store->changes<PutRecord>().last().index, 1);
        // Of a reply of an earlier run it is asked first.
        keeper.addRecord("x", 2, record);
        settle();
        QCOMPARE(m_store->changes<PutRecord>().size(), 2);
        QCOMPARE(m_store->recordRequests.size(), 1);
        RecordsLoaded loaded;
        loaded.id = m_store->recordRequests.first().id;
        loaded.conversation = "x";
        loaded.records = {{2, 0, record}, {2, 1, record}};
        emit m_store->recordsLoaded(loaded);
        settle();
        QCOMPARE(m_store->changes<PutRecord>().last().node, NodeId(2));
        QCOMPARE(m_store->changes<PutRecord>().last().index, 2);
    }

    void withoutAStoreRecordsAreHeldUntilThereIsOne() {
        Keeper& keeper = library().keeper();
        submit("Go");
        answer("Done");
        const QString id = m_controller->conversation().info.id;
        GenerationRecord record;
        record.reason = "held";
        keeper.addRecord(id, 2, record);
        QSignalSpy loaded(&library(), &Library::recordsLoaded);
        const StoreRequestId request = library().loadRecords(id, 2);
        settle();
        const auto answered = loaded.first().first().value<RecordsLoaded>();
        QCOMPARE(answered.id, request);
        QVERIFY(!answered.records.isEmpty());
        QCOMPARE(answered.records.last().record.reason, QStringLiteral("held"));
        openStore();
        QCOMPARE(m_store->changes<PutRecord>().last().record.reason, QStringLiteral("held"));
    }

    void aContinuedReplyGoesOnFromItsRecordAndGetsAnother() {
        openStore();
        submit("Go");
        m_store->commitAll();
        settle();
        m_engine->sendText("One");
        settle();
        GenerationRecord record;
        record.prompt = {1, 2};
        record.startedMs = 77;
        m_engine->record = record;
        m_engine->end(EndReason::Stopped);
        settle();
        QCOMPARE(m_store->changes<PutRecord>().last().index, 0);
        // The hash of the model comes later and belongs to the same record.
        emit m_engine->replyModelHashed({m_engine->lastGenerate.id, "abc"});
        settle();
        QCOMPARE(m_store->changes<PutRecord>().last().index, 0);
        QCOMPARE(m_store->changes<PutRecord>().last().record.modelSha256, QStringLiteral("abc"));
        m_store->commitAll();
        m_controller->continueReply();
        settle();
        m_store->commitAll();
        settle();
        QCOMPARE(m_engine->generations, 1); // the record is looked for first
        RecordsLoaded loaded;
        loaded.id = m_store->recordRequests.last().id;
        loaded.records = {{2, 0, record}};
        emit m_store->recordsLoaded(loaded);
        settle();
        QCOMPARE(m_engine->generations, 2);
        QCOMPARE(m_engine->lastGenerate.continues, std::optional(record));
        record.startedMs = 78;
        m_engine->record = record;
        answer(" two");
        QCOMPARE(m_store->changes<PutRecord>().last().index, 1);
    }

    void draftAndPlaceAreKept() {
        openStore();
        submit("Go");
        m_store->commitAll();
        settle();
        answer("Done");
        m_controller->setDraft("half a thought");
        m_controller->setScroll(3.5);
        m_store->commitAll();
        QTRY_COMPARE_WITH_TIMEOUT(m_store->changes<PutConversation>().last().info.draft,
                                  QStringLiteral("half a thought"), 1500);
        QCOMPARE(m_store->changes<PutConversation>().last().info.scroll, 3.5);
    }
};

} // namespace phidelity

QTEST_GUILESS_MAIN(phidelity::LibraryTest)
#include "library_test.moc"
