// SPDX-License-Identifier: MIT
#include "store/store_files.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace phidelity {

namespace {

constexpr mode_t kOwnFile = 0600;
constexpr mode_t kOwnFolder = 0700;

StoreErrorCode codeOf(int number) {
    switch (number) {
    case EACCES:
    case EPERM:
        return StoreErrorCode::NoPermission;
    case EROFS:
        return StoreErrorCode::ReadOnly;
    case ENOSPC:
    case EDQUOT:
        return StoreErrorCode::DiskFull;
    case ELOOP:
        return StoreErrorCode::LinkRefused;
    case ENOMEM:
        return StoreErrorCode::OutOfMemory;
    default:
        return StoreErrorCode::IoFailed;
    }
}

tl::unexpected<StoreError> systemFail(const QString& path) {
    const int number = errno;
    return storeFail(codeOf(number),
                     path + QStringLiteral(": ") + QString::fromLocal8Bit(std::strerror(number)));
}

/// A descriptor that closes itself.
class Handle {
public:
    Handle(const QString& path, int flags, mode_t mode = 0)
        : m_number(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, mode)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (m_number >= 0) {
            ::close(m_number);
        }
    }
    [[nodiscard]] bool isOpen() const { return m_number >= 0; }
    [[nodiscard]] int number() const { return m_number; }

private:
    int m_number;
};

bool exists(const QString& path) {
    struct stat about {};
    return ::lstat(QFile::encodeName(path).constData(), &about) == 0;
}

} // namespace

StoreResult<StoreFiles> prepareFolder(const QString& folder) {
    const QString wanted = QDir::cleanPath(QDir().absoluteFilePath(folder));
    if (!QFileInfo::exists(wanted)) {
        // Parents as the system makes them (~/.local/share is shared with other programs).
        const QString parent = QFileInfo(wanted).path();
        if (!QDir().mkpath(parent)) {
            return systemFail(parent);
        }
        if (::mkdir(QFile::encodeName(wanted).constData(), kOwnFolder) != 0 && errno != EEXIST) {
            return systemFail(wanted);
        }
    }
    const QString real = QFileInfo(wanted).canonicalFilePath();
    if (real.isEmpty() || !QFileInfo(real).isDir()) {
        return storeFail(StoreErrorCode::IoFailed,
                         wanted + QStringLiteral(": expected a folder, found something else"));
    }
    const QString database = real + QStringLiteral("/conversations.db");
    return StoreFiles{real, database, database + QStringLiteral(".lock")};
}

StoreResult<void> checkWritable(const StoreFiles& files) {
    if (::access(QFile::encodeName(files.folder).constData(), W_OK | X_OK) != 0) {
        return systemFail(files.folder);
    }
    return {};
}

StoreResult<FileKind> inspectDatabase(const StoreFiles& files) {
    struct stat about {};
    if (::lstat(QFile::encodeName(files.database).constData(), &about) != 0) {
        if (errno != ENOENT) {
            return systemFail(files.database);
        }
        // A log alone still holds what was written.
        return QFileInfo(files.log()).size() > 0 ? FileKind::Beheaded : FileKind::None;
    }
    if (S_ISLNK(about.st_mode)) {
        return storeFail(StoreErrorCode::LinkRefused, files.database);
    }
    if (!S_ISREG(about.st_mode)) {
        return storeFail(StoreErrorCode::NotADatabase,
                         files.database + QStringLiteral(": expected a file"));
    }
    if (about.st_size == 0) {
        return QFileInfo(files.log()).size() > 0 ? FileKind::Beheaded : FileKind::Empty;
    }
    const Handle file(files.database, O_RDONLY | O_NOFOLLOW);
    if (!file.isOpen()) {
        return systemFail(files.database);
    }
    std::array<char, 16> start{};
    const ssize_t count = ::pread(file.number(), start.data(), start.size(), 0);
    if (count < 0) {
        return systemFail(files.database);
    }
    constexpr char kMagic[] = "SQLite format 3"; // 16 bytes with the NUL at its end
    const bool fits = count == static_cast<ssize_t>(start.size()) &&
                      std::memcmp(start.data(), kMagic, sizeof kMagic) == 0;
    return fits ? FileKind::Database : FileKind::Beheaded;
}

StoreResult<void> claimDatabase(const StoreFiles& files) {
    const QByteArray name = QFile::encodeName(files.database);
    {
        const Handle file(files.database, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kOwnFile);
        if (file.isOpen()) {
            return syncFolder(files.folder);
        }
        if (errno != EEXIST) {
            return systemFail(files.database);
        }
    }
    struct stat about {};
    if (::lstat(name.constData(), &about) == 0 && S_ISREG(about.st_mode) &&
        (about.st_mode & 077) != 0 && about.st_uid == ::geteuid()) {
        // Not being able to is no reason to stop: on some file systems modes cannot be changed.
        static_cast<void>(::chmod(name.constData(), about.st_mode & 0700));
    }
    return {};
}

QString freeName(const QString& stem, const QString& ending) {
    const QString dated =
        stem + QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    QString name = dated + ending;
    for (int count = 2; exists(name); ++count) {
        name = dated + QStringLiteral("-%1").arg(count) + ending;
    }
    return name;
}

StoreResult<QString> setAside(const StoreFiles& files) {
    const QString name = freeName(files.database + QStringLiteral(".damaged-"), {});
    // The log first: a database without its log is read as an older state, a log without its
    // database is noticed (inspectDatabase).
    if (exists(files.log())) {
        STORE_CHECK(renameFile(files.log(), name + QStringLiteral("-wal")));
    }
    if (exists(files.database)) {
        STORE_CHECK(renameFile(files.database, name));
    }
    // Only an index into the log, made anew when needed.
    ::unlink(QFile::encodeName(files.sharedMemory()).constData());
    STORE_CHECK(syncFolder(files.folder));
    return name;
}

StoreResult<void> syncFolder(const QString& folder) {
    const Handle handle(folder, O_RDONLY | O_DIRECTORY);
    // EINVAL: a file system that knows no such call.
    if (!handle.isOpen() || (::fsync(handle.number()) != 0 && errno != EINVAL)) {
        return systemFail(folder);
    }
    return {};
}

StoreResult<void> syncFile(const QString& path) {
    const Handle handle(path, O_RDWR | O_NOFOLLOW);
    if (!handle.isOpen() || ::fchmod(handle.number(), kOwnFile) != 0 ||
        ::fsync(handle.number()) != 0) {
        return systemFail(path);
    }
    return {};
}

StoreResult<void> copyFile(const QString& from, const QString& to) {
    const Handle source(from, O_RDONLY | O_NOFOLLOW);
    if (!source.isOpen()) {
        return systemFail(from);
    }
    const Handle target(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kOwnFile);
    if (!target.isOpen()) {
        return systemFail(to);
    }
    QByteArray piece(1 << 20, Qt::Uninitialized);
    for (;;) {
        const ssize_t count =
            ::read(source.number(), piece.data(), static_cast<std::size_t>(piece.size()));
        if (count == 0) {
            return {};
        }
        if (count < 0) {
            return systemFail(from);
        }
        for (ssize_t done = 0; done < count;) {
            const ssize_t written = ::write(target.number(), piece.constData() + done,
                                            static_cast<std::size_t>(count - done));
            if (written <= 0) {
                return systemFail(to);
            }
            done += written;
        }
    }
}

StoreResult<void> renameFile(const QString& from, const QString& to) {
    if (std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0) {
        return systemFail(from);
    }
    return {};
}

// ---- StoreLock ----

StoreResult<StoreLock> StoreLock::take(const StoreFiles& files) {
    const QByteArray name = QFile::encodeName(files.lock);
    StoreLock lock;
    lock.m_handle = ::open(name.constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnFile);
    if (lock.m_handle < 0) {
        return systemFail(files.lock);
    }
    if (::flock(lock.m_handle, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return storeFail(StoreErrorCode::Locked, files.lock);
        }
        return systemFail(files.lock);
    }
    char mark = 0;
    lock.m_wasLeftOpen = ::pread(lock.m_handle, &mark, 1, 0) == 1;
    return lock;
}

StoreLock::StoreLock(StoreLock&& other) noexcept
    : m_handle(std::exchange(other.m_handle, -1)), m_wasLeftOpen(other.m_wasLeftOpen) {}

StoreLock& StoreLock::operator=(StoreLock&& other) noexcept {
    std::swap(m_handle, other.m_handle);
    std::swap(m_wasLeftOpen, other.m_wasLeftOpen);
    return *this;
}

StoreLock::~StoreLock() {
    if (m_handle >= 0) {
        ::close(m_handle);
    }
}

void StoreLock::markOpen() {
    // A full disk must not keep anyone from reading; without the mark only a hint is missing.
    static_cast<void>(::pwrite(m_handle, "+", 1, 0) == 1);
}

void StoreLock::markClosed() {
    if (m_handle >= 0) {
        static_cast<void>(::ftruncate(m_handle, 0) == 0);
    }
}

} // namespace phidelity
