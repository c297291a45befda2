// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QStringList>

#include "chat/markdown/text_block.h"

namespace phidelity {

/// The words of a search as the user typed it: parted by white space, "a phrase" as one.
[[nodiscard]] QStringList searchWords(const QString& typed);

/// What is looked for in a text.
struct HitQuery {
    QStringList words; ///< any of them
    Qt::CaseSensitivity sensitivity = Qt::CaseInsensitive;

    [[nodiscard]] bool isEmpty() const { return words.isEmpty(); }
    bool operator==(const HitQuery&) const = default;
};
/// Where it stands in a text, in order; hits do not overlap.
[[nodiscard]] QList<TextBlock::Cell> findHits(const QString& text, const HitQuery& query);

} // namespace phidelity
