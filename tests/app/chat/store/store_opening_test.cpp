// SPDX-License-Identifier: MIT
// What may stand in the place of the database, and how the store is opened then: clear errors,
// nothing lost.
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"

using namespace phidelity;

namespace {

const QString kOne = QStringLiteral("6f1b1f0e-0000-4000-8000-000000000001");

int modeOf(const QString& path) {
    struct stat about {};
    return ::stat(QFile::encodeName(path).constData(), &about) == 0
               ? static_cast<int>(about.st_mode & 0777)
               : -1;
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

void fill(StoreFixture* store, const StoreOptions& options = {}) {
    STORE_OK(store->open(options));
    STORE_OK((*store)->save(
        {PutConversation{conversationNamed(kOne, "One")}, PutMessage{kOne, userNode(1, "hello")}}));
}

/// The test as a user without rights, where it runs as root.
class AsNobody {
public:
    AsNobody() : m_isRoot(::geteuid() == 0) {
        if (m_isRoot && ::seteuid(65534) != 0) {
            m_isRoot = false;
        }
    }
    ~AsNobody() {
        if (m_isRoot) {
            static_cast<void>(::seteuid(0) == 0);
        }
    }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;

private:
    bool m_isRoot;
};

/// A newer program's schema.
StoreOptions withNewerSchema() {
    StoreOptions options;
    options.history.append(
        {QStringLiteral("CREATE TABLE later(id INTEGER PRIMARY KEY, what TEXT);"
                        "INSERT INTO later(what) SELECT title FROM conversation")});
    return options;
}

} // namespace

class StoreOpeningTest : public QObject {
    Q_OBJECT

private slots:
    void folderAndFilesAreForThisUserOnly() {
        const mode_t before = ::umask(0);
        StoreFixture store;
        fill(&store);
        ::umask(before);
        QCOMPARE(modeOf(store.folder()), 0700);
        for (const char* ending : {"", "-wal", "-shm", ".lock"}) {
            QCOMPARE(modeOf(store.file() + QLatin1String(ending)), 0600);
        }
        store.close();
        QVERIFY(QFile::setPermissions(store.file(), QFile::ReadOwner | QFile::WriteOwner |
                                                        QFile::ReadGroup | QFile::ReadOther));
        STORE_OK(store.open());
        QCOMPARE(modeOf(store.file()), 0600);
    }

    void nothingIsLeftBesideTheDatabaseWhenItIsClosed() {
        StoreFixture store;
        fill(&store);
        store.close();
        QCOMPARE(QDir(store.folder()).entryList(QDir::Files),
                 (QStringList{"conversations.db", "conversations.db.lock"}));
    }

    void anEmptyFileIsANewDatabase() {
        StoreFixture store;
        QVERIFY(QDir().mkpath(store.folder()));
        write(store.file(), {});
        fill(&store);
        QVERIFY(store->opened().notice.isEmpty());
    }

    void aFileOfAnotherKindStaysAsItIs_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("a letter") << QByteArray("Dear diary,\n");
        QTest::newRow("long") << QByteArray("all work and no play ").repeated(5000);
        QTest::newRow("zeros") << QByteArray(8192, '\0');
    }
    void aFileOfAnotherKindStaysAsItIs() {
        QFETCH(QByteArray, content);
        StoreFixture store;
        QVERIFY(QDir().mkpath(store.folder()));
        write(store.file(), content);
        QCOMPARE(store.open().error().code, StoreErrorCode::NotADatabase);
        QCOMPARE(contentOf(store.file()), content);
    }

    void aDatabaseOfAnotherProgramStaysAsItIs() {
        for (const char* id : {"0", "12345"}) {
            StoreFixture store;
            QVERIFY(QDir().mkpath(store.folder()));
            write(store.file(), {});
            {
                auto database = Database::open(store.file(), Database::Mode::ReadWrite);
                STORE_OK(database->runScript(
                    QStringLiteral("CREATE TABLE mine(a); PRAGMA application_id = %1").arg(id)));
            }
            const QByteArray before = contentOf(store.file());
            QCOMPARE(store.open().error().code, StoreErrorCode::NotOurs);
            QCOMPARE(contentOf(store.file()), before);
        }
    }

    void aSymbolicLinkInPlaceOfTheFileIsRefused() {
        StoreFixture store;
        fill(&store);
        store.close();
        const QString real = store.folder() + QStringLiteral("/elsewhere.db");
        QVERIFY(QFile::rename(store.file(), real));
        QVERIFY(QFile::link(real, store.file()));
        QCOMPARE(store.open().error().code, StoreErrorCode::LinkRefused);
        QVERIFY(QFile::remove(store.file()));
        QVERIFY(QFile::rename(real, store.file()));
        QVERIFY(QFile::remove(store.file() + ".lock"));
        QVERIFY(QFile::link("/etc/passwd", store.file() + ".lock"));
        QCOMPARE(store.open().error().code, StoreErrorCode::LinkRefused);
    }

    void aLinkedFolderIsFollowed() {
        StoreFixture store;
        fill(&store);
        store.close();
        const QString link = store.folder() + QStringLiteral("-link");
        QVERIFY(QFile::link(store.folder(), link));
        const auto opened = ChatStore::open(link);
        STORE_OK(opened);
        QCOMPARE((*opened)->list()->conversations.size(), 1);
        QCOMPARE((*opened)->opened().path, store.file());
    }

    void onlyOneWritesAtATime() {
        StoreFixture store;
        fill(&store);
        QCOMPARE(ChatStore::open(store.folder()).error().code, StoreErrorCode::Locked);
        store.close();
        STORE_OK(ChatStore::open(store.folder()));
    }

    void aFolderWithoutPermissionToWriteCanBeRead() {
        StoreFixture store;
        fill(&store);
        store.close();
        QVERIFY(QFile::remove(store.file() + ".lock"));
        ::chmod(QFile::encodeName(QFileInfo(store.folder()).path()).constData(), 0755);
        ::chmod(QFile::encodeName(store.file()).constData(), 0444);
        ::chmod(QFile::encodeName(store.folder()).constData(), 0555);
        {
            const AsNobody nobody;
            STORE_OK(store.open());
            QCOMPARE(store->opened().access, StoreAccess::ReadOnly);
            QVERIFY(!store->opened().notice.isEmpty());
            QCOMPARE(store->load(kOne)->nodes.size(), 1);
            QCOMPARE(store->save({PutFolder{"x"}}).error().code, StoreErrorCode::NoPermission);
            store.close();
        }
        ::chmod(QFile::encodeName(store.folder()).constData(), 0700);
    }

    void aLogIsReadWhereNothingCanBeWritten() {
        StoreFixture store;
        fill(&store);
        // As after a crash: what was committed is in the log only.
        QTemporaryDir copy;
        const QString folder = copy.filePath("data");
        QVERIFY(QDir().mkpath(folder));
        for (const char* ending : {"", "-wal"}) {
            const QString to = folder + "/conversations.db" + QLatin1String(ending);
            QVERIFY(QFile::copy(store.file() + QLatin1String(ending), to));
            ::chmod(QFile::encodeName(to).constData(), 0444);
        }
        ::chmod(QFile::encodeName(copy.path()).constData(), 0755);
        ::chmod(QFile::encodeName(folder).constData(), 0555);
        {
            const AsNobody nobody;
            const auto opened = ChatStore::open(folder);
            STORE_OK(opened);
            QCOMPARE((*opened)->opened().access, StoreAccess::ReadOnly);
            QCOMPARE((*opened)->load(kOne)->nodes.size(), 1);
        }
        ::chmod(QFile::encodeName(folder).constData(), 0700);
    }

    void aFolderThatCannotBeMadeIsAnError() {
        QTemporaryDir place;
        ::chmod(QFile::encodeName(place.path()).constData(), 0555);
        {
            const AsNobody nobody;
            QCOMPARE(ChatStore::open(place.filePath("data")).error().code,
                     StoreErrorCode::NoPermission);
        }
        ::chmod(QFile::encodeName(place.path()).constData(), 0700);
    }

    void anOlderSchemaIsCopiedThenTakenOver() {
        StoreFixture store;
        fill(&store);
        STORE_OK(store.open(withNewerSchema()));
        const QString backup = store->opened().backup;
        QVERIFY(!store->opened().notice.isEmpty());
        QCOMPARE(store->load(kOne)->nodes.size(), 1);
        QCOMPARE(modeOf(backup), 0600);
        {
            auto old = Database::open(backup, Database::Mode::ReadOnly);
            STORE_OK(old);
            QCOMPARE(*old->number("PRAGMA user_version"), schemaHistory().size());
            QCOMPARE(*old->number("SELECT count(*) FROM message"), 1);
            QCOMPARE(*old->number("SELECT count(*) FROM sqlite_schema WHERE name = 'later'"), 0);
        }
        {
            auto now = Database::open(store.file(), Database::Mode::ReadOnly);
            QCOMPARE(*now->number("PRAGMA user_version"), schemaHistory().size() + 1);
            QCOMPARE(*now->number("SELECT count(*) FROM later"), 1);
        }
        STORE_OK(store.open(withNewerSchema()));
        QVERIFY(store->opened().backup.isEmpty());
    }

    void thePlansOfVersionOneMoveIntoTheirConversations() {
        StoreFixture store;
        StoreOptions first;
        first.history = {schemaHistory().first()};
        ConversationInfo info = conversationNamed(kOne);
        info.format = FormatId::Qa;
        STORE_OK(store.open(first));
        STORE_OK(store->save(
            {PutConversation{info}, PutConversation{conversationNamed("other")},
             PutState{"context:" + kOne, "{\"firstSent\":3,\"habit\":\"drop\",\"summary\":\"the "
                                         "\\\"firstSent\\\" one\"}"},
             PutState{"open", "x"}}));
        STORE_OK(store.open());
        const ContextPlan plan{3, QStringLiteral("the \"firstSent\" one"), ContextHabit::Drop};
        QCOMPARE(setupFromJson(store->load(kOne)->settings).plan, plan);
        QVERIFY(!setupFromJson(store->load(kOne)->settings).settings);
        QCOMPARE(store->load(kOne)->info.format, PromptFormat(FormatId::Qa));
        QVERIFY(store->load("other")->settings.isEmpty());
        QCOMPARE(store->list()->state, (QHash<QString, QString>{{"open", "x"}}));
    }

    void aMigrationThatFailsLeavesTheOldSchema() {
        StoreFixture store;
        fill(&store);
        StoreOptions wrong = withNewerSchema();
        wrong.history.append({QStringLiteral("DROP TABLE message; SELECT * FROM nowhere")});
        QCOMPARE(store.open(wrong).error().code, StoreErrorCode::Refused);
        STORE_OK(store.open());
        QCOMPARE(store->load(kOne)->nodes.size(), 1);
    }

    void threeCopiesOfOldSchemasAreKept() {
        StoreFixture store;
        fill(&store);
        store.close();
        StoreOptions options;
        for (int version = 3; version <= 8; ++version) {
            options.history.append({QStringLiteral("CREATE TABLE more%1(a)").arg(version)});
            STORE_OK(store.open(options));
        }
        const QStringList kept =
            QDir(store.folder()).entryList({"conversations.db.before-v*"}, QDir::Files);
        QCOMPARE(kept.size(), 3);
        QVERIFY(kept.contains(QFileInfo(store->opened().backup).fileName()));
    }

    void aNewerSchemaCanBeReadAndIsNotChanged() {
        StoreFixture store;
        fill(&store, withNewerSchema());
        store.close();
        const QByteArray before = contentOf(store.file());
        STORE_OK(store.open());
        QCOMPARE(store->opened().access, StoreAccess::ReadOnly);
        QVERIFY(store->opened().notice.contains("newer"));
        QCOMPARE(store->load(kOne)->nodes.size(), 1);
        QCOMPARE(store->search({1, "hello", SearchScope::Kept, 9})->hits.size(), 1);
        QCOMPARE(store->save({PutFolder{"x"}}).error().code, StoreErrorCode::Newer);
        store.close();
        QCOMPARE(contentOf(store.file()), before);
    }

    void aMissingLogIsSaid() {
        StoreFixture store;
        fill(&store);
        QTemporaryDir copy;
        const QString folder = copy.filePath("data");
        QVERIFY(QDir().mkpath(folder));
        {
            auto other = Database::open(store.file(), Database::Mode::ReadWrite);
            STORE_OK(other->run("PRAGMA wal_checkpoint(TRUNCATE)"));
        }
        for (const char* ending : {"", ".lock"}) {
            QVERIFY(QFile::copy(store.file() + QLatin1String(ending),
                                folder + "/conversations.db" + QLatin1String(ending)));
        }
        auto opened = ChatStore::open(folder);
        STORE_OK(opened);
        QVERIFY((*opened)->opened().notice.contains("-wal"));
        QCOMPARE((*opened)->load(kOne)->nodes.size(), 1);
        opened->reset();
        opened = ChatStore::open(folder);
        QVERIFY((*opened)->opened().notice.isEmpty());
    }

    void everyErrorHasASentenceOfItsOwn() {
        QSet<QString> sentences;
        for (int code = 0; code <= static_cast<int>(StoreErrorCode::Refused); ++code) {
            const QString sentence = describeStoreError(static_cast<StoreErrorCode>(code));
            QVERIFY(sentence.endsWith(u'.'));
            sentences.insert(sentence);
        }
        QCOMPARE(sentences.size(), static_cast<int>(StoreErrorCode::Refused) + 1);
    }
};

QTEST_GUILESS_MAIN(StoreOpeningTest)
#include "store_opening_test.moc"
