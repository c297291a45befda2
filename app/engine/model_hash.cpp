// SPDX-License-Identifier: MIT
#include "engine/model_hash.h"

#include <sys/stat.h>

#include <string>

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>
#include <QThread>

namespace phidelity {

namespace {

/// More models than anybody keeps; what exceeds it is forgotten.
constexpr qsizetype kMostKept = 200;
constexpr qsizetype kHashDigits = 64;

QString cachePath() {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation);
    return folder.isEmpty() ? QString() : folder + QStringLiteral("/phidelity/model-hashes.json");
}

/// Which files these are, as far as a changed file cannot keep it; empty where one cannot be asked.
QString identityOf(const Checkpoint& checkpoint) {
    QString identity;
    for (const std::filesystem::path& file : checkpoint.files()) {
        std::error_code ignored;
        const std::filesystem::path whole = std::filesystem::absolute(file, ignored);
        struct stat found {};
        if (::stat(file.c_str(), &found) != 0) {
            return {};
        }
        identity += QString::fromStdString(whole.string()) +
                    QStringLiteral(":%1:%2.%3:%4:%5\n")
                        .arg(static_cast<qint64>(found.st_size))
                        .arg(static_cast<qint64>(found.st_mtim.tv_sec))
                        .arg(static_cast<qint64>(found.st_mtim.tv_nsec))
                        .arg(static_cast<quint64>(found.st_dev))
                        .arg(static_cast<quint64>(found.st_ino));
    }
    return identity;
}

QJsonObject readCache() {
    QFile file(cachePath());
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                          : QJsonObject();
}

void keep(const QString& identity, const QString& sha256) {
    const QString path = cachePath();
    if (path.isEmpty() || !QDir().mkpath(QFileInfo(path).path())) {
        return;
    }
    QJsonObject hashes = readCache();
    while (hashes.size() >= kMostKept) {
        hashes.erase(hashes.begin());
    }
    hashes.insert(identity, sha256);
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(hashes).toJson()) > 0) {
        file.commit();
    }
}

} // namespace

std::optional<QString> knownSha256(const Checkpoint& checkpoint) {
    if (checkpoint.files().empty()) {
        const auto hash = checkpoint.sha256();
        return hash ? std::optional(QString::fromStdString(*hash)) : std::nullopt;
    }
    const QString identity = identityOf(checkpoint);
    const QString kept = identity.isEmpty() ? QString() : readCache().value(identity).toString();
    return kept.size() == kHashDigits ? std::optional(kept) : std::nullopt;
}

Result<QString> sha256Of(const Checkpoint& checkpoint, const std::atomic<bool>* stop) {
    if (const auto known = knownSha256(checkpoint)) {
        return *known;
    }
    const QString before = identityOf(checkpoint);
    PHIDELITY_TRY(const std::string hash, checkpoint.sha256(stop));
    const QString sha256 = QString::fromStdString(hash);
    if (!before.isEmpty() && identityOf(checkpoint) == before) {
        keep(before, sha256);
    }
    return sha256;
}

ModelHasher::ModelHasher(QObject* parent) : QObject(parent) {}

ModelHasher::~ModelHasher() {
    if (m_thread) {
        m_stop->store(true);
        m_thread->wait();
    }
}

void ModelHasher::ask(quint64 id, std::shared_ptr<const Checkpoint> checkpoint) {
    for (Job& job : m_jobs) {
        if (job.checkpoint == checkpoint) {
            job.ids.append(id);
            return;
        }
    }
    m_jobs.append({std::move(checkpoint), {id}});
    if (!m_thread) {
        startNext();
    }
}

void ModelHasher::startNext() {
    m_stop = std::make_shared<std::atomic<bool>>(false);
    m_thread.reset(QThread::create([this, checkpoint = m_jobs.first().checkpoint, stop = m_stop] {
        const Result<QString> hash = sha256Of(*checkpoint, stop.get());
        // The destructor waits for this thread: `this` is alive.
        QMetaObject::invokeMethod(
            this, [this, found = hash ? *hash : QString()] { finish(found); },
            Qt::QueuedConnection);
    }));
    m_thread->start(QThread::IdlePriority);
}

void ModelHasher::finish(const QString& sha256) {
    m_thread->wait();
    m_thread.reset();
    const Job done = m_jobs.takeFirst();
    if (!m_jobs.isEmpty()) {
        startNext();
    }
    if (!sha256.isEmpty()) {
        for (const quint64 id : done.ids) {
            emit hashed(id, sha256);
        }
    }
}

} // namespace phidelity
