// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringView>

namespace phidelity {

/// What a statement of arithmetic in a text is worth.
enum class ArithmeticVerdict {
    Right,
    Rounded, ///< right to the places that are written
    Wrong,
    Value, ///< "x = 3/4 + 1" states nothing that could be wrong; the note says what it is
};

/// A statement and its verdict. The text itself never changes by it.
struct ArithmeticMark {
    qsizetype start = 0; ///< in the text, without surrounding words
    qsizetype length = 0;
    ArithmeticVerdict verdict = ArithmeticVerdict::Right;
    QString note; ///< a sentence: what it is, exactly

    bool operator==(const ArithmeticMark&) const = default;
};

enum class ArithmeticPlace {
    Prose,
    Code, ///< only lines that are nothing but a statement, or end with one behind a comment sign
};

/// Finds statements of arithmetic ("12 * 7 = 84", "20% of $50 = $10", "1/3 + 1/3 = 2/3 ≈ 0.67") and
/// checks each exactly, with fractions of any size. Chains a = b = c are one statement. What can be
/// read in more than one way, holds unknowns, or differs by what may be a rounding is not marked at
/// all: a wrong mark is worse than none. Linear in the length of `text` but for very long
/// expressions; any thread.
[[nodiscard]] QList<ArithmeticMark> checkArithmetic(QStringView text, ArithmeticPlace place);
/// The same for LaTeX: the mark covers all of it. Commands that are no arithmetic make it none.
[[nodiscard]] QList<ArithmeticMark> checkFormula(QStringView latex);

} // namespace phidelity
