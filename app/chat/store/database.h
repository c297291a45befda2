// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <unordered_map>

#include <QByteArray>
#include <QString>

#include "store/store_error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace phidelity {

/// A prepared statement with its values, read row by row. Reset when it goes; not past the life of
/// its Database. A value that could not be bound or read is told by the next next().
class Query {
public:
    Query(Query&& other) noexcept;
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    Query& operator=(Query&&) = delete;
    ~Query();

    /// The next row; false behind the last.
    [[nodiscard]] StoreResult<bool> next();

    // Columns of the row, from 0. Other types are converted as SQLite does.
    [[nodiscard]] QString text(int column);
    [[nodiscard]] QByteArray bytes(int column);
    [[nodiscard]] qint64 integer(int column);
    [[nodiscard]] double real(int column);
    [[nodiscard]] bool isNull(int column);

private:
    friend class Database;
    enum class Life { Cached, Single };
    Query(sqlite3* database, sqlite3_stmt* statement, Life life);
    void bind(const QString& value);
    void bind(const QByteArray& value); ///< as a blob
    void bind(qint64 value);
    void bind(double value);
    void keep(int code);

    sqlite3* m_database;
    sqlite3_stmt* m_statement; ///< null where it could not be prepared
    Life m_life;
    int m_bound = 0;
    int m_code = 0; ///< the first that failed, SQLite's extended codes
};

/// A connection, for the thread that opened it. Statements are prepared once: the SQL is a literal,
/// or outlives the connection.
class Database {
public:
    enum class Mode { ReadWrite, ReadOnly, Immutable };

    /// The file must be there; a symbolic link in its path is refused. Waits up to two seconds for
    /// a lock.
    static StoreResult<Database> open(const QString& path, Mode mode);
    Database(Database&& other) noexcept = default;
    Database& operator=(Database&&) = delete;
    ~Database();

    template <class... Values>
    Query query(const char* sql, const Values&... values) {
        Query made = prepare(sql);
        (made.bind(values), ...);
        return made;
    }
    /// Runs to the end; rows are dropped.
    template <class... Values>
    [[nodiscard]] StoreResult<void> run(const char* sql, const Values&... values) {
        return finish(query(sql, values...));
    }
    /// Several statements, without values.
    [[nodiscard]] StoreResult<void> runScript(const QString& sql);
    /// The first column of the first row; 0 without one.
    template <class... Values>
    [[nodiscard]] StoreResult<qint64> number(const char* sql, const Values&... values) {
        Query asked = query(sql, values...);
        STORE_TRY(const bool any, asked.next());
        return any ? asked.integer(0) : 0;
    }

    [[nodiscard]] qint64 lastId() const;
    [[nodiscard]] bool inTransaction() const;
    [[nodiscard]] bool isWritable() const;
    /// Closing leaves the log as it is, or merges it into the database if this is the last
    /// connection (as after open()).
    void keepLogOnClose();
    void mergeLogOnClose();
    /// Statements that run longer than this many ms from now on fail; 0 = no limit.
    void limitTime(int ms);
    /// Whether one failed for that since limitTime.
    [[nodiscard]] bool ranOutOfTime() const;

private:
    struct Closer {
        void operator()(sqlite3* database) const;
    };
    struct Limit {
        std::chrono::steady_clock::time_point end;
        bool reached = false;
    };
    explicit Database(sqlite3* database);
    Query prepare(const char* sql);
    [[nodiscard]] static StoreResult<void> finish(Query query);

    std::unique_ptr<Limit> m_limit;
    std::unique_ptr<sqlite3, Closer> m_database;
    std::unordered_map<std::string_view, sqlite3_stmt*> m_statements;
};

/// BEGIN IMMEDIATE, and ROLLBACK unless commit() succeeded.
class Transaction {
public:
    static StoreResult<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] StoreResult<void> commit();

private:
    explicit Transaction(Database& database) : m_database(&database) {}
    Database* m_database; ///< null once it ended
};

/// The error behind an extended code of SQLite; `detail` has both texts.
[[nodiscard]] StoreError databaseError(sqlite3* database, int code);

} // namespace phidelity
