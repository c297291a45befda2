// SPDX-License-Identifier: MIT
#include "chat/arithmetic/token_cursor.h"

namespace phidelity {

const ArithmeticToken& TokenCursor::token(qsizetype by) const {
    static const ArithmeticToken none{Kind::LineEnd, 0, 0, false, false, {}, {}};
    const qsizetype index = m_at + by;
    return index >= 0 && index < m_tokens.size() ? m_tokens[index] : none;
}

bool TokenCursor::isWord(const char* word, qsizetype by) const {
    return is(Kind::Word, by) &&
           token(by).word.compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
}

TokenCursor::Next TokenCursor::next(qsizetype by) const {
    switch (token(by).kind) {
    case Kind::Plus:
    case Kind::Minus:
    case Kind::Times:
    case Kind::Divide:
    case Kind::Equal:
    case Kind::About:
    case Kind::Close:
        return Next::Operator;
    case Kind::Number:
    case Kind::Open:
        return Next::Number;
    default:
        return Next::Nothing;
    }
}

} // namespace phidelity
