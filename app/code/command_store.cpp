// SPDX-License-Identifier: MIT
#include "code/command_store.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QSettings>

namespace phidelity {

namespace {

constexpr qint64 kMostBytes = 4'000'000;

QString usualPath() {
    const QSettings settings(QSettings::IniFormat, QSettings::UserScope,
                             QStringLiteral("phidelity"), QStringLiteral("phidelity"));
    return QFileInfo(settings.fileName()).dir().filePath(QStringLiteral("code_commands.json"));
}

} // namespace

CommandStore::CommandStore(const QString& path) : m_path(path.isEmpty() ? usualPath() : path) {}

QList<CodeCommand> CommandStore::load(QString* problem) const {
    QFile file(m_path);
    if (!file.exists()) {
        return {};
    }
    CommandsRead read;
    if (!file.open(QIODevice::ReadOnly)) {
        read.problems.append(file.errorString());
    } else {
        read = commandsFromJson(file.read(kMostBytes));
    }
    if (read.problems.isEmpty()) {
        return read.commands;
    }
    // The next change would write over what could not be read.
    QString aside = m_path + QStringLiteral(".damaged");
    for (int number = 2; QFile::exists(aside); ++number) {
        aside = m_path + QStringLiteral(".damaged%1").arg(number);
    }
    const bool kept = QFile::copy(m_path, aside);
    *problem =
        QCoreApplication::translate("CodeCommand", "Not all of your commands could be read. %1 %2")
            .arg(read.problems.join(QStringLiteral("; ")),
                 kept ? QCoreApplication::translate("CodeCommand",
                                                    "The file as it was is kept as %1.")
                            .arg(aside)
                      : QString());
    return read.commands;
}

QString CommandStore::save(const QList<CodeCommand>& commands) const {
    QDir().mkpath(QFileInfo(m_path).path());
    QSaveFile file(m_path);
    const QByteArray bytes = commandsToJson(commands);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        return QCoreApplication::translate("CodeCommand",
                                           "Your commands could not be written to %1: %2.")
            .arg(QFileInfo(m_path).fileName(), file.errorString());
    }
    return {};
}

} // namespace phidelity
