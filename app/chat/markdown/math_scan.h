// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QStringView>

namespace phidelity {

/// A stretch of a paragraph: ordinary text, or mathematics with its delimiters.
struct MathSegment {
    enum class Kind : quint8 {
        Text,
        Inline, ///< `$…$`, `\(…\)`, GitHub's "$`…`$": goes with the line
        Display ///< `$$…$$`, `\[…\]`, a bare `\begin{align}…\end{align}`: a line of its own
    };
    Kind kind = Kind::Text;
    qsizetype start = 0; ///< of the whole, with delimiters
    qsizetype length = 0;
    qsizetype innerStart = 0; ///< what goes to setMath(); of text the same as the whole
    qsizetype innerLength = 0;

    bool operator==(const MathSegment&) const = default;
};

/// Whether more text may follow. While it may, a dollar at the very end does not close a formula
/// yet, since the next character may be the digit that makes it a price.
enum class MathEnding { Final, Open };

/// Finds the mathematics of a stretch of Markdown source outside fenced code: a paragraph, a cell
/// of a table, a list item. The segments touch and cover `text` in order; none is empty.
///
/// - `\$` is a dollar, inline code is left alone, formulas end at the latest at a blank line.
/// - `$` opens before anything but white space, unless a letter or digit stands before it ("US$5");
///   the next dollar closes, if no white space stands before it and no digit after it ("$5-$7"),
///   and no letter unless what it closes is certainly mathematics ("the $n$th"). Words without
///   any mathematics between two dollars are prose ("$5 for you and me, 6$").
/// - `$$` and `\[` may span lines, and so may the others.
/// - What is not closed is text, so that nothing changes its face while a reply streams in but the
///   formula that has just ended.
///
/// Any input is taken; cost: linear in its length. Thread-safe.
[[nodiscard]] QList<MathSegment> scanMath(QStringView text, MathEnding ending = MathEnding::Final);

} // namespace phidelity
