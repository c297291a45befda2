// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include "store/store_error.h"

namespace phidelity {

/// The files of a store in its folder, and what is done with them besides SQLite. Never opens the
/// database while SQLite has it: closing it again would drop SQLite's locks.
struct StoreFiles {
    QString folder; ///< absolute, without symbolic links
    QString database;
    QString lock;

    [[nodiscard]] QString log() const { return database + QStringLiteral("-wal"); }
    [[nodiscard]] QString sharedMemory() const { return database + QStringLiteral("-shm"); }
};

/// Makes the folder (for this user only) if it is not there.
[[nodiscard]] StoreResult<StoreFiles> prepareFolder(const QString& folder);

/// Whether the process may make files in the folder.
[[nodiscard]] StoreResult<void> checkWritable(const StoreFiles& files);

/// What stands in the place of the database.
enum class FileKind {
    None,
    Empty,    ///< without a byte, and no log beside it
    Database, ///< as far as its first bytes say
    Beheaded, ///< not a database by its first bytes, or empty beside a log that is not
};

/// Errors: LinkRefused, NoPermission, IoFailed.
[[nodiscard]] StoreResult<FileKind> inspectDatabase(const StoreFiles& files);

/// An empty file that only this user can read, unless one is there; one that others can read is
/// closed to them if it is ours.
[[nodiscard]] StoreResult<void> claimDatabase(const StoreFiles& files);

/// Moves the database with its log aside, to "<database>.damaged-<time>". Returns that name.
[[nodiscard]] StoreResult<QString> setAside(const StoreFiles& files);

/// `stem` + time of day + `ending`, a name that is not taken.
[[nodiscard]] QString freeName(const QString& stem, const QString& ending);

/// Makes what was renamed or created in a folder last.
[[nodiscard]] StoreResult<void> syncFolder(const QString& folder);
/// Makes the content of a file last, and closes it to other users.
[[nodiscard]] StoreResult<void> syncFile(const QString& path);
/// A copy that only this user can read; `to` must not be there. What is copied lasts only after
/// syncFile.
[[nodiscard]] StoreResult<void> copyFile(const QString& from, const QString& to);
/// Replaces `to` if it is there.
[[nodiscard]] StoreResult<void> renameFile(const QString& from, const QString& to);

/// Held by the one process that may write; given back by the system however the process ends.
class StoreLock {
public:
    /// Errors: Locked, LinkRefused, ReadOnly, NoPermission, ...
    static StoreResult<StoreLock> take(const StoreFiles& files);
    StoreLock() = default;
    StoreLock(StoreLock&& other) noexcept;
    StoreLock& operator=(StoreLock&& other) noexcept;
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;
    ~StoreLock();

    /// The process that had it before ended without marking the end.
    [[nodiscard]] bool wasLeftOpen() const { return m_wasLeftOpen; }
    /// The database is open from now on, or closed in order.
    void markOpen();
    void markClosed();

private:
    int m_handle = -1;
    bool m_wasLeftOpen = false;
};

} // namespace phidelity
