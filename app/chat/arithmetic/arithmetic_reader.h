// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QList>
#include <QStringView>

#include "chat/arithmetic/quantity.h"

namespace phidelity {

/// A word of a text as arithmetic sees it.
struct ArithmeticToken {
    enum class Kind {
        Number,
        Plus,
        Minus,
        Times,
        Divide,
        Power,
        Raised, ///< superscript digits: `number`
        Open,
        Close,
        Equal,
        About,
        Word,
        Currency,
        Percent,
        Factorial,
        Fraction, ///< ½
        Root,
        LineEnd,
        Other, ///< anything else, one character; also numbers that are dates, times, versions
    };
    Kind kind = Kind::Other;
    qsizetype start = 0;
    qsizetype end = 0;
    bool spaceBefore = false;
    bool wholeNumber = false; ///< a Number of digits only
    QString word;             ///< of a Word, Currency or Other
    Quantity number;
};

/// Linear in the length of `text`.
[[nodiscard]] QList<ArithmeticToken> arithmeticTokens(QStringView text);

/// An expression and the token behind it.
struct ReadExpression {
    Quantity quantity;
    qsizetype end = 0;
};

/// Reads the longest expression that begins with token `from`: sums, products, powers, brackets,
/// percentages ("20% of 50"), units. Nothing where there is none, or where its value is no
/// fraction.
[[nodiscard]] std::optional<ReadExpression> readExpression(const QList<ArithmeticToken>& tokens,
                                                           qsizetype from);

} // namespace phidelity
