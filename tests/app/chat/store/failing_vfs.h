// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace phidelity {

/// What a system call of SQLite's answers when it is made to fail.
enum class Failure {
    NoSpace, ///< writes as much as a full disk takes, half; other calls fail as below
    IoError,
};
enum class Lasting {
    Once,
    FromThenOn, ///< every later call fails too
};

/// What SQLite did to a file on the disk.
struct DiskStep {
    enum class Kind { Write, Truncate, Sync, Delete };
    Kind kind = Kind::Write;
    QString file;  ///< name without folder
    qint64 at = 0; ///< of a write, or the size after a truncation
    QByteArray bytes;
};

/// A VFS between SQLite and the real one that counts every call that can fail and lets a chosen one
/// fail. For the whole process, one thread.
class FailingVfs {
public:
    /// Becomes the default of the process. May be repeated.
    static void install();
    /// The call that comes as number `at`, from 1, fails; 0 = none. Starts counting.
    static void arm(qint64 at, Failure failure, Lasting lasting);
    static void disarm() { arm(0, Failure::IoError, Lasting::Once); }
    /// Calls since arm().
    [[nodiscard]] static qint64 calls();
    /// From now on every step that succeeds is added to the list; null = to none.
    static void record(QList<DiskStep>* steps);
    /// What failed last: "xSync of conversations.db-wal".
    [[nodiscard]] static QString failed();
};

} // namespace phidelity
