// SPDX-License-Identifier: MIT
#pragma once

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

} // namespace phidelity
