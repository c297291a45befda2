// SPDX-License-Identifier: MIT
#include "chat/arithmetic/quantity.h"

#include <algorithm>

namespace phidelity {

namespace {

/// Some 600 digits: more than any text states, little enough to cost nothing.
constexpr size_t kMostLimbs = 64;
/// A product of some six roots.
constexpr size_t kMostInexactLimbs = 16;
constexpr int kShownDecimals = 10;
/// Nearer than one such part, what is known by its first digits may be the same.
constexpr std::int64_t kIndistinct = 1'000'000'000'000;

std::optional<Quantity> bounded(Quantity quantity) {
    const size_t most = quantity.inexact ? kMostInexactLimbs : kMostLimbs;
    if (quantity.value.limbs() > most || quantity.number.limbs() > most) {
        return std::nullopt;
    }
    return quantity;
}

/// What both sides hand on to any result.
Quantity joined(const Quantity& a, const Quantity& b) {
    Quantity result;
    result.nouns = a.nouns + b.nouns;
    result.nouns.removeDuplicates();
    result.scale = a.units.empty() ? b.scale : a.scale;
    result.operations = a.operations + b.operations + 1;
    result.cut = a.cut || b.cut;
    result.fraction = a.fraction || b.fraction;
    result.unsure = a.unsure || b.unsure || result.cut;
    result.letterUnit = a.letterUnit || b.letterUnit;
    result.mixedScales = a.mixedScales || b.mixedScales ||
                         (!a.units.empty() && !b.units.empty() && a.scale != b.scale);
    result.multiple = a.multiple || b.multiple;
    result.inexact = a.inexact || b.inexact;
    return result;
}

/// As a factor a percentage is its value.
const Rational& factorOf(const Quantity& quantity) {
    return quantity.percent ? quantity.value : quantity.number;
}

std::map<QString, int> joinedUnits(const Quantity& a, const Quantity& b, int sign) {
    std::map<QString, int> units = a.units;
    for (const auto& [unit, power] : b.units) {
        units[unit] += sign * power;
        if (units[unit] == 0) {
            units.erase(unit);
        }
    }
    return units;
}

Rational ulpOf(const Quantity& literal) {
    const Rational place(BigInteger(1),
                         BigInteger::powerOfTen(static_cast<unsigned>(literal.decimals)));
    return literal.percent ? place / Rational(100) : place * literal.scale;
}

/// `literal` stands for `exact`, to the places it is written with.
Agreement agreesAsRounded(const Quantity& exact, const Quantity& literal, Claim claim) {
    const Rational ulp = ulpOf(literal);
    const Rational difference = (exact.value - literal.value).magnitude();
    const bool towardsZero = literal.value.magnitude() <= exact.value.magnitude();
    if (literal.cut) {
        return towardsZero && difference < ulp ? Agreement::Rounded : Agreement::Different;
    }
    const bool half = difference * Rational(2) <= ulp;
    if (half && (literal.decimals > 0 || claim == Claim::About)) {
        return Agreement::Rounded;
    }
    if (claim == Claim::About && literal.zeros > 0) {
        const Rational place =
            literal.scale *
            Rational(BigInteger::powerOfTen(static_cast<unsigned>(literal.zeros)), BigInteger(1));
        if (difference * Rational(2) <= place) {
            return Agreement::Rounded;
        }
    }
    // Cut off instead of rounded, or a division of whole numbers: some write it so.
    if (half || (towardsZero && difference < ulp)) {
        return Agreement::Unknown;
    }
    return Agreement::Different;
}

/// Whether "a ≈ b" states decimals that are none of the exact side's, and is no estimate: 1/3 ≈
/// 0.343. A number that has been rounded before, and one that ends with 0 or 5, may be meant
/// roughly.
bool missesItsPlaces(const Quantity& a, const Quantity& b, const Rational& difference) {
    const Quantity& literal = b.isLiteral() ? b : a;
    const Quantity& made = b.isLiteral() ? a : b;
    if (!literal.isLiteral() || made.isLiteral() || made.fraction || literal.decimals < 2) {
        return false;
    }
    const auto shortest = (literal.number * Rational(2)).decimals(literal.decimals);
    const bool rough = shortest && *shortest < literal.decimals;
    return !rough && difference >= ulpOf(literal) * Rational(5) &&
           difference * Rational(100) > made.value.magnitude();
}

} // namespace

std::optional<Quantity> sumOf(const Quantity& a, const Quantity& b, int sign) {
    if (a.percent != b.percent) {
        return std::nullopt;
    }
    Quantity result = joined(a, b);
    Rational left = a.value;
    Rational right = b.value;
    result.units = a.units;
    if (a.units != b.units) {
        if (!a.units.empty() && !b.units.empty()) {
            return std::nullopt;
        }
        // "3 kg + 2 = 5 kg": the bare number is meant in the other's unit.
        (a.units.empty() ? left : right) = (a.units.empty() ? left * b.scale : right * a.scale);
        result.units = a.units.empty() ? b.units : a.units;
        result.unsure = true;
    }
    result.percent = a.percent;
    result.value = sign < 0 ? left - right : left + right;
    result.number = sign < 0 ? a.number - b.number : a.number + b.number;
    return bounded(std::move(result));
}

std::optional<Quantity> productOf(const Quantity& a, const Quantity& b) {
    Quantity result = joined(a, b);
    result.units = joinedUnits(a, b, 1);
    result.value = a.value * b.value;
    result.number = factorOf(a) * factorOf(b);
    return bounded(std::move(result));
}

std::optional<Quantity> quotientOf(const Quantity& a, const Quantity& b) {
    if (b.value.isZero()) {
        return std::nullopt;
    }
    Quantity result = joined(a, b);
    result.units = joinedUnits(a, b, -1);
    result.value = a.value / b.value;
    result.number = factorOf(a) / factorOf(b);
    return bounded(std::move(result));
}

std::optional<Quantity> powerOf(const Quantity& base, const Quantity& exponent) {
    if (!exponent.units.empty() || base.percent || exponent.percent) {
        return std::nullopt;
    }
    Quantity result = joined(base, exponent);
    result.scale = base.scale;
    if (exponent.value == Rational(BigInteger(1), BigInteger(2))) {
        if (base.inexact || base.value.isNegative() || !base.units.empty()) {
            return std::nullopt;
        }
        const auto root = base.value.squareRoot();
        result.inexact = result.inexact || !root;
        result.value = result.number = root ? *root : base.value.squareRootTo(kRootDecimals);
        return bounded(std::move(result));
    }
    if (!exponent.value.isWhole()) {
        return std::nullopt;
    }
    const std::int64_t times = exponent.value.numerator().toInt(1'000'000);
    const auto value = base.value.power(times, kMostLimbs);
    const auto number = base.number.power(times, kMostLimbs);
    if (!value || !number) {
        return std::nullopt;
    }
    result.value = *value;
    result.number = *number;
    for (const auto& [unit, power] : base.units) {
        if (times != 0) {
            result.units[unit] = power * static_cast<int>(times);
        }
    }
    return result;
}

Agreement compare(const Quantity& a, const Quantity& b, Claim claim) {
    if (a.isLiteral() && b.isLiteral() && a.percent == b.percent && a.units == b.units &&
        a.scale == b.scale) {
        return Agreement::Unknown; // "5 = 5" says nothing
    }
    Quantity left = a;
    Quantity right = b;
    bool unsure = a.unsure || b.unsure || a.multiple != b.multiple;
    if (left.units != right.units) {
        if (!left.units.empty() && !right.units.empty()) {
            // "5 hours * $20 = $100": meant as numbers. Where it differs, a conversion may explain
            // it.
            return left.number == right.number ? Agreement::Same : Agreement::Unknown;
        }
        unsure =
            unsure || left.letterUnit || right.letterUnit || left.mixedScales || right.mixedScales;
        Quantity& bare = left.units.empty() ? left : right;
        const Quantity& other = left.units.empty() ? right : left;
        bare.value = bare.value * other.scale;
        bare.scale = other.scale;
        if (left.number == right.number) {
            return Agreement::Same;
        }
    }
    if (left.value == right.value) {
        return left.inexact == right.inexact ? Agreement::Same : Agreement::Unknown;
    }
    if (left.units == right.units && left.scale != right.scale && !left.mixedScales &&
        !right.mixedScales && left.number == right.number) {
        return Agreement::Unknown; // "90 min / 60 = 1.5 h": the 60 is meant to convert
    }
    if (left.percent != right.percent && left.number == right.number) {
        return Agreement::Same; // "3 / 20 * 100 = 15%"
    }
    QStringList nouns = a.nouns + b.nouns;
    nouns.removeDuplicates();
    unsure = unsure || nouns.size() > 1 || (a.isLiteral() && b.isLiteral());
    Agreement agreement = Agreement::Different;
    if (right.isLiteral()) {
        agreement = agreesAsRounded(left, right, claim);
    } else if (left.isLiteral()) {
        agreement = agreesAsRounded(right, left, claim);
    }
    if (agreement == Agreement::Different) {
        const Rational difference = (left.value - right.value).magnitude();
        const Rational size = std::max(left.value.magnitude(), right.value.magnitude());
        const bool bothMade = !left.isLiteral() && !right.isLiteral();
        // "1/3 + 1/3 = 0.33 + 0.33" goes on with rounded numbers.
        if (bothMade && (left.fraction || right.fraction) && difference * Rational(50) < size) {
            return Agreement::Unknown;
        }
        if (claim == Claim::About && difference * Rational(4) < size &&
            !missesItsPlaces(left, right, difference)) {
            return Agreement::Unknown;
        }
        const bool irrational = left.inexact || right.inexact;
        if (irrational && difference * Rational(kIndistinct) < size) {
            return Agreement::Unknown; // "√8 = 2√2"
        }
        return unsure ? Agreement::Unknown : Agreement::Different;
    }
    return agreement;
}

QString shownValue(const Rational& value) {
    if (const auto decimals = value.decimals(kShownDecimals)) {
        QString text = QString::fromStdString(value.toDecimal(*decimals));
        constexpr qsizetype kLongest = 60;
        if (text.size() > kLongest) {
            text = text.left(kLongest / 2) + QChar(0x2026) + text.right(kLongest / 4);
        }
        return text;
    }
    QString beginning = QString::fromStdString(value.toDecimal(6)) + QChar(0x2026);
    const std::string top = value.numerator().toString();
    const std::string bottom = value.denominator().toString();
    if (top.size() + bottom.size() > 16) {
        return beginning;
    }
    return QString::fromStdString(top + "/" + bottom) + QStringLiteral(" = ") + beginning;
}

} // namespace phidelity
