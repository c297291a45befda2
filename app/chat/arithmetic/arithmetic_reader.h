// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "chat/arithmetic/arithmetic_tokens.h"

namespace phidelity {

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
