// SPDX-License-Identifier: MIT
#include "store/database.h"

#include <cerrno>
#include <cstring>

#include <QFile>

#include <sqlite3.h>

namespace phidelity {

namespace {

StoreErrorCode systemCode(int number, StoreErrorCode otherwise) {
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return StoreErrorCode::DiskFull;
    case EROFS:
        return StoreErrorCode::ReadOnly;
    case EACCES:
    case EPERM:
        return StoreErrorCode::NoPermission;
    case ENOMEM:
        return StoreErrorCode::OutOfMemory;
    default:
        return otherwise;
    }
}

StoreErrorCode codeOf(sqlite3* database, int code) {
    const int number = database ? sqlite3_system_errno(database) : 0;
    if (code == SQLITE_CANTOPEN_SYMLINK) {
        return StoreErrorCode::LinkRefused;
    }
    if (code == SQLITE_IOERR_NOMEM) {
        return StoreErrorCode::OutOfMemory;
    }
    switch (code & 0xff) {
    case SQLITE_FULL:
        return StoreErrorCode::DiskFull;
    case SQLITE_READONLY:
        return StoreErrorCode::ReadOnly;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return StoreErrorCode::Locked;
    case SQLITE_CORRUPT:
        return StoreErrorCode::Damaged;
    case SQLITE_NOTADB:
        return StoreErrorCode::NotADatabase;
    case SQLITE_NOMEM:
        return StoreErrorCode::OutOfMemory;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return StoreErrorCode::NoPermission;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return systemCode(number, StoreErrorCode::IoFailed);
    default:
        return StoreErrorCode::Refused;
    }
}

} // namespace

StoreError databaseError(sqlite3* database, int code) {
    QString detail = QString::fromUtf8(sqlite3_errstr(code));
    if (database && sqlite3_extended_errcode(database) == code) {
        detail += QStringLiteral(": ") + QString::fromUtf8(sqlite3_errmsg(database));
    }
    const int number = database ? sqlite3_system_errno(database) : 0;
    const int kind = code & 0xff;
    if (number != 0 && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN || kind == SQLITE_FULL)) {
        detail += QStringLiteral(" (%1)").arg(QString::fromLocal8Bit(std::strerror(number)));
    }
    detail += QStringLiteral(" [SQLite %1]").arg(code);
    return {codeOf(database, code), detail};
}

// ---- Query ----

Query::Query(sqlite3* database, sqlite3_stmt* statement, Life life)
    : m_database(database), m_statement(statement), m_life(life) {}

Query::Query(Query&& other) noexcept
    : m_database(other.m_database), m_statement(std::exchange(other.m_statement, nullptr)),
      m_life(other.m_life), m_bound(other.m_bound), m_code(other.m_code) {}

Query::~Query() {
    if (!m_statement) {
        return;
    }
    if (m_life == Life::Single) {
        sqlite3_finalize(m_statement);
        return;
    }
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
}

void Query::keep(int code) {
    if (m_code == SQLITE_OK) {
        m_code = code;
    }
}

void Query::bind(const QString& value) {
    if (m_statement) {
        // With its length, so that NULs inside it are kept; never null, or NULL would be bound.
        const QByteArray text = value.toUtf8();
        keep(sqlite3_bind_text64(m_statement, ++m_bound, text.constData(),
                                 static_cast<sqlite3_uint64>(text.size()), SQLITE_TRANSIENT,
                                 SQLITE_UTF8));
    }
}

void Query::bind(const QByteArray& value) {
    if (m_statement) {
        keep(sqlite3_bind_blob64(m_statement, ++m_bound, value.constData(),
                                 static_cast<sqlite3_uint64>(value.size()), SQLITE_TRANSIENT));
    }
}

void Query::bind(qint64 value) {
    if (m_statement) {
        keep(sqlite3_bind_int64(m_statement, ++m_bound, value));
    }
}

void Query::bind(double value) {
    if (m_statement) {
        keep(sqlite3_bind_double(m_statement, ++m_bound, value));
    }
}

StoreResult<bool> Query::next() {
    if (m_code != SQLITE_OK || !m_statement) {
        return tl::unexpected<StoreError>(databaseError(m_database, m_code));
    }
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        return code == SQLITE_ROW;
    }
    keep(code);
    return tl::unexpected<StoreError>(databaseError(m_database, code));
}

QString Query::text(int column) {
    const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    const int length = sqlite3_column_bytes(m_statement, column);
    if (!start && sqlite3_column_type(m_statement, column) != SQLITE_NULL &&
        sqlite3_errcode(m_database) == SQLITE_NOMEM) {
        keep(SQLITE_NOMEM);
    }
    return QString::fromUtf8(start, start ? length : 0);
}

QByteArray Query::bytes(int column) {
    const auto* start = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    const int length = sqlite3_column_bytes(m_statement, column);
    if (!start && sqlite3_errcode(m_database) == SQLITE_NOMEM) {
        keep(SQLITE_NOMEM);
    }
    return {start, start ? length : 0};
}

qint64 Query::integer(int column) {
    return sqlite3_column_int64(m_statement, column);
}

double Query::real(int column) {
    return sqlite3_column_double(m_statement, column);
}

bool Query::isNull(int column) {
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

// ---- Database ----

void Database::Closer::operator()(sqlite3* database) const {
    sqlite3_close(database);
}

Database::Database(sqlite3* database) : m_limit(std::make_unique<Limit>()), m_database(database) {}

Database::~Database() {
    for (const auto& [sql, statement] : m_statements) {
        sqlite3_finalize(statement);
    }
}

StoreResult<Database> Database::open(const QString& path, Mode mode) {
    QByteArray name = QFile::encodeName(path);
    int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (mode == Mode::Immutable) {
        flags |= SQLITE_OPEN_URI;
        name = "file:" + name.toPercentEncoding("/") + "?immutable=1";
    }
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(name.constData(), &made, flags, nullptr);
    if (!made) {
        return storeFail(StoreErrorCode::OutOfMemory, path);
    }
    Database database(made);
    if (code != SQLITE_OK) {
        StoreError error = databaseError(made, code);
        error.detail = path + QStringLiteral(": ") + error.detail;
        return tl::unexpected<StoreError>(std::move(error));
    }
    sqlite3_busy_timeout(made, 2000);
    // The file may come from elsewhere: nothing in its schema may act.
    sqlite3_db_config(made, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(made, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(made, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    sqlite3_db_config(made, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    return database;
}

Query Database::prepare(const char* sql) {
    sqlite3* database = m_database.get();
    const std::string_view key(sql);
    const auto known = m_statements.find(key);
    const bool free = known != m_statements.end() && !sqlite3_stmt_busy(known->second);
    if (free) {
        return {database, known->second, Query::Life::Cached};
    }
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(database, sql, static_cast<int>(key.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    // The one that is being read keeps its place; a second of its kind lives for this use only.
    const bool cached = code == SQLITE_OK && known == m_statements.end();
    if (cached) {
        m_statements.emplace(key, made);
    }
    Query query(database, made, cached ? Query::Life::Cached : Query::Life::Single);
    query.keep(code);
    return query;
}

StoreResult<void> Database::finish(Query query) {
    for (;;) {
        STORE_TRY(const bool more, query.next());
        if (!more) {
            return {};
        }
    }
}

StoreResult<void> Database::runScript(const QString& sql) {
    sqlite3* database = m_database.get();
    const int code = sqlite3_exec(database, sql.toUtf8().constData(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return tl::unexpected<StoreError>(databaseError(database, code));
    }
    return {};
}

qint64 Database::lastId() const {
    return sqlite3_last_insert_rowid(m_database.get());
}

bool Database::inTransaction() const {
    return sqlite3_get_autocommit(m_database.get()) == 0;
}

bool Database::isWritable() const {
    return sqlite3_db_readonly(m_database.get(), "main") == 0;
}

void Database::keepLogOnClose() {
    sqlite3_db_config(m_database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Database::mergeLogOnClose() {
    sqlite3_db_config(m_database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

void Database::limitTime(int ms) {
    m_limit->reached = false;
    if (ms == 0) {
        sqlite3_progress_handler(m_database.get(), 0, nullptr, nullptr);
        return;
    }
    m_limit->end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    const auto isOver = [](void* data) {
        auto* limit = static_cast<Limit*>(data);
        limit->reached = std::chrono::steady_clock::now() > limit->end;
        return limit->reached ? 1 : 0;
    };
    sqlite3_progress_handler(m_database.get(), 2000, isOver, m_limit.get());
}

bool Database::ranOutOfTime() const {
    return m_limit->reached;
}

// ---- Transaction ----

StoreResult<Transaction> Transaction::begin(Database& database) {
    STORE_CHECK(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)) {}

Transaction::~Transaction() {
    // Some errors have rolled back already; another ROLLBACK would only be refused.
    if (m_database && m_database->inTransaction()) {
        const auto undone = m_database->run("ROLLBACK");
        static_cast<void>(undone);
    }
}

StoreResult<void> Transaction::commit() {
    STORE_CHECK(m_database->run("COMMIT"));
    m_database = nullptr;
    return {};
}

} // namespace phidelity
