// SPDX-License-Identifier: MIT
// Each system call of the store fails in turn: what was committed stays, and the store goes on when
// the disk does.
#include <functional>

#include "failing_vfs.h"
#include "store_fixture.h"

using namespace phidelity;

namespace {

const QString kOld = QStringLiteral("6f1b1f0e-0000-4000-8000-000000000001");
const QString kNew = QStringLiteral("6f1b1f0e-0000-4000-8000-000000000002");

/// Where syncs cost nothing, if there is such a place: hundreds of runs are made.
QString fastPlace() {
    const QString memory = QStringLiteral("/dev/shm");
    return (QFileInfo(memory).isWritable() ? memory : QDir::tempPath()) +
           QStringLiteral("/phidelity-XXXXXX");
}

/// A text that a message had when it was last committed, or may have: a call that failed after the
/// commit record was written leaves that open.
struct Expected {
    QString committed;
    QStringList possible;
};

class Scene {
public:
    Scene() : m_place(fastPlace()) {}
    [[nodiscard]] QString folder() const { return m_place.filePath(QStringLiteral("data")); }

    /// What was there before anything failed.
    void prepare() const {
        auto store = ChatStore::open(folder());
        QVERIFY(store);
        QList<StoreChange> changes = {PutConversation{conversationNamed(kOld, "Old")}};
        for (NodeId id = 1; id <= 20; ++id) {
            changes.append(PutMessage{kOld, userNode(id, oldText(id))});
        }
        changes.append(PutRecord{kOld, 1, 0, {}});
        QVERIFY((*store)->save(changes));
    }

    /// A turn of a conversation; errors are met as the window meets them, by going on.
    void use() {
        auto store = ChatStore::open(folder());
        if (!store) {
            store = ChatStore::open(folder());
        }
        if (!store) {
            return;
        }
        static_cast<void>((*store)->list());
        static_cast<void>((*store)->load(kOld));
        if (!(*store)->save({PutConversation{conversationNamed(kNew)}})) {
            static_cast<void>((*store)->save({PutConversation{conversationNamed(kNew)}}));
        }
        put(**store, userNode(1, "a question"));
        QString text;
        for (int piece = 0; piece < 4; ++piece) {
            text += QString(3000, QChar(u'a' + piece));
            put(**store, replyNode(2, text, MessageState::Writing));
        }
        put(**store, replyNode(2, text + "."));
        static_cast<void>((*store)->search({1, "question", SearchScope::Kept, 10}));
        static_cast<void>((*store)->save({PutState{"open", kNew}}));
    }

    void verify() const {
        auto store = ChatStore::open(folder());
        STORE_OK(store);
        QVERIFY((*store)->opened().salvage.setAside.isEmpty());
        const auto sound = (*store)->checkIntegrity();
        STORE_OK(sound);
        QCOMPARE(*sound, QString());
        const auto old = (*store)->load(kOld);
        STORE_OK(old);
        QCOMPARE(old->nodes.size(), 20);
        for (const MessageNode& node : old->nodes) {
            QCOMPARE(node.message.text, oldText(node.id));
        }
        QCOMPARE((*store)->records(kOld)->records.size(), 1);
        QCOMPARE((*store)->search({1, "seventeen17", SearchScope::Kept, 9})->hits.size(), 1);
        const auto fresh = (*store)->load(kNew);
        for (auto one = m_expected.cbegin(); one != m_expected.cend(); ++one) {
            QString found;
            bool isThere = false;
            for (const MessageNode& node : fresh ? fresh->nodes : QList<MessageNode>()) {
                if (node.id == one.key()) {
                    isThere = true;
                    found = node.message.text;
                }
            }
            const bool fits = isThere ? found == one->committed || one->possible.contains(found)
                                      : one->committed.isNull();
            QVERIFY2(fits, qPrintable(QStringLiteral("message %1 has %2 letters, %3 were committed")
                                          .arg(one.key())
                                          .arg(found.size())
                                          .arg(one->committed.size())));
        }
        // It goes on as if nothing had been.
        STORE_OK((*store)->save(
            {PutConversation{conversationNamed(kNew)}, PutMessage{kNew, replyNode(2, "the end")}}));
        QCOMPARE((*store)->search({1, "the end", SearchScope::Kept, 9})->hits.size(), 1);
    }

private:
    static QString oldText(NodeId id) {
        return QStringLiteral("seventeen%1 ").arg(id).repeated(50);
    }

    void put(ChatStore& store, const MessageNode& node) {
        Expected& expected = m_expected[node.id];
        const auto kept = store.save({PutMessage{kNew, node}});
        if (kept) {
            expected.committed = node.message.text;
            expected.possible.clear();
        } else {
            expected.possible.append(node.message.text);
        }
    }

    QTemporaryDir m_place;
    QHash<NodeId, Expected> m_expected;
};

} // namespace

class StoreFaultsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { FailingVfs::install(); }

    void everyCallMayFailAndNothingIsLost_data() {
        QTest::addColumn<Failure>("failure");
        QTest::addColumn<Lasting>("lasting");
        QTest::newRow("no space, once") << Failure::NoSpace << Lasting::Once;
        QTest::newRow("no space, from then on") << Failure::NoSpace << Lasting::FromThenOn;
        QTest::newRow("I/O error, once") << Failure::IoError << Lasting::Once;
        QTest::newRow("I/O error, from then on") << Failure::IoError << Lasting::FromThenOn;
    }

    void everyCallMayFailAndNothingIsLost() {
        QFETCH(Failure, failure);
        QFETCH(Lasting, lasting);
        qint64 failed = 0;
        for (qint64 at = 1;; ++at) {
            Scene scene;
            scene.prepare();
            FailingVfs::arm(at, failure, lasting);
            scene.use();
            const QString what = FailingVfs::failed();
            FailingVfs::disarm();
            scene.verify();
            if (QTest::currentTestFailed()) {
                qWarning("when call %lld failed: %s", at, qPrintable(what));
                return;
            }
            if (what.isEmpty()) {
                break;
            }
            ++failed;
        }
        qInfo("%lld calls failed in turn", failed);
        QVERIFY(failed > 100);
    }

    void everyCallOfAMigrationMayFailAndNothingIsLost() {
        StoreOptions newer;
        newer.history.append({QStringLiteral("ALTER TABLE folder ADD COLUMN colour TEXT;"
                                             "CREATE TABLE extra(id INTEGER PRIMARY KEY)")});
        qint64 failed = 0;
        for (qint64 at = 1;; ++at) {
            Scene scene;
            scene.prepare();
            FailingVfs::arm(at, Failure::NoSpace, Lasting::FromThenOn);
            const bool opened = ChatStore::open(scene.folder(), newer).has_value();
            const QString what = FailingVfs::failed();
            FailingVfs::disarm();
            auto store = ChatStore::open(scene.folder(), newer);
            STORE_OK(store);
            QVERIFY((*store)->opened().salvage.setAside.isEmpty());
            QCOMPARE(*(*store)->checkIntegrity(), QString());
            QCOMPARE((*store)->load(kOld)->nodes.size(), 20);
            if (what.isEmpty()) {
                QVERIFY(opened);
                break;
            }
            ++failed;
        }
        qInfo("%lld calls failed in turn", failed);
        QVERIFY(failed > 50);
    }
};

QTEST_GUILESS_MAIN(StoreFaultsTest)
#include "store_faults_test.moc"
