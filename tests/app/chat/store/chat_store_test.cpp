// SPDX-License-Identifier: MIT
// What goes into the store comes out of it: each verb, over a close and an opening.
#include <limits>

#include <QFileInfo>

#include "store_fixture.h"

using namespace phidelity;

namespace {
const QString kOne = QStringLiteral("6f1b1f0e-0000-4000-8000-000000000001");
const QString kTwo = QStringLiteral("6f1b1f0e-0000-4000-8000-000000000002");
} // namespace

class ChatStoreTest : public QObject {
    Q_OBJECT

private slots:
    void aConversationComesBackWithAllItsFields() {
        StoreFixture store;
        STORE_OK(store.open());
        ConversationInfo info =
            conversationNamed(kOne, QStringLiteral("Prime numbers — ∑ 🙂"));
        info.folder = QStringLiteral("Work");
        info.pinned = true;
        info.changedMs += 5;
        info.trashedMs = 7;
        info.format = FormatId::Code;
        info.draft = QStringLiteral("half a thought\n");
        info.scroll = 3.25;
        info.firstShown = 4;
        info.contextUsed = 512;
        STORE_OK(store->save({PutConversation{info}}));
        STORE_OK(store.open());
        const auto loaded = store->load(kOne);
        STORE_OK(loaded);
        QCOMPARE(loaded->info, info);
        info.draft.clear();
        info.trashedMs = 0;
        STORE_OK(store->save({PutConversation{info}}));
        QCOMPARE(store->load(kOne)->info, info);
    }

    void messagesComeBackByteForByteAndInOrder() {
        StoreFixture store;
        STORE_OK(store.open());
        MessageNode question =
            userNode(1, QStringLiteral("a\0b\r\n\t ü 🙂 \"' ").append(QChar(0)));
        question.shown = 3;
        MessageNode first = replyNode(2, QStringLiteral(" yes"), MessageState::TurnCut);
        first.message.cut = QStringLiteral("\nAlice: more");
        first.message.format = FormatId::Qa;
        MessageNode second = replyNode(3, {}, MessageState::Failed);
        second.parent = 1;
        second.message.problem = QStringLiteral("It broke.");
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}, PutMessage{kOne, question},
                              PutMessage{kOne, second}, PutMessage{kOne, first}}));
        STORE_OK(store.open());
        const auto loaded = store->load(kOne);
        STORE_OK(loaded);
        QCOMPARE(loaded->nodes, (QList<MessageNode>{question, first, second}));
        qsizetype leftOut = -1;
        const Conversation conversation(loaded->info, loaded->nodes, &leftOut);
        QCOMPARE(leftOut, 0);
        QCOMPARE(conversation.path(), (QList<NodeId>{1, 3}));
    }

    void everyStateAndFormatComesBack() {
        StoreFixture store;
        STORE_OK(store.open());
        QList<StoreChange> changes = {PutConversation{conversationNamed(kOne)}};
        QList<MessageNode> nodes;
        for (const MessageState state :
             {MessageState::Complete, MessageState::Waiting, MessageState::Writing,
              MessageState::Stopped, MessageState::LengthReached, MessageState::ContextFull,
              MessageState::TurnCut, MessageState::Failed, MessageState::Interrupted}) {
            for (const FormatId format : kFormats) {
                MessageNode node =
                    replyNode(static_cast<NodeId>(nodes.size() + 1), QStringLiteral("x"), state);
                node.message.format = format;
                nodes.append(node);
                changes.append(PutMessage{kOne, node});
            }
        }
        STORE_OK(store->save(changes));
        QCOMPARE(store->load(kOne)->nodes, nodes);
    }

    void aReplyThatGrowsIsWrittenPieceByPiece() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}}));
        QString text;
        const QString piece(10'000, u'x');
        for (int save = 0; save < 100; ++save) {
            text += piece;
            STORE_OK(store->save({PutMessage{kOne, replyNode(1, text, MessageState::Writing)}}));
        }
        // A megabyte in all: written anew each time it would be 50.
        const qint64 written = QFileInfo(store.file()).size() +
                               QFileInfo(store.file() + QStringLiteral("-wal")).size();
        QVERIFY2(written < 8'000'000, qPrintable(QString::number(written)));
        QCOMPARE(store->load(kOne)->nodes, {replyNode(1, text, MessageState::Writing)});
        STORE_OK(store->save({PutMessage{kOne, replyNode(1, text + u'!')}}));
        STORE_OK(store.open());
        QCOMPARE(store->load(kOne)->nodes, {replyNode(1, text + u'!')});
    }

    void aReplyMayBeginAgainShrinkAndGoOnAfterItsEnd() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}}));
        const QString whole = QStringLiteral("🙂");
        for (const QString& text :
             {QStringLiteral("abc"), QStringLiteral("abcdef"), QStringLiteral("xyz"), QString(),
              QStringLiteral("w"), whole.left(1), whole, whole + QStringLiteral("!")}) {
            for (const MessageState state :
                 {MessageState::Writing, MessageState::Stopped, MessageState::Writing}) {
                STORE_OK(store->save({PutMessage{kOne, replyNode(1, text, state)}}));
            }
        }
        STORE_OK(store->save({PutMessage{kOne, replyNode(1, whole + QStringLiteral("! and on"))}}));
        QCOMPARE(store->load(kOne)->nodes.first().message.text, whole + QStringLiteral("! and on"));
        QCOMPARE(store->search({1, QStringLiteral("and on"), SearchScope::Kept, 9})->hits.size(),
                 1);
        QVERIFY(store->search({1, QStringLiteral("xyz"), SearchScope::Kept, 9})->hits.isEmpty());
        QCOMPARE(*store->checkIntegrity(), QString());
    }

    void aReplyThatWasCutOffComesBackAsInterrupted() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save(
            {PutConversation{conversationNamed(kOne)},
             PutMessage{kOne, userNode(1, QStringLiteral("q"))},
             PutMessage{kOne, replyNode(2, QStringLiteral("Once upon"), MessageState::Writing)},
             PutMessage{kOne, replyNode(3, {}, MessageState::Waiting)}}));
        STORE_OK(store.open());
        QCOMPARE(store->opened().resumed, 2);
        const auto loaded = store->load(kOne);
        const Message& reply = loaded->nodes.at(1).message;
        QCOMPARE(reply.state, MessageState::Interrupted);
        QCOMPARE(reply.text, QStringLiteral("Once upon"));
        QVERIFY(!reply.problem.isEmpty());
        QCOMPARE(loaded->nodes.at(2).message.state, MessageState::Interrupted);
        QCOMPARE(loaded->nodes.at(0).message.state, MessageState::Complete);
        QCOMPARE(store->search({1, QStringLiteral("upon"), SearchScope::Kept, 9})->hits.size(), 1);
        STORE_OK(store.open());
        QCOMPARE(store->opened().resumed, 0);
    }

    void whichVersionIsShownComesBack() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)},
                              PutMessage{kOne, userNode(1, QStringLiteral("q"))}}));
        STORE_OK(store->save({PutShown{kOne, 0, 1}, PutShown{kOne, 1, 5}}));
        const auto loaded = store->load(kOne);
        QCOMPARE(loaded->info.firstShown, 1U);
        QCOMPARE(loaded->nodes.first().shown, 5U);
        QCOMPARE(store->save({PutShown{kOne, 9, 1}}).error().code, StoreErrorCode::NotFound);
    }

    void recordsComeBackToTheBitAndMayBeRepeated() {
        StoreFixture store;
        STORE_OK(store.open());
        GenerationRecord record;
        record.modelName = QStringLiteral("Phi-2");
        record.prompt = {1, 2, 50294};
        record.tokens = {7, 8};
        record.logprobs = {-0.1F, -std::numeric_limits<float>::infinity()};
        record.settings.seed = std::numeric_limits<quint64>::max();
        GenerationRecord next = record;
        next.reason = QStringLiteral("max_tokens");
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)},
                              PutMessage{kOne, userNode(1, QStringLiteral("q"))},
                              PutMessage{kOne, replyNode(2, QStringLiteral("r"))},
                              PutRecord{kOne, 2, 1, record}, PutRecord{kOne, 2, 0, record}}));
        STORE_OK(store->save({PutRecord{kOne, 2, 1, next}}));
        STORE_OK(store.open());
        const QList<KeptRecord> expected = {{2, 0, record}, {2, 1, next}};
        QCOMPARE(store->records(kOne)->records, expected);
        QCOMPARE(store->records(kOne, 2)->records, expected);
        QVERIFY(store->records(kOne, 1)->records.isEmpty());
    }

    void settingsOfAConversationComeBackWhatTheyAre() {
        StoreFixture store;
        STORE_OK(store.open());
        const QJsonObject settings = {{QStringLiteral("top_k"), 7},
                                      {QStringLiteral("own"), QStringLiteral("ü")}};
        STORE_OK(
            store->save({PutConversation{conversationNamed(kOne)}, PutSettings{kOne, settings}}));
        STORE_OK(store->save({PutConversation{conversationNamed(kOne, QStringLiteral("t"))}}));
        STORE_OK(store.open());
        QCOMPARE(store->load(kOne)->settings, settings);
    }

    void ownFormatsComeBackWithTheirRules() {
        StoreFixture store;
        STORE_OK(store.open());
        FormatRules rules;
        rules.name = QStringLiteral("Ada ¶ \u2028");
        rules.opening = QStringLiteral("A \\n talk.\n\n");
        rules.userPrefix = QStringLiteral("Me: ");
        rules.replyPrefix = QStringLiteral("\nAda:");
        rules.stops = {QStringLiteral("\nMe:"), QStringLiteral("\t")};
        rules.userText = UserText::LineEnd;
        rules.replies = ReplyText::Plain;
        ConversationInfo info = conversationNamed(kOne);
        info.format = PromptFormat::own(rules);
        MessageNode before = userNode(1, QStringLiteral("with the format as it was"));
        rules.name = QStringLiteral("Older");
        before.message.format = PromptFormat::own(rules);
        MessageNode newer = userNode(2, QStringLiteral("of a newer program"));
        newer.message.format = PromptFormat::unknown(QStringLiteral("alpaca"));
        STORE_OK(store->save({PutConversation{info}, PutMessage{kOne, before},
                              PutMessage{kOne, newer}, PutConversation{info}}));
        STORE_OK(store.open());
        const auto loaded = store->load(kOne);
        QCOMPARE(loaded->info.format, info.format);
        QCOMPARE(store->list()->conversations.first().format, info.format);
        QCOMPARE(loaded->nodes.at(0).message.format, before.message.format);
        // It does not become another one, and its name is not lost.
        QVERIFY(loaded->nodes.at(1).message.format.isUnknown());
        QCOMPARE(loaded->nodes.at(1).message.format.key(), QStringLiteral("alpaca"));
    }

    void theRulesOfAFormatGoWithTheLastConversationThatUsesThem() {
        StoreFixture store;
        STORE_OK(store.open());
        FormatRules rules;
        rules.name = QStringLiteral("Secretformat");
        MessageNode node = userNode(1, QStringLiteral("hello"));
        node.message.format = PromptFormat::own(rules);
        for (const QString& id : {QString(kOne), QString(kTwo)}) {
            STORE_OK(store->save({PutConversation{conversationNamed(id)}, PutMessage{id, node}}));
        }
        STORE_OK(store->save({EraseConversation{kOne}}));
        QCOMPARE(store->load(kTwo)->nodes.first().message.format, node.message.format);
        STORE_OK(store->save({EraseConversation{kTwo}}));
        QFile file(store.file());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("Secretformat"));
        // And comes again, though it was kept before.
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}, PutMessage{kOne, node}}));
        STORE_OK(store.open());
        QCOMPARE(store->load(kOne)->nodes.first().message.format, node.message.format);
    }

    void rulesThatWereDamagedAreNotTakenForTheFormat() {
        StoreFixture store;
        STORE_OK(store.open());
        FormatRules rules;
        rules.name = QStringLiteral("Sailors");
        rules.userPrefix = QStringLiteral("Sailor: ");
        MessageNode node = userNode(1, QStringLiteral("hello"));
        node.message.format = PromptFormat::own(rules);
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}, PutMessage{kOne, node}}));
        store.close();
        QFile file(store.file());
        QVERIFY(file.open(QIODevice::ReadWrite));
        const qsizetype at = file.readAll().indexOf("Sailor: ");
        QVERIFY(at > 0 && file.seek(at) && file.write("T") == 1);
        file.close();
        STORE_OK(store.open());
        const PromptFormat format = store->load(kOne)->nodes.first().message.format;
        QVERIFY(format.isUnknown());
        QCOMPARE(format.key(), node.message.format.key());
    }

    void aPlanIsErasedWithItsConversation() {
        StoreFixture store;
        STORE_OK(store.open());
        ConversationSetup setup;
        setup.plan = {1, QStringLiteral("secretplan"), ContextHabit::Drop};
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)},
                              PutMessage{kOne, userNode(1, QStringLiteral("hello"))},
                              PutSettings{kOne, toJson(setup)}}));
        STORE_OK(store.open());
        QCOMPARE(setupFromJson(store->load(kOne)->settings), setup);
        STORE_OK(store->save({EraseConversation{kOne}}));
        QVERIFY(store->list()->state.isEmpty());
        store.close();
        QFile file(store.file());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("secretplan"));
    }

    void pinnedComeFirstThenTheNewestAndTheTrashLast() {
        StoreFixture store;
        STORE_OK(store.open());
        QList<StoreChange> changes;
        const auto add = [&](const char* name, qint64 changed, bool pinned, qint64 trashed) {
            ConversationInfo info = conversationNamed(QString::fromLatin1(name));
            info.changedMs = changed;
            info.pinned = pinned;
            info.trashedMs = trashed;
            changes.append(PutConversation{info});
        };
        add("old", 1, false, 0);
        add("pinned", 2, true, 0);
        add("trash", 9, true, 8);
        add("new", 5, false, 0);
        STORE_OK(store->save(changes));
        QStringList order;
        const auto listed = store->list();
        for (const ConversationInfo& info : listed->conversations) {
            order.append(info.id);
        }
        QCOMPARE(order, (QStringList{"pinned", "new", "old", "trash"}));
    }

    void foldersAreKeptRenamedAndTakenAway() {
        StoreFixture store;
        STORE_OK(store.open());
        ConversationInfo info = conversationNamed(kOne);
        info.folder = QStringLiteral("Work");
        STORE_OK(store->save({PutFolder{QStringLiteral("Empty")}, PutConversation{info}}));
        QCOMPARE(store->list()->folders, (QStringList{"Empty", "Work"}));
        STORE_OK(store->save({RenameFolder{QStringLiteral("Work"), QStringLiteral("Play")}}));
        STORE_OK(store.open());
        QCOMPARE(store->list()->folders, (QStringList{"Empty", "Play"}));
        QCOMPARE(store->load(kOne)->info.folder, QStringLiteral("Play"));
        STORE_OK(store->save({RenameFolder{QStringLiteral("Play"), QStringLiteral("Play")}}));
        QCOMPARE(store->list()->folders, (QStringList{"Empty", "Play"}));
        STORE_OK(store->save({EraseFolder{QStringLiteral("Play")}}));
        QCOMPARE(store->list()->folders, QStringList{"Empty"});
        QCOMPARE(store->load(kOne)->info.folder, QString());
    }

    void whatIsErasedIsGoneFromTheFile() {
        StoreFixture store;
        STORE_OK(store.open());
        GenerationRecord record;
        STORE_OK(store->save(
            {PutConversation{conversationNamed(kOne, QStringLiteral("Titlezebra"))},
             PutMessage{kOne, userNode(1, QStringLiteral("secretgiraffe"))},
             PutMessage{kOne, replyNode(2, QStringLiteral("halfwalrus"), MessageState::Writing)},
             PutRecord{kOne, 1, 0, record}, PutConversation{conversationNamed(kTwo)},
             PutMessage{kTwo, userNode(1, QStringLiteral("stays"))}}));
        STORE_OK(store->save({EraseConversation{kOne}, EraseConversation{kOne}}));
        QCOMPARE(store->load(kOne).error().code, StoreErrorCode::NotFound);
        QCOMPARE(store->list()->conversations.size(), 1);
        QVERIFY(store->search({1, QStringLiteral("secretgiraffe"), SearchScope::Kept, 9})
                    ->hits.isEmpty());
        QCOMPARE(*store->checkIntegrity(), QString());
        for (const char* ending : {"", "-wal"}) {
            QFile file(store.file() + QLatin1String(ending));
            QVERIFY(file.open(QIODevice::ReadOnly) || ending[0] != 0);
            const QByteArray bytes = file.readAll();
            for (const char* word : {"giraffe", "walrus", "zebra", "gir", "zeb"}) {
                QVERIFY2(!bytes.contains(word), word);
            }
        }
        QCOMPARE(store->load(kTwo)->nodes.size(), 1);
    }

    void wordsAboutTheWindowComeBack() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save({PutState{QStringLiteral("open"), kOne}}));
        STORE_OK(store->save({PutState{QStringLiteral("open"), kTwo}}));
        STORE_OK(store.open());
        QCOMPARE(store->list()->state, (QHash<QString, QString>{{"open", kTwo}}));
        QCOMPARE(store->save({PutState{QStringLiteral(".folding"), kTwo}}).error().code,
                 StoreErrorCode::Refused);
    }

    void allChangesAreKeptOrNone() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save(
            {PutConversation{conversationNamed(kOne)},
             PutMessage{kOne, replyNode(1, QStringLiteral("a"), MessageState::Writing)}}));
        const auto failed = store->save(
            {PutMessage{kOne, replyNode(1, QStringLiteral("ab"), MessageState::Writing)},
             PutMessage{kTwo, userNode(1, QStringLiteral("nowhere"))}});
        QCOMPARE(failed.error().code, StoreErrorCode::NotFound);
        QCOMPARE(store->load(kOne)->nodes.first().message.text, QStringLiteral("a"));
        // What was tried in vain does not count as kept.
        STORE_OK(store->save(
            {PutMessage{kOne, replyNode(1, QStringLiteral("abc"), MessageState::Writing)}}));
        QCOMPARE(store->load(kOne)->nodes.first().message.text, QStringLiteral("abc"));
    }

    void aReaderSeesWhatTheWriterKept() {
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}}));
        StoreOptions reading;
        reading.use = StoreOptions::Use::Read;
        const auto reader = ChatStore::open(store.folder(), reading);
        STORE_OK(reader);
        QCOMPARE((*reader)->list()->conversations.size(), 1);
        STORE_OK(store->save({PutConversation{conversationNamed(kTwo)}}));
        QCOMPARE((*reader)->list()->conversations.size(), 2);
        QCOMPARE((*reader)->save({PutFolder{QStringLiteral("f")}}).error().code,
                 StoreErrorCode::ReadOnly);
    }
};

QTEST_GUILESS_MAIN(ChatStoreTest)
#include "chat_store_test.moc"
