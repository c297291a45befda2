// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

namespace phidelity {

/// A text that was not saved when it was kept.
struct SwapEntry {
    QString id;   ///< names its file; letters and digits
    QString path; ///< where it is to be saved; empty for one that has no file yet
    QString text;
    int cursor = 0;
};

/// Keeps what is being typed, so that a crash loses nothing: one file a text in a folder of its
/// own. Each is written whole, and replaced when it is on the disk. Calls may come from any thread,
/// those for one id from one at a time. They wait for the disk: SwapWriter does not.
class SwapStore {
public:
    explicit SwapStore(QString folder);
    /// phidelity/code in the user's state folder.
    [[nodiscard]] static QString defaultFolder();

    /// False where it could not be written.
    bool keep(const SwapEntry& entry) const;
    void forget(const QString& id) const;
    /// What was kept and not forgotten, the oldest first; damaged files are left alone.
    [[nodiscard]] QList<SwapEntry> entries() const;

private:
    [[nodiscard]] QString fileOf(const QString& id) const;
    QString m_folder;
};

} // namespace phidelity
