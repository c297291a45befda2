// SPDX-License-Identifier: MIT
#pragma once

#include "chat/arithmetic/arithmetic_tokens.h"

namespace phidelity {

/// A place in a list of tokens, which outlives it. Past either end stands the end of a line.
class TokenCursor {
public:
    using Kind = ArithmeticToken::Kind;

    TokenCursor(const QList<ArithmeticToken>& tokens, qsizetype at) : m_tokens(tokens), m_at(at) {}

    [[nodiscard]] qsizetype at() const { return m_at; }
    void moveTo(qsizetype at) { m_at = at; }
    void skip(qsizetype count = 1) { m_at += count; }

    /// The token `by` places on.
    [[nodiscard]] const ArithmeticToken& token(qsizetype by = 0) const;
    [[nodiscard]] bool is(Kind kind, qsizetype by = 0) const { return token(by).kind == kind; }
    /// Upper and lower case are one.
    [[nodiscard]] bool isWord(const char* word, qsizetype by = 0) const;

    enum class Next { Nothing, Operator, Number };
    /// What stands behind a sign that could be an end as well.
    [[nodiscard]] Next next(qsizetype by) const;

private:
    const QList<ArithmeticToken>& m_tokens;
    qsizetype m_at;
};

} // namespace phidelity
