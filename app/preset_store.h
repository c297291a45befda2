// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "chat/presets.h"

namespace phidelity {

/// The user's own presets on the disk: presets.json beside the program's other settings, written
/// atomically at every change. A file that cannot be read is set aside, never overwritten.
class PresetStore {
public:
    /// `path`: of the file; empty = in the user's configuration folder.
    explicit PresetStore(const QString& path = {});

    [[nodiscard]] const QString& path() const { return m_path; }
    /// Those that can be read. `problem` receives a sentence if that is not all, or if the file was
    /// set aside.
    [[nodiscard]] QList<OwnPreset> load(QString* problem) const;
    /// Empty, or why they could not be kept: a sentence.
    [[nodiscard]] QString save(const QList<OwnPreset>& presets) const;

private:
    QString m_path;
};

/// Writes presets to a file of the user's choice, atomically. Empty, or why not: a sentence.
[[nodiscard]] QString writePresets(const QString& path, const QList<OwnPreset>& presets);
/// Reads such a file. At most 16 MB.
[[nodiscard]] PresetsRead readPresets(const QString& path);

} // namespace phidelity
