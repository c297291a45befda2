// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "code/code_command.h"

namespace phidelity {

/// The user's own commands on the disk: code_commands.json beside the program's other settings,
/// written atomically at every change. A file that cannot be read is set aside, never overwritten.
class CommandStore {
public:
    /// `path`: of the file; empty = in the user's configuration folder.
    explicit CommandStore(const QString& path = {});

    /// What is kept; `problem` says what could not be read: a sentence, or empty.
    [[nodiscard]] QList<CodeCommand> load(QString* problem) const;
    /// Empty, or why they could not be kept: a sentence.
    [[nodiscard]] QString save(const QList<CodeCommand>& commands) const;

private:
    QString m_path;
};

} // namespace phidelity
