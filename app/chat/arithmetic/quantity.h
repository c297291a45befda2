// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>

#include <QString>
#include <QStringList>

#include "chat/arithmetic/rational.h"

namespace phidelity {

/// Far more than anything is compared with.
constexpr unsigned kRootDecimals = 20;

/// A number as a text states it, with what stands by it.
struct Quantity {
    Rational value;               ///< in base units: 3 km is 3000
    Rational number;              ///< as written, whatever its unit: 3 km is 3
    std::map<QString, int> units; ///< dimension -> power, none of them 0
    QStringList nouns;            ///< what is counted, each once: "apple"
    Rational scale = Rational(1); ///< base units in one of the unit that was written last
    int decimals = 0;             ///< of a literal, as written
    int zeros = 0;                ///< of a literal, at its end, before the decimals
    int operations = 0;           ///< that made it; 0 = a literal
    bool cut = false;             ///< a literal that goes on: 0.333…
    bool percent = false;         ///< written with a percent sign
    bool fraction = false;        ///< some literal in it has decimals
    bool unsure = false;          ///< can be read in more than one way
    bool letterUnit = false;      ///< a unit of one letter, which may as well be a variable
    bool mixedScales = false;     ///< units of one kind in two sizes: 1 hour + 30 minutes
    bool multiple = false;        ///< written with "million" and the like
    bool inexact = false;         ///< no fraction: `value` has its first kRootDecimals decimals

    [[nodiscard]] bool isLiteral() const { return operations == 0; }
};

/// Sums and differences need like units, or one side without any; nothing where they differ, or
/// where a percentage meets a plain number.
[[nodiscard]] std::optional<Quantity> sumOf(const Quantity& a, const Quantity& b, int sign);
[[nodiscard]] std::optional<Quantity> productOf(const Quantity& a, const Quantity& b);
/// Nothing where `b` is zero.
[[nodiscard]] std::optional<Quantity> quotientOf(const Quantity& a, const Quantity& b);
/// A square root that is no fraction is taken to kRootDecimals decimals and called inexact. Nothing
/// for a root of such, for other roots, or what is too large.
[[nodiscard]] std::optional<Quantity> powerOf(const Quantity& base, const Quantity& exponent);

/// What a statement "a = b" is worth.
enum class Agreement {
    Same,
    Rounded, ///< `b` is `a` to the places it is written with
    Different,
    Unknown, ///< too near, too ambiguous or too mixed to say
};
enum class Claim { Equal, About };
[[nodiscard]] Agreement compare(const Quantity& a, const Quantity& b, Claim claim);

/// For people: whole numbers and short decimals as such, others as a fraction with its beginning.
[[nodiscard]] QString shownValue(const Rational& value);

} // namespace phidelity
