// SPDX-License-Identifier: MIT
#include "chat/arithmetic/block_checks.h"

#include <algorithm>

namespace phidelity {

namespace {

/// Marks that touch inline code must be all of it: of other code we know nothing.
bool fitsInlineCode(const TextBlock& block, const ArithmeticMark& mark) {
    return std::none_of(block.spans.cbegin(), block.spans.cend(), [&](const Span& span) {
        const bool touches =
            mark.start < span.start + span.length && span.start < mark.start + mark.length;
        const bool whole = span.length == mark.length && span.start == mark.start;
        const bool link = (span.looks & Span::Link) != 0;
        const bool code = (span.looks & Span::Code) != 0;
        return touches && (link || (code && (!whole || mark.verdict == ArithmeticVerdict::Value)));
    });
}

} // namespace

QList<ArithmeticMark> checksOfBlock(const TextBlock& block) {
    if (block.midLine || block.kind == TextBlock::Kind::Rule) {
        return {};
    }
    if (block.kind == TextBlock::Kind::Code) {
        return checkArithmetic(block.text, ArithmeticPlace::Code);
    }
    QString text = block.text;
    text.replace(u'\t', u'\n'); // a statement does not go on in the next cell
    QList<ArithmeticMark> marks = checkArithmetic(text, ArithmeticPlace::Prose);
    marks.removeIf([&](const ArithmeticMark& mark) { return !fitsInlineCode(block, mark); });
    for (const TextFormula& formula : block.formulas) {
        for (ArithmeticMark mark : checkFormula(formula.latex)) {
            mark.start = formula.at;
            mark.length = 1;
            marks.append(mark);
        }
    }
    return marks;
}

} // namespace phidelity
