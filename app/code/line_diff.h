// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QStringList>

namespace phidelity {

/// A stretch of lines that becomes another one. Between two of them stands at least one line that
/// stays.
struct LineChange {
    int at = 0; ///< line of the old text, from 0, at which it begins; their count = behind the last
    QStringList removed;
    QStringList added;

    bool operator==(const LineChange&) const = default;
};

/// A shortest way from `before` to `after`, by Myers, "An O(ND) difference algorithm", 1986. Time
/// and memory grow with the square of the number of changed lines; past `kMostEdits` all between
/// the lines that begin and end both alike is one change.
[[nodiscard]] QList<LineChange> lineDiff(const QStringList& before, const QStringList& after);

constexpr int kMostEdits = 2000;

} // namespace phidelity
