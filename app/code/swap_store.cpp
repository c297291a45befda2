// SPDX-License-Identifier: MIT
#include "code/swap_store.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>

namespace phidelity {

SwapStore::SwapStore(QString folder) : m_folder(std::move(folder)) {}

QString SwapStore::defaultFolder() {
    QString state = qEnvironmentVariable("XDG_STATE_HOME");
    if (state.isEmpty() || QStandardPaths::isTestModeEnabled()) {
        state = QStandardPaths::isTestModeEnabled()
                    ? QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)
                    : QDir::homePath() + QStringLiteral("/.local/state");
    }
    return state + QStringLiteral("/phidelity/code");
}

QString SwapStore::fileOf(const QString& id) const {
    return m_folder + u'/' + id + QStringLiteral(".swap");
}

bool SwapStore::keep(const SwapEntry& entry) const {
    if (!QDir().mkpath(m_folder)) {
        return false;
    }
    QJsonObject object;
    object.insert(QStringLiteral("path"), entry.path);
    object.insert(QStringLiteral("cursor"), entry.cursor);
    object.insert(QStringLiteral("text"), entry.text);
    QSaveFile file(fileOf(entry.id));
    if (!file.open(QIODevice::WriteOnly)) {
        return false;
    }
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    file.write(QJsonDocument(object).toJson(QJsonDocument::Compact));
    return file.commit();
}

void SwapStore::forget(const QString& id) const {
    QFile::remove(fileOf(id));
}

QList<SwapEntry> SwapStore::entries() const {
    QList<SwapEntry> entries;
    const QDir folder(m_folder);
    const QStringList names =
        folder.entryList({QStringLiteral("*.swap")}, QDir::Files, QDir::Time | QDir::Reversed);
    for (const QString& name : names) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) {
            continue;
        }
        const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
        if (!object.contains(QLatin1String("text"))) {
            continue;
        }
        SwapEntry entry;
        entry.id = name.chopped(5);
        entry.path = object.value(QLatin1String("path")).toString();
        entry.text = object.value(QLatin1String("text")).toString();
        entry.cursor = object.value(QLatin1String("cursor")).toInt();
        entries.append(entry);
    }
    return entries;
}

} // namespace phidelity
