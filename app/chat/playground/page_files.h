// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "playground/play_page.h"

namespace phidelity {

/// The pages of the playground in a folder, one file a page. A file is replaced as a whole, so that
/// what is there is always one state of the page, whatever ends the program. One thread at a time.
class PageFiles {
public:
    /// Closed pages that are kept; of more the oldest go.
    static constexpr int kClosedKept = 30;

    explicit PageFiles(const QString& folder) : m_folder(folder) {}

    /// All pages in the order of their tabs. A file that cannot be read is left as it is, and named
    /// in *unreadable.
    [[nodiscard]] QList<PlayPage> load(QStringList* unreadable = nullptr) const;
    /// On the disk when it returns. False and a sentence in *problem where that failed; the file
    /// that was there stays then.
    bool save(const PlayPage& page, QString* problem = nullptr) const;
    void removeOldClosed() const;

private:
    [[nodiscard]] QString pathOf(const QString& id) const;

    QString m_folder;
};

} // namespace phidelity
