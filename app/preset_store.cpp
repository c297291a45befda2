// SPDX-License-Identifier: MIT
#include "app/preset_store.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QSettings>

namespace phidelity {

namespace {

constexpr qint64 kMostBytes = 16'000'000;

QString usualPath() {
    const QSettings settings(QSettings::IniFormat, QSettings::UserScope,
                             QStringLiteral("phidelity"), QStringLiteral("phidelity"));
    return QFileInfo(settings.fileName()).dir().filePath(QStringLiteral("presets.json"));
}

} // namespace

QString writePresets(const QString& path, const QList<OwnPreset>& presets) {
    QDir().mkpath(QFileInfo(path).path());
    QSaveFile file(path);
    const QByteArray bytes = presetsToJson(presets);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        return QStringLiteral("The presets could not be written to %1: %2.")
            .arg(QFileInfo(path).fileName(), file.errorString());
    }
    return {};
}

PresetsRead readPresets(const QString& path) {
    PresetsRead read;
    QFile file(path);
    if (QFileInfo::exists(path) && !QFileInfo(path).isFile()) {
        read.refusal = QStringLiteral("It is no file."); // opening a pipe would wait for ever
    } else if (!file.open(QIODevice::ReadOnly)) {
        read.refusal = file.errorString() + u'.';
    } else if (file.size() > kMostBytes) {
        read.refusal = QStringLiteral("It is too large for a file of presets.");
    } else {
        read = presetsFromJson(file.read(kMostBytes));
    }
    return read;
}

PresetStore::PresetStore(const QString& path) : m_path(path.isEmpty() ? usualPath() : path) {}

QList<OwnPreset> PresetStore::load(QString* problem) const {
    if (!QFile::exists(m_path)) {
        return {};
    }
    const PresetsRead read = readPresets(m_path);
    if (read.refusal.isEmpty() && read.problems.isEmpty()) {
        return read.presets;
    }
    // The next change would write over what could not be read.
    QString aside = m_path + QStringLiteral(".damaged");
    for (int number = 2; QFile::exists(aside); ++number) {
        aside = m_path + QStringLiteral(".damaged%1").arg(number);
    }
    const bool kept = QFile::copy(m_path, aside);
    *problem =
        QStringLiteral("Not all of your presets could be read. %1 %2")
            .arg(read.refusal.isEmpty() ? read.problems.join(QStringLiteral("; ")) + u'.'
                                        : read.refusal,
                 kept ? QStringLiteral("The file as it was is kept as %1.").arg(aside) : QString());
    return read.presets;
}

QString PresetStore::save(const QList<OwnPreset>& presets) const {
    return writePresets(m_path, presets);
}

} // namespace phidelity
