// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QList>
#include <QString>

namespace phidelity {

/// How well what was typed is found in a text.
struct FuzzyMatch {
    int score = 0;              ///< more is better; comparable for the same pattern only
    QList<qsizetype> positions; ///< of the letters in the text that were matched
};

/// `pattern` in `text`, its letters in their order but with any others between, case aside; blanks
/// in the pattern count for nothing. Letters at the starts of words and next to each other score.
/// Nothing where a letter is missing; an empty pattern matches everything alike. Cost: product of
/// the lengths.
[[nodiscard]] std::optional<FuzzyMatch> fuzzyMatch(const QString& pattern, const QString& text);

} // namespace phidelity
