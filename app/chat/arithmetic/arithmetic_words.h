// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QString>

#include "chat/arithmetic/rational.h"

namespace phidelity {

/// A unit whose size in the base unit of its dimension is exact.
struct KnownUnit {
    QString dimension; ///< "length", "dollars"; one of its own for a unit that we do not convert
    Rational scale;
    int power = 1; ///< 2 for "m2"
};
[[nodiscard]] std::optional<KnownUnit> unitOf(const QString& word);
/// "thousand", "million", "dozen" …
[[nodiscard]] std::optional<Rational> multipleOf(const QString& word);
/// Words of a sentence that are no name of a counted thing: "so", "and", "which".
[[nodiscard]] bool isLinkingWord(const QString& word);
/// Words that change what the number after (before) them means: "of", "root"; "remainder", "more".
[[nodiscard]] bool changesWhatFollows(const QString& word);
[[nodiscard]] bool changesWhatPrecedes(const QString& word);
/// Words in whose line "=" may mean something else: "binary", "mod", "hex".
[[nodiscard]] bool isOtherArithmetic(const QString& word);
/// "apples" -> "apple": names are compared without their plural.
[[nodiscard]] QString singular(const QString& word);

} // namespace phidelity
