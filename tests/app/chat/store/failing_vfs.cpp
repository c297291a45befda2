// SPDX-License-Identifier: MIT
#include "failing_vfs.h"

#include <cstring>
#include <new>

#include <QFileInfo>

#include <sqlite3.h>

namespace phidelity {

namespace {

struct State {
    qint64 calls = 0;
    qint64 at = 0;
    Failure failure = Failure::IoError;
    Lasting lasting = Lasting::Once;
    QString failed;
    sqlite3_vfs* real = nullptr;
    QList<DiskStep>* steps = nullptr;
};
State g_state;

struct ShimFile {
    sqlite3_file base;
    char name[256];
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

bool fails(const char* call, const char* name) {
    ++g_state.calls;
    const bool now =
        g_state.at > 0 && (g_state.calls == g_state.at ||
                           (g_state.lasting == Lasting::FromThenOn && g_state.calls > g_state.at));
    if (now) {
        g_state.failed =
            QStringLiteral("%1 of %2").arg(QString::fromLatin1(call), QString::fromUtf8(name));
    }
    return now;
}

int recorded(int code, DiskStep::Kind kind, const char* name, qint64 at = 0,
             const QByteArray& bytes = {}) {
    if (code == SQLITE_OK && g_state.steps) {
        g_state.steps->append({kind, QFileInfo(QString::fromUtf8(name)).fileName(), at, bytes});
    }
    return code;
}

ShimFile* shim(sqlite3_file* file) {
    return reinterpret_cast<ShimFile*>(file);
}

int closeFile(sqlite3_file* file) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}
int readFile(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
    sqlite3_file* real = shim(file)->real();
    return fails("xRead", shim(file)->name) ? SQLITE_IOERR_READ
                                            : real->pMethods->xRead(real, out, size, at);
}
int writeFile(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    sqlite3_file* real = shim(file)->real();
    if (!fails("xWrite", shim(file)->name)) {
        return recorded(real->pMethods->xWrite(real, bytes, size, at), DiskStep::Kind::Write,
                        shim(file)->name, at, QByteArray(static_cast<const char*>(bytes), size));
    }
    if (g_state.failure == Failure::IoError) {
        return SQLITE_IOERR_WRITE;
    }
    real->pMethods->xWrite(real, bytes, size / 2, at);
    return SQLITE_FULL;
}
int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
    sqlite3_file* real = shim(file)->real();
    return fails("xTruncate", shim(file)->name)
               ? SQLITE_IOERR_TRUNCATE
               : recorded(real->pMethods->xTruncate(real, size), DiskStep::Kind::Truncate,
                          shim(file)->name, size);
}
int syncFile(sqlite3_file* file, int flags) {
    sqlite3_file* real = shim(file)->real();
    return fails("xSync", shim(file)->name) ? SQLITE_IOERR_FSYNC
                                            : recorded(real->pMethods->xSync(real, flags),
                                                       DiskStep::Kind::Sync, shim(file)->name);
}
int sizeOf(sqlite3_file* file, sqlite3_int64* size) {
    sqlite3_file* real = shim(file)->real();
    return fails("xFileSize", shim(file)->name) ? SQLITE_IOERR_FSTAT
                                                : real->pMethods->xFileSize(real, size);
}
int lockFile(sqlite3_file* file, int level) {
    sqlite3_file* real = shim(file)->real();
    return fails("xLock", shim(file)->name) ? SQLITE_IOERR_LOCK
                                            : real->pMethods->xLock(real, level);
}
int unlockFile(sqlite3_file* file, int level) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods->xUnlock(real, level);
}
int checkLock(sqlite3_file* file, int* out) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods->xCheckReservedLock(real, out);
}
int controlFile(sqlite3_file* file, int what, void* argument) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods->xFileControl(real, what, argument);
}
int sectorSize(sqlite3_file* file) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods->xSectorSize(real);
}
int characteristics(sqlite3_file* file) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods->xDeviceCharacteristics(real);
}
int mapShared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    sqlite3_file* real = shim(file)->real();
    return fails("xShmMap", shim(file)->name)
               ? SQLITE_IOERR_SHMMAP
               : real->pMethods->xShmMap(real, page, size, extend, out);
}
int lockShared(sqlite3_file* file, int offset, int count, int flags) {
    sqlite3_file* real = shim(file)->real();
    const bool takes = flags & SQLITE_SHM_LOCK;
    return takes && fails("xShmLock", shim(file)->name)
               ? SQLITE_IOERR_SHMLOCK
               : real->pMethods->xShmLock(real, offset, count, flags);
}
void barrier(sqlite3_file* file) {
    sqlite3_file* real = shim(file)->real();
    real->pMethods->xShmBarrier(real);
}
int unmapShared(sqlite3_file* file, int remove) {
    sqlite3_file* real = shim(file)->real();
    return real->pMethods->xShmUnmap(real, remove);
}

constexpr sqlite3_io_methods kMethods = {
    2,          closeFile,  readFile,    writeFile,   truncateFile, syncFile,        sizeOf,
    lockFile,   unlockFile, checkLock,   controlFile, sectorSize,   characteristics, mapShared,
    lockShared, barrier,    unmapShared, nullptr,     nullptr};

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
    ShimFile* made = shim(file);
    made->base.pMethods = nullptr;
    const QByteArray last =
        QFileInfo(QString::fromUtf8(name ? name : "a temporary file")).fileName().toUtf8();
    std::strncpy(made->name, last.constData(), sizeof made->name - 1);
    made->name[sizeof made->name - 1] = 0;
    if (fails("xOpen", made->name)) {
        return SQLITE_CANTOPEN;
    }
    const int code = g_state.real->xOpen(g_state.real, name, made->real(), flags, outFlags);
    if (made->real()->pMethods) {
        made->base.pMethods = &kMethods;
    }
    return code;
}
int deleteFile(sqlite3_vfs*, const char* name, int sync) {
    return fails("xDelete", name) ? SQLITE_IOERR_DELETE
                                  : recorded(g_state.real->xDelete(g_state.real, name, sync),
                                             DiskStep::Kind::Delete, name);
}
int accessFile(sqlite3_vfs*, const char* name, int flags, int* out) {
    return fails("xAccess", name) ? SQLITE_IOERR_ACCESS
                                  : g_state.real->xAccess(g_state.real, name, flags, out);
}
int fullPath(sqlite3_vfs*, const char* name, int size, char* out) {
    return fails("xFullPathname", name)
               ? SQLITE_CANTOPEN
               : g_state.real->xFullPathname(g_state.real, name, size, out);
}

} // namespace

void FailingVfs::install() {
    static sqlite3_vfs made;
    if (g_state.real) {
        return;
    }
    g_state.real = sqlite3_vfs_find(nullptr);
    made = *g_state.real;
    made.zName = "failing";
    made.pNext = nullptr;
    made.szOsFile = static_cast<int>(sizeof(ShimFile)) + g_state.real->szOsFile;
    made.xOpen = openFile;
    made.xDelete = deleteFile;
    made.xAccess = accessFile;
    made.xFullPathname = fullPath;
    sqlite3_vfs_register(&made, 1);
}

void FailingVfs::arm(qint64 at, Failure failure, Lasting lasting) {
    g_state.calls = 0;
    g_state.at = at;
    g_state.failure = failure;
    g_state.lasting = lasting;
    g_state.failed.clear();
}

qint64 FailingVfs::calls() {
    return g_state.calls;
}

void FailingVfs::record(QList<DiskStep>* steps) {
    g_state.steps = steps;
}

QString FailingVfs::failed() {
    return g_state.failed;
}

} // namespace phidelity
