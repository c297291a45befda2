// SPDX-License-Identifier: MIT
// Damaged databases: set aside, salvaged, told with counts, never deleted.
#include <QRandomGenerator>
#include <QUuid>

#include "store_fixture.h"

using namespace phidelity;

namespace {

constexpr int kConversations = 12;
constexpr NodeId kMessages = 20;
constexpr qint64 kPage = 4096;

QString conversationOf(int number) {
    return QUuid::createUuidV5(QUuid(), QString::number(number)).toString(QUuid::WithoutBraces);
}

QString textOf(int conversation, NodeId id) {
    const QString line =
        QStringLiteral("line of %1 in %2 — ünïcode 🙂\n").arg(id).arg(conversation);
    // Some longer than a page.
    return line.repeated(id % 7 == 0 ? 200 : 5);
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

void fill(ChatStore& store) {
    for (int number = 0; number < kConversations; ++number) {
        const QString id = conversationOf(number);
        ConversationInfo info = conversationNamed(id, QStringLiteral("Title %1").arg(number));
        QList<StoreChange> changes = {PutConversation{info}};
        for (NodeId node = 1; node <= kMessages; ++node) {
            MessageNode one = node % 2 ? userNode(node, textOf(number, node))
                                       : replyNode(node, textOf(number, node));
            changes.emplaceBack(PutMessage{id, one});
            if (node % 2 == 0) {
                changes.emplaceBack(PutRecord{id, node, 0, {}});
            }
        }
        STORE_OK(store.save(changes));
    }
    STORE_OK(store.save({PutFolder{"Work"}, PutState{"open", conversationOf(3)}}));
}

/// What a whole database looks like, made once.
struct Whole {
    QByteArray file;
    QByteArray log; ///< of one that was not closed; its file is almost empty
    QByteArray fileBesideLog;
};

} // namespace

class StoreDamageTest : public QObject {
    Q_OBJECT

private:
    Whole m_whole;

    /// Everything that is there is as it was written, or says that it is lost. Returns how many
    /// messages have their text.
    static int intactMessages(ChatStore& store) {
        int intact = 0;
        const auto listed = store.list();
        for (int number = 0; number < kConversations; ++number) {
            const auto loaded = store.load(conversationOf(number));
            qsizetype leftOut = 0;
            if (loaded) {
                const Conversation whole(loaded->info, loaded->nodes, &leftOut);
            }
            if (leftOut != 0) {
                return -1;
            }
            for (const MessageNode& node : loaded ? loaded->nodes : QList<MessageNode>()) {
                const bool isWhole = node.message.text == textOf(number, node.id);
                if (!isWhole && (node.message.problem.isEmpty() || !node.message.text.isEmpty())) {
                    return -1;
                }
                intact += isWhole ? 1 : 0;
            }
        }
        // And those whose conversation is lost.
        for (const ConversationInfo& info : listed->conversations) {
            if (info.title == QStringLiteral("Saved from the damaged file")) {
                intact += static_cast<int>(store.load(info.id)->nodes.size());
            }
        }
        return intact;
    }

    static void place(const StoreFixture& store, const QByteArray& file, const QByteArray& log) {
        QVERIFY(QDir().mkpath(store.folder()));
        write(store.file(), file);
        if (!log.isEmpty()) {
            write(store.file() + "-wal", log);
        }
    }

private slots:
    void initTestCase() {
        StoreFixture store;
        STORE_OK(store.open());
        fill(*store.operator->());
        m_whole.log = contentOf(store.file() + "-wal");
        m_whole.fileBesideLog = contentOf(store.file());
        store.close();
        m_whole.file = contentOf(store.file());
        QVERIFY(m_whole.file.size() > 40 * kPage);
    }

    void aDamagedPageCostsOnlyWhatWasInIt_data() {
        QTest::addColumn<qint64>("page");
        // Every eleventh page; the first is the head of the file.
        for (qint64 page = 0; page < m_whole.file.size() / kPage; page += 11) {
            QTest::addRow("page %lld", static_cast<long long>(page)) << page;
        }
    }
    void aDamagedPageCostsOnlyWhatWasInIt() {
        QFETCH(qint64, page);
        QByteArray damaged = m_whole.file;
        QRandomGenerator random(static_cast<quint32>(page));
        for (qint64 at = page * kPage; at < (page + 1) * kPage; ++at) {
            damaged[at] = static_cast<char>(random.bounded(256));
        }
        StoreFixture store;
        place(store, damaged, {});
        STORE_OK(store.open());
        const SalvageCounts counts = store->opened().salvage;
        if (counts.setAside.isEmpty()) {
            // An unused page, or one that the quick check does not look into.
            QCOMPARE(intactMessages(*store.operator->()), kConversations * int(kMessages));
            return;
        }
        QCOMPARE(contentOf(counts.setAside), damaged);
        QCOMPARE(intactMessages(*store.operator->()), counts.messagesSaved);
        QVERIFY2(counts.messagesSaved >= kConversations * int(kMessages) - 30,
                 qPrintable(store->opened().notice));
        QVERIFY(counts.messagesFound <= kConversations * int(kMessages));
        QVERIFY(counts.messagesFound >= counts.messagesSaved);
        QVERIFY(store->opened().notice.contains(counts.setAside));
        QCOMPARE(*store->checkIntegrity(), QString());
        STORE_OK(store->save({PutMessage{conversationOf(0), userNode(99, "goes on")}}));
        QCOMPARE(store->search({1, "goes on", SearchScope::Kept, 9})->hits.size(), 1);
        STORE_OK(store.open());
        QVERIFY(store->opened().salvage.setAside.isEmpty());
    }

    void aFileThatEndsTooEarlyGivesWhatItHas_data() {
        QTest::addColumn<qint64>("size");
        for (const int percent : {95, 80, 50, 25}) {
            QTest::addRow("%d%%", percent) << m_whole.file.size() / 100 * percent;
        }
        QTest::newRow("within a page") << m_whole.file.size() - kPage / 2;
    }
    void aFileThatEndsTooEarlyGivesWhatItHas() {
        QFETCH(qint64, size);
        StoreFixture store;
        place(store, m_whole.file.left(size), {});
        STORE_OK(store.open());
        const SalvageCounts counts = store->opened().salvage;
        QCOMPARE(contentOf(counts.setAside).size(), size);
        const int intact = intactMessages(*store.operator->());
        QCOMPARE(intact, counts.messagesSaved);
        QVERIFY2(intact * 3 > kConversations * int(kMessages) * size / m_whole.file.size(),
                 qPrintable(store->opened().notice));
        QCOMPARE(*store->checkIntegrity(), QString());
    }

    void scatteredBytesNeverStopTheProgram() {
        for (quint32 seed = 1; seed <= 40; ++seed) {
            QRandomGenerator random(seed);
            QByteArray damaged = m_whole.file;
            const int count = 1 << random.bounded(10);
            for (int one = 0; one < count; ++one) {
                damaged[random.bounded(int(damaged.size()))] =
                    static_cast<char>(random.bounded(256));
            }
            StoreFixture store;
            place(store, damaged, {});
            const auto opened = store.open();
            if (!opened) {
                // Its head says that it is another program's.
                QVERIFY(opened.error().code == StoreErrorCode::NotOurs);
                QCOMPARE(contentOf(store.file()), damaged);
                continue;
            }
            if (!store->opened().salvage.setAside.isEmpty()) {
                QCOMPARE(contentOf(store->opened().salvage.setAside), damaged);
                QCOMPARE(*store->checkIntegrity(), QString());
            }
            STORE_OK(store->list());
        }
    }

    void aDatabaseThatIsGoneIsReadFromItsLog() {
        for (const bool isEmpty : {true, false}) {
            StoreFixture store;
            place(store, {}, m_whole.log);
            if (!isEmpty) {
                QVERIFY(QFile::remove(store.file()));
            }
            STORE_OK(store.open());
            const SalvageCounts counts = store->opened().salvage;
            QCOMPARE(counts.messagesSaved, kConversations * int(kMessages));
            QCOMPARE(counts.messagesFound, counts.messagesSaved);
            QCOMPARE(counts.conversations, kConversations);
            QCOMPARE(contentOf(counts.setAside + "-wal"), m_whole.log);
            QCOMPARE(intactMessages(*store.operator->()), kConversations * int(kMessages));
            QCOMPARE(store->records(conversationOf(0))->records.size(), int(kMessages) / 2);
            QCOMPARE(store->list()->folders, QStringList{"Work"});
            QCOMPARE(store->list()->state.value("open"), conversationOf(3));
        }
    }

    void aLogThatEndsTooEarlyIsReadAsFarAsItGoes() {
        StoreFixture store;
        place(store, m_whole.fileBesideLog, m_whole.log.left(m_whole.log.size() / 2));
        STORE_OK(store.open());
        QVERIFY(store->opened().salvage.setAside.isEmpty());
        QCOMPARE(*store->checkIntegrity(), QString());
        QVERIFY(intactMessages(*store.operator->()) > 0);
    }

    void damageThatIsMetLaterIsSalvagedWhenAsked() {
        StoreFixture store;
        place(store, m_whole.file, {});
        StoreOptions options;
        options.repair = StoreOptions::Repair::Always;
        STORE_OK(store.open(options));
        const SalvageCounts counts = store->opened().salvage;
        QCOMPARE(counts.messagesSaved, kConversations * int(kMessages));
        QCOMPARE(counts.messagesFound, counts.messagesSaved);
        QCOMPARE(intactMessages(*store.operator->()), kConversations * int(kMessages));
        QCOMPARE(store->search({1, "line of 3 in 4", SearchScope::Kept, 9})->hits.isEmpty(), false);
    }

    void aSalvageThatWasBrokenOffIsFinishedAtTheNextStart() {
        StoreFixture store;
        place(store, m_whole.file, {});
        QVERIFY(QFile::rename(store.file(), store.file() + ".salvaged"));
        write(store.file() + ".damaged-20200101-000000", "the damaged one");
        STORE_OK(store.open());
        QCOMPARE(intactMessages(*store.operator->()), kConversations * int(kMessages));
    }

    void ownFormatsSettingsAndPlansAreSalvaged() {
        StoreFixture store;
        STORE_OK(store.open());
        const QString id = conversationOf(0);
        FormatRules rules;
        rules.name = QStringLiteral("Sailors");
        rules.userPrefix = QStringLiteral("Sailor: ");
        ConversationInfo info = conversationNamed(id);
        info.format = PromptFormat::own(rules);
        rules.name = QStringLiteral("Pirates");
        MessageNode node = userNode(1, QStringLiteral("Ahoy"));
        node.message.format = PromptFormat::own(rules);
        ConversationSetup setup;
        setup.settings = GenerationSettings();
        setup.settings->topK = 7;
        setup.plan = {1, QStringLiteral("They met."), ContextHabit::Drop};
        STORE_OK(store->save(
            {PutConversation{info}, PutMessage{id, node}, PutSettings{id, toJson(setup)}}));
        store.close();
        QByteArray file = contentOf(store.file());

        StoreOptions salvage;
        salvage.repair = StoreOptions::Repair::Always;
        STORE_OK(store.open(salvage));
        QCOMPARE(store->opened().salvage.messagesSaved, 1);
        QCOMPARE(store->load(id)->info.format, info.format);
        QCOMPARE(store->load(id)->nodes.first().message.format, node.message.format);
        QCOMPARE(setupFromJson(store->load(id)->settings), setup);
        QCOMPARE(*store->checkIntegrity(), QString());

        // Rules with a byte of somebody else's are lost, the messages and the format's name not.
        file[file.indexOf("Pirates")] = 'M';
        StoreFixture damaged;
        place(damaged, file, {});
        STORE_OK(damaged.open(salvage));
        QCOMPARE(damaged->load(id)->info.format, info.format);
        const Message message = damaged->load(id)->nodes.first().message;
        QCOMPARE(message.text, QStringLiteral("Ahoy"));
        QVERIFY(message.format.isUnknown());
        QCOMPARE(message.format.key(), node.message.format.key());
    }

    void thePlansOfVersionOneAreSalvagedIntoTheirConversations() {
        StoreFixture store;
        StoreOptions first;
        first.history = {schemaHistory().first()};
        const QString id = conversationOf(0);
        const QString other = conversationOf(1);
        const auto put = [&](const QString& one) {
            ConversationInfo info = conversationNamed(one);
            info.format = FormatId::Qa;
            return store->save(
                {PutConversation{info}, PutMessage{one, userNode(1, QStringLiteral("Ahoy"))}});
        };
        STORE_OK(store.open(first));
        STORE_OK(put(id));
        STORE_OK(put(other));
        STORE_OK(store->save(
            {PutState{"context:" + id, "{\"firstSent\":3,\"habit\":\"drop\",\"summary\":\"\"}"},
             PutState{"context:" + conversationOf(2), "{\"firstSent\":1}"},
             PutState{"open", other}}));
        store.close();
        StoreOptions salvage;
        salvage.repair = StoreOptions::Repair::Always;
        STORE_OK(store.open(salvage));
        QCOMPARE(store->opened().salvage.messagesSaved, 2);
        const ContextPlan plan{3, {}, ContextHabit::Drop};
        QCOMPARE(setupFromJson(store->load(id)->settings).plan, plan);
        QVERIFY(store->load(other)->settings.isEmpty());
        QCOMPARE(store->list()->state, (QHash<QString, QString>{{"open", other}}));
    }

    void aReplyThatWasBeingWrittenIsSalvagedToo() {
        StoreFixture store;
        STORE_OK(store.open());
        const QString id = conversationOf(0);
        STORE_OK(store->save({PutConversation{conversationNamed(id)}}));
        for (const char* text : {"Once", "Once upon", "Once upon a time"}) {
            STORE_OK(store->save({PutMessage{id, replyNode(1, text, MessageState::Writing)}}));
        }
        const QByteArray log = contentOf(store.file() + "-wal");
        StoreFixture other;
        place(other, {}, log);
        STORE_OK(other.open());
        QCOMPARE(other->opened().salvage.messagesSaved, 1);
        const Message reply = other->load(id)->nodes.first().message;
        QCOMPARE(reply.text, QString("Once upon a time"));
        QCOMPARE(reply.state, MessageState::Interrupted);
    }
};

QTEST_GUILESS_MAIN(StoreDamageTest)
#include "store_damage_test.moc"
