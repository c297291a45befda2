// SPDX-License-Identifier: MIT
// The store on its own thread: every request is answered, what fails waits and is kept later, and
// the end of the program loses nothing.
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>

#include "store/store_thread.h"
#include "store_fixture.h"

using namespace phidelity;

namespace {

const QString kOne = QStringLiteral("c1");

/// What a window would send, through queued connections.
class Sender : public QObject {
    Q_OBJECT

public:
    explicit Sender(StoreThread& thread) {
        StoreWorker& worker = thread.worker();
        connect(this, &Sender::save, &worker, &StoreWorker::save, Qt::QueuedConnection);
        connect(this, &Sender::retry, &worker, &StoreWorker::retry, Qt::QueuedConnection);
        connect(this, &Sender::list, &worker, &StoreWorker::list, Qt::QueuedConnection);
        connect(this, &Sender::load, &worker, &StoreWorker::load, Qt::QueuedConnection);
        connect(this, &Sender::records, &worker, &StoreWorker::records, Qt::QueuedConnection);
        connect(this, &Sender::search, &worker, &StoreWorker::search, Qt::QueuedConnection);
        keep(worker, &StoreWorker::opened, &opened);
        keep(worker, &StoreWorker::openFailed, &openFailed);
        keep(worker, &StoreWorker::saveFailed, &saveFailed);
        keep(worker, &StoreWorker::listed, &listed);
        keep(worker, &StoreWorker::loaded, &loaded);
        keep(worker, &StoreWorker::recordsLoaded, &recordsLoaded);
        keep(worker, &StoreWorker::found, &found);
        keep(worker, &StoreWorker::readFailed, &readFailed);
        connect(&worker, &StoreWorker::saved, this,
                [this](const Saved& one) { saved.append(one.id); });
    }

    QList<StoreOpened> opened;
    QList<StoreOpenFailed> openFailed;
    QList<StoreRequestId> saved;
    QList<SaveFailed> saveFailed;
    QList<Listed> listed;
    QList<Loaded> loaded;
    QList<RecordsLoaded> recordsLoaded;
    QList<Found> found;
    QList<ReadFailed> readFailed;

signals:
    void save(const phidelity::SaveRequest& request);
    void retry();
    void list(const phidelity::ListRequest& request);
    void load(const phidelity::LoadRequest& request);
    void records(const phidelity::RecordsRequest& request);
    void search(const phidelity::SearchRequest& request);

private:
    template <class Answer>
    void keep(StoreWorker& worker, void (StoreWorker::*signal)(const Answer&),
              QList<Answer>* list) {
        connect(&worker, signal, this, [list](const Answer& answer) { list->append(answer); });
    }
};

} // namespace

class StoreThreadTest : public QObject {
    Q_OBJECT

private slots:
    void everyRequestIsAnsweredWithItsId() {
        StoreFixture place;
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        emit sender.save(
            {11,
             {PutConversation{conversationNamed(kOne)},
              PutMessage{kOne, userNode(1, "hello there")}, PutRecord{kOne, 1, 0, {}}}});
        emit sender.list({12});
        emit sender.load({13, kOne});
        emit sender.records({14, kOne, 0});
        emit sender.search({15, "hello", SearchScope::Kept, 5});
        emit sender.load({16, "nowhere"});
        QTRY_COMPARE(sender.readFailed.size(), 1);
        QCOMPARE(sender.opened.size(), 1);
        QCOMPARE(sender.saved, QList<StoreRequestId>{11});
        QCOMPARE(sender.listed.at(0).id, 12U);
        QCOMPARE(sender.listed.at(0).conversations.size(), 1);
        QCOMPARE(sender.loaded.at(0).id, 13U);
        QCOMPARE(sender.loaded.at(0).nodes, {userNode(1, "hello there")});
        QCOMPARE(sender.recordsLoaded.at(0).records.size(), 1);
        QCOMPARE(sender.found.at(0).hits.size(), 1);
        QCOMPARE(sender.readFailed.at(0).id, 16U);
        QVERIFY(!sender.readFailed.at(0).sentence.isEmpty());
    }

    void whatWasSentBeforeTheEndIsKept() {
        StoreFixture place;
        {
            StoreThread thread(place.folder());
            Sender sender(thread);
            thread.start();
            emit sender.save({1, {PutConversation{conversationNamed(kOne)}}});
            for (NodeId id = 1; id <= 50; ++id) {
                emit sender.save({id + 1, {PutMessage{kOne, userNode(id, "text")}}});
            }
            QCOMPARE(thread.finish(), StoreEnd::AllKept);
        }
        STORE_OK(place.open());
        QCOMPARE(place->load(kOne)->nodes.size(), 50);
    }

    void aStoreThatCannotBeOpenedKeepsWhatIsSentUntilItCan() {
        StoreFixture place;
        STORE_OK(place.open()); // another program
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        QTRY_COMPARE(sender.openFailed.size(), 1);
        QCOMPARE(sender.openFailed.first().code, StoreErrorCode::Locked);
        emit sender.save({1, {PutConversation{conversationNamed(kOne)}}});
        emit sender.save({2, {PutMessage{kOne, replyNode(1, "a", MessageState::Writing)}}});
        emit sender.save({3, {PutMessage{kOne, replyNode(1, "ab", MessageState::Writing)}}});
        emit sender.list({4});
        QTRY_COMPARE(sender.readFailed.size(), 1);
        QCOMPARE(sender.saveFailed.size(), 3);
        QCOMPARE(sender.saveFailed.last().after, AfterFailure::Waits);
        QVERIFY(sender.saved.isEmpty());
        emit sender.retry();
        QTRY_COMPARE(sender.openFailed.size(), 2);
        QTRY_COMPARE(sender.saveFailed.size(), 4);
        QCOMPARE(sender.saveFailed.last().id, 1U);
        place.close();
        emit sender.retry();
        QTRY_COMPARE(sender.saved, (QList<StoreRequestId>{1, 2, 3}));
        QCOMPARE(sender.opened.size(), 1);
        emit sender.load({5, kOne});
        QTRY_COMPARE(sender.loaded.size(), 1);
        QCOMPARE(sender.loaded.first().nodes.first().message.text, QString("ab"));
    }

    void whatWaitsIsTriedAgainByItself() {
        StoreFixture place;
        STORE_OK(place.open());
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        emit sender.save({1, {PutConversation{conversationNamed(kOne)}}});
        QTRY_COMPARE(sender.saveFailed.size(), 1);
        place.close();
        QTRY_COMPARE_WITH_TIMEOUT(sender.saved, QList<StoreRequestId>{1}, 20'000);
    }

    void whatCannotBeKeptAtTheEndIsSaid() {
        StoreFixture place;
        STORE_OK(place.open());
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        emit sender.save({1, {PutConversation{conversationNamed(kOne)}}});
        QCOMPARE(thread.finish(), StoreEnd::NotKept);
    }

    void aMistakenRequestHoldsUpNoOther() {
        StoreFixture place;
        STORE_OK(place.open());
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        emit sender.save({1, {PutMessage{"nowhere", userNode(1, "x")}}});
        emit sender.save({2, {PutConversation{conversationNamed(kOne)}}});
        QTRY_COMPARE(sender.saveFailed.size(), 2);
        place.close();
        emit sender.retry();
        QTRY_COMPARE(sender.saved, QList<StoreRequestId>{2});
        QCOMPARE(sender.saveFailed.last().id, 1U);
        QCOMPARE(sender.saveFailed.last().after, AfterFailure::GivenUp);
    }

    void aDatabaseThatIsDamagedWhileOpenIsSavedAndGoesOn() {
        StoreFixture place;
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        emit sender.save({1, {PutConversation{conversationNamed(kOne)}}});
        QList<StoreChange> changes;
        for (NodeId id = 1; id <= 300; ++id) {
            changes.append(
                PutMessage{kOne, userNode(id, QString("text %1 ").arg(id).repeated(100))});
        }
        emit sender.save({2, changes});
        QTRY_COMPARE(sender.saved.size(), 2);
        {
            auto other = Database::open(place.file(), Database::Mode::ReadWrite);
            STORE_OK(other);
            STORE_OK(other->run("PRAGMA wal_checkpoint(TRUNCATE)"));
            QFile file(place.file());
            QVERIFY(file.open(QIODevice::ReadWrite));
            const qint64 pages = file.size() / 4096;
            for (qint64 page = pages / 2; page < pages / 2 + 8; ++page) {
                file.seek(page * 4096);
                file.write(QByteArray(4096, '\xaa'));
            }
        }
        // Only what is not in the cache is read again.
        for (int count = 0; count < 20 && sender.opened.size() < 2; ++count) {
            emit sender.load({3, kOne});
            QTest::qWait(20);
        }
        if (sender.opened.size() < 2) {
            QSKIP("all pages were in SQLite's cache");
        }
        QVERIFY(!sender.opened.last().salvage.setAside.isEmpty());
        emit sender.save({4, {PutMessage{kOne, userNode(301, "goes on")}}});
        QTRY_COMPARE(sender.saved.last(), 4U);
        emit sender.load({5, kOne});
        QTRY_COMPARE(sender.loaded.last().id, 5U);
        QVERIFY(sender.loaded.last().nodes.size() > 200);
    }

    void aNewerDatabaseIsReadAndSavesAreRefusedForGood() {
        StoreFixture place;
        STORE_OK(place.open());
        STORE_OK(place->save({PutConversation{conversationNamed(kOne)}}));
        place.close();
        {
            auto database = Database::open(place.file(), Database::Mode::ReadWrite);
            STORE_OK(database);
            STORE_OK(database->runScript(QStringLiteral("PRAGMA user_version = 99")));
        }
        StoreThread thread(place.folder());
        Sender sender(thread);
        thread.start();
        QTRY_COMPARE(sender.opened.size(), 1);
        QCOMPARE(sender.opened.first().access, StoreAccess::ReadOnly);
        emit sender.load({1, kOne});
        QTRY_COMPARE(sender.loaded.size(), 1);
        emit sender.save({2, {PutFolder{"x"}}});
        QTRY_COMPARE(sender.saveFailed.size(), 1);
        QCOMPARE(sender.saveFailed.first().code, StoreErrorCode::Newer);
        QCOMPARE(sender.saveFailed.first().after, AfterFailure::GivenUp);
    }

    void aFileThatBecomesWritableIsWrittenAfterARetry() {
        StoreFixture place;
        STORE_OK(place.open());
        STORE_OK(place->save({PutConversation{conversationNamed(kOne)}}));
        place.close();
        const QString lock = place.file() + ".lock";
        ::chmod(QFile::encodeName(QFileInfo(place.folder()).path()).constData(), 0755);
        ::chmod(QFile::encodeName(place.folder()).constData(), 0555);
        ::chmod(QFile::encodeName(place.file()).constData(), 0444);
        ::chmod(QFile::encodeName(lock).constData(), 0444);
        const bool isRoot = ::geteuid() == 0;
        QVERIFY(!isRoot || ::seteuid(65534) == 0);
        {
            StoreThread thread(place.folder());
            Sender sender(thread);
            thread.start();
            QTRY_COMPARE(sender.opened.size(), 1);
            QCOMPARE(sender.opened.first().access, StoreAccess::ReadOnly);
            emit sender.save({2, {PutConversation{conversationNamed("c2")}}});
            QTRY_COMPARE(sender.saveFailed.size(), 1);
            QCOMPARE(sender.saveFailed.first().after, AfterFailure::Waits);
            emit sender.retry();
            QTRY_COMPARE(sender.saveFailed.size(), 2);
            QCOMPARE(sender.opened.size(), 1);
            QVERIFY(!isRoot || ::seteuid(0) == 0);
            ::chmod(QFile::encodeName(place.folder()).constData(), 0700);
            ::chmod(QFile::encodeName(place.file()).constData(), 0600);
            ::chmod(QFile::encodeName(lock).constData(), 0600);
            emit sender.retry();
            QTRY_COMPARE(sender.saved, QList<StoreRequestId>{2});
            QCOMPARE(sender.opened.last().access, StoreAccess::Full);
        }
        STORE_OK(place.open());
        QCOMPARE(place->list()->conversations.size(), 2);
    }

    void aThreadThatNeverStartedEndsToo() {
        StoreFixture place;
        StoreThread thread(place.folder());
        QCOMPARE(thread.finish(), StoreEnd::AllKept);
        QVERIFY(!QFile::exists(place.file()));
    }
};

QTEST_GUILESS_MAIN(StoreThreadTest)
#include "store_thread_test.moc"
