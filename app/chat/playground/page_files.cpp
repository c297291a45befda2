// SPDX-License-Identifier: MIT
#include "playground/page_files.h"

#include <algorithm>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QSaveFile>

namespace phidelity {

namespace {

const QString kSuffix = QStringLiteral(".page");

std::optional<PlayPage> readPage(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return std::nullopt;
    }
    return pageFromBytes(file.readAll());
}

} // namespace

QString PageFiles::pathOf(const QString& id) const {
    return QDir(m_folder).filePath(id + kSuffix);
}

QList<PlayPage> PageFiles::load(QStringList* unreadable) const {
    QList<PlayPage> pages;
    const QFileInfoList files =
        QDir(m_folder).entryInfoList({QStringLiteral("*") + kSuffix}, QDir::Files, QDir::Name);
    for (const QFileInfo& file : files) {
        std::optional<PlayPage> page = readPage(file.filePath());
        if (page) {
            page->id = file.completeBaseName(); // it is written back where it was read
            pages.append(*page);
        } else if (unreadable) {
            unreadable->append(file.fileName());
        }
    }
    std::stable_sort(pages.begin(), pages.end(),
                     [](const PlayPage& a, const PlayPage& b) { return a.place < b.place; });
    return pages;
}

bool PageFiles::save(const PlayPage& page, QString* problem) const {
    constexpr auto kPrivate = QFile::ReadOwner | QFile::WriteOwner;
    bool saved = QDir().mkpath(m_folder);
    QSaveFile file(pathOf(page.id));
    const QByteArray bytes = toBytes(page);
    saved = saved && file.open(QIODevice::WriteOnly) && file.setPermissions(kPrivate) &&
            file.write(bytes) == bytes.size() && file.commit();
    if (!saved && problem) {
        *problem = QCoreApplication::translate(
                       "PageFiles", "A page of the playground could not be kept: %1. It stays "
                                    "open here; free some space or check the folder.")
                       .arg(file.errorString());
    }
    return saved;
}

void PageFiles::removeOldClosed() const {
    const QFileInfoList files =
        QDir(m_folder).entryInfoList({QStringLiteral("*") + kSuffix}, QDir::Files, QDir::Time);
    int closed = 0;
    for (const QFileInfo& file : files) {
        const std::optional<PlayPage> page = readPage(file.filePath());
        if (page && !page->open && ++closed > kClosedKept) {
            QFile::remove(file.filePath());
        }
    }
}

} // namespace phidelity
