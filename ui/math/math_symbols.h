// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>
#include <optional>

#include "ui/math/math_tree.h"

namespace phidelity {

/// What a character or a command without arguments stands for.
struct MathSymbol {
    char32_t symbol = 0;
    AtomClass atom = AtomClass::Ord;
    MathLimits limits = MathLimits::Side;
};

/// The symbol of a command ("alpha", "leq", "sum"), without its backslash.
[[nodiscard]] std::optional<MathSymbol> mathSymbol(QStringView command);

/// A character as it stands in a formula: "-" becomes a minus, "≤" a relation.
[[nodiscard]] MathSymbol mathCharacter(char32_t character);

/// A function that is set upright by its name ("sin", "lim").
struct MathFunction {
    QString shown; ///< "lim sup"
    MathLimits limits = MathLimits::Side;
};
[[nodiscard]] std::optional<MathFunction> mathFunction(QStringView command);

/// A delimiter by its character ("(", "|") or its command ("langle", "{"); 0 for ".".
[[nodiscard]] std::optional<char32_t> mathDelimiter(QStringView name);

/// The symbol with a slash through it, where Unicode has it as one.
[[nodiscard]] std::optional<char32_t> negatedSymbol(char32_t symbol);

/// The character of Unicode's mathematical alphabets for a letter or digit; 0 where there is none.
[[nodiscard]] char32_t alphabetCharacter(char32_t letter, MathFace face);

} // namespace phidelity
