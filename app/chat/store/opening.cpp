// SPDX-License-Identifier: MIT
#include "store/opening.h"

#include <QDir>
#include <QFileInfo>

#include "store/message_table.h"
#include "store/salvage.h"

namespace phidelity {

namespace {

constexpr qsizetype kBackups = 3;

/// A salvaged database that only waits to be put in place; whole when it has this name.
QString salvagedName(const StoreFiles& files) {
    return files.database + QStringLiteral(".salvaged");
}

/// Version of the schema; 0 for a database without tables. Errors: NotOurs.
StoreResult<qint64> readVersion(Database& database) {
    STORE_TRY(const qint64 application, database.number("PRAGMA application_id"));
    STORE_TRY(const qint64 version, database.number("PRAGMA user_version"));
    STORE_TRY(const qint64 tables, database.number("SELECT count(*) FROM sqlite_schema"));
    if (application == kApplicationId || (application == 0 && version == 0 && tables == 0)) {
        return version;
    }
    return storeFail(StoreErrorCode::NotOurs,
                     QStringLiteral("application_id: expected %1, found %2")
                         .arg(kApplicationId, 0, 16)
                         .arg(application, 0, 16));
}

StoreResult<void> setUp(Database& database) {
    // Where the file system has no shared memory it stays with a rollback journal, as safe but
    // slower.
    STORE_CHECK(database.run("PRAGMA journal_mode = WAL"));
    STORE_CHECK(database.run("PRAGMA synchronous = FULL"));
    STORE_CHECK(database.run("PRAGMA secure_delete = ON"));
    // A log that grew during a long write gives its space back.
    return database.run("PRAGMA journal_size_limit = 16777216");
}

StoreResult<void> lookForDamage(Database& database, int ms) {
    database.limitTime(ms);
    const auto found = [&]() -> StoreResult<QString> {
        Query row = database.query("PRAGMA quick_check(1)");
        STORE_TRY(const bool any, row.next());
        return any ? row.text(0) : QString();
    }();
    const bool brokenOff = !found && database.ranOutOfTime();
    database.limitTime(0);
    if (brokenOff) {
        return {};
    }
    STORE_CHECK(found);
    if (*found != QStringLiteral("ok")) {
        return storeFail(StoreErrorCode::Damaged, *found);
    }
    return {};
}

/// Keeps the newest copies of old schemas.
void pruneBackups(const StoreFiles& files) {
    QDir folder(files.folder);
    const QString pattern = QFileInfo(files.database).fileName() + QStringLiteral(".before-v*");
    const QStringList names = folder.entryList({pattern}, QDir::Files, QDir::Time);
    for (qsizetype at = kBackups; at < names.size(); ++at) {
        folder.remove(names.at(at));
    }
}

/// Copies the database to a file beside it that is complete when it has its name.
StoreResult<QString> backUp(Database& database, const StoreFiles& files, qsizetype version) {
    const QString name = freeName(files.database + QStringLiteral(".before-v%1-").arg(version), {});
    const QString part = files.database + QStringLiteral(".backup-part");
    QFile::remove(part);
    STORE_CHECK(database.run("VACUUM INTO ?", part));
    STORE_CHECK(syncFile(part));
    STORE_CHECK(renameFile(part, name));
    STORE_CHECK(syncFolder(files.folder));
    return name;
}

/// Opens what cannot be written where it is, or reads beside a writer.
StoreResult<OpenedDatabase> openToRead(const StoreFiles& files, const StoreOptions& options,
                                       std::optional<StoreError> refusal) {
    STORE_TRY(const FileKind kind, inspectDatabase(files));
    if (kind == FileKind::None || kind == FileKind::Empty) {
        return refusal ? tl::unexpected<StoreError>(*refusal)
                       : storeFail(StoreErrorCode::NotFound, files.database);
    }
    if (kind == FileKind::Beheaded) {
        return storeFail(StoreErrorCode::NotADatabase, files.database);
    }
    OpenedDatabase opened;
    opened.report.access = StoreAccess::ReadOnly;
    opened.report.path = files.database;
    opened.refusal =
        refusal ? refusal
                : StoreError{StoreErrorCode::ReadOnly, QStringLiteral("opened to be read")};
    const auto tryToRead = [&](const QString& path, Database::Mode mode) -> StoreResult<qint64> {
        STORE_TRY(Database database, Database::open(path, mode));
        STORE_TRY(const qint64 version, readVersion(database));
        opened.database = std::make_unique<Database>(std::move(database));
        return version;
    };
    StoreResult<qint64> version = tryToRead(files.database, Database::Mode::ReadOnly);
    const bool hasLog = QFileInfo(files.log()).size() > 0;
    // Without the right to make the log's index SQLite refuses; without a log there is nothing that
    // could change under it.
    if (!version && !hasLog && version.error().code != StoreErrorCode::NotOurs &&
        version.error().code != StoreErrorCode::Damaged) {
        version = tryToRead(files.database, Database::Mode::Immutable);
    }
    const bool isOlder = version && *version < options.history.size();
    const bool unreadable = !version && version.error().code != StoreErrorCode::NotOurs;
    if (unreadable || isOlder) {
        opened.database.reset();
        opened.copy = std::make_unique<QTemporaryDir>();
        const QString path = opened.copy->filePath(QStringLiteral("conversations.db"));
        STORE_CHECK(copyFile(files.database, path));
        if (hasLog) {
            STORE_CHECK(copyFile(files.log(), path + QStringLiteral("-wal")));
        }
        version = tryToRead(path, Database::Mode::ReadWrite);
        if (version && *version < options.history.size()) {
            STORE_CHECK(migrate(*opened.database, options.history));
        }
    }
    STORE_CHECK(version);
    if (opened.refusal) {
        opened.report.notice = describeStoreError(opened.refusal->code);
    }
    return opened;
}

/// The database in its place, healthy and of the newest schema. Damage is an error here.
StoreResult<OpenedDatabase> openToWrite(const StoreFiles& files, const StoreOptions& options) {
    STORE_CHECK(claimDatabase(files));
    STORE_TRY(Database database, Database::open(files.database, Database::Mode::ReadWrite));
    database.keepLogOnClose();
    STORE_TRY(const qint64 version, readVersion(database));
    if (version > options.history.size()) {
        return storeFail(StoreErrorCode::Newer,
                         QStringLiteral("schema version: expected %1 at most, found %2")
                             .arg(options.history.size())
                             .arg(version));
    }
    if (!database.isWritable()) {
        return storeFail(StoreErrorCode::ReadOnly, files.database);
    }
    STORE_CHECK(lookForDamage(database, options.checkMs));
    STORE_CHECK(setUp(database));
    OpenedDatabase opened;
    opened.report.path = files.database;
    if (version < options.history.size()) {
        if (version > 0) {
            STORE_TRY(opened.report.backup, backUp(database, files, options.history.size()));
            pruneBackups(files);
            opened.report.notice =
                QStringLiteral("The conversations were taken over from an older version; a copy of "
                               "them as they were is in %1.")
                    .arg(opened.report.backup);
        }
        STORE_CHECK(migrate(database, options.history));
    }
    {
        STORE_TRY(Transaction transaction, Transaction::begin(database));
        TextIndex index(database);
        STORE_CHECK(index.refresh());
        FormatTable formats(database);
        MessageTable messages(database, formats);
        STORE_TRY(opened.report.resumed, messages.endCutOff());
        STORE_CHECK(transaction.commit());
    }
    database.mergeLogOnClose();
    opened.database = std::make_unique<Database>(std::move(database));
    return opened;
}

QString salvageNotice(const SalvageCounts& counts) {
    return QStringLiteral("The file with the conversations was damaged. %1 of %2 messages in %3 "
                          "conversations were saved; the damaged file was kept as %4.")
        .arg(counts.messagesSaved)
        .arg(counts.messagesFound)
        .arg(counts.conversations)
        .arg(counts.setAside);
}

/// Puts what can be read of a damaged database in its place. At each moment either the damaged file
/// stands there, or a finished new one has its name or waits for it.
StoreResult<SalvageCounts> replaceDamaged(const StoreFiles& files, const StoreOptions& options) {
    const QString part = files.database + QStringLiteral(".salvage-part");
    for (const char* ending : {"", "-wal", "-shm"}) {
        QFile::remove(part + QLatin1String(ending));
    }
    StoreFiles target = files;
    target.database = part;
    STORE_CHECK(claimDatabase(target));
    SalvageCounts counts;
    {
        STORE_TRY(Database fresh, Database::open(part, Database::Mode::ReadWrite));
        STORE_CHECK(migrate(fresh, options.history));
        STORE_TRY(counts, salvage(files.database, files.log(), fresh));
        STORE_CHECK(setUp(fresh));
    }
    STORE_CHECK(syncFile(part));
    STORE_CHECK(renameFile(part, salvagedName(files)));
    STORE_TRY(counts.setAside, setAside(files));
    STORE_CHECK(renameFile(salvagedName(files), files.database));
    STORE_CHECK(syncFolder(files.folder));
    return counts;
}

} // namespace

StoreResult<OpenedDatabase> openDatabase(const QString& folder, const StoreOptions& options) {
    STORE_TRY(const StoreFiles files, prepareFolder(folder));
    if (options.use == StoreOptions::Use::Read) {
        return openToRead(files, options, {});
    }
    StoreResult<StoreLock> lock = StoreLock::take(files);
    if (!lock) {
        const StoreErrorCode code = lock.error().code;
        const bool readable =
            code == StoreErrorCode::ReadOnly || code == StoreErrorCode::NoPermission;
        return readable ? openToRead(files, options, lock.error())
                        : tl::unexpected<StoreError>(lock.error());
    }
    STORE_TRY(FileKind kind, inspectDatabase(files));
    if (kind == FileKind::None && QFileInfo::exists(salvagedName(files))) {
        // The last run ended between two renames.
        STORE_CHECK(renameFile(salvagedName(files), files.database));
        STORE_CHECK(syncFolder(files.folder));
        kind = FileKind::Database;
    }
    // SQLite takes the log away when it is closed in order, and only then.
    const bool logIsMissing =
        lock->wasLeftOpen() && kind == FileKind::Database && !QFileInfo::exists(files.log());
    StoreResult<OpenedDatabase> opened = [&]() -> StoreResult<OpenedDatabase> {
        if (kind == FileKind::Beheaded) {
            return storeFail(StoreErrorCode::NotADatabase, files.database);
        }
        if (options.repair == StoreOptions::Repair::Always) {
            return storeFail(StoreErrorCode::Damaged, files.database);
        }
        return openToWrite(files, options);
    }();
    if (!opened) {
        switch (opened.error().code) {
        case StoreErrorCode::Newer:
        case StoreErrorCode::ReadOnly:
        case StoreErrorCode::NoPermission:
            return openToRead(files, options, opened.error());
        case StoreErrorCode::Damaged:
        case StoreErrorCode::NotADatabase: {
            // A file without anything of ours is somebody's own: it stays.
            const bool mayBeForeign = opened.error().code == StoreErrorCode::NotADatabase;
            if (mayBeForeign && !hasSomethingToSalvage(files.database, files.log())) {
                return opened;
            }
            STORE_TRY(const SalvageCounts counts, replaceDamaged(files, options));
            opened = openToWrite(files, options);
            if (!opened) {
                return opened;
            }
            opened->report.salvage = counts;
            opened->report.notice = salvageNotice(counts);
            break;
        }
        default:
            return opened;
        }
    }
    if (logIsMissing && opened->report.notice.isEmpty()) {
        opened->report.notice =
            QStringLiteral("A part of the conversations' file (%1) has disappeared since the last "
                           "run. What was written shortly before its end may be missing.")
                .arg(files.log());
    }
    lock->markOpen();
    opened->lock = std::move(*lock);
    return opened;
}

} // namespace phidelity
