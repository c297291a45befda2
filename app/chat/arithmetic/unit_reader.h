// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "chat/arithmetic/token_cursor.h"

namespace phidelity {

/// Reads "$5", "$5 million", "$5 each hour", where `cursor` stands at the sign of the currency.
/// Nothing where no number follows.
[[nodiscard]] std::optional<Quantity> readMoney(TokenCursor& cursor);

/// Reads what stands behind a number: a multiple ("million"), a unit with its power and what it is
/// per, or the name of what is counted ("small red apples"). `quantity` takes it in; `cursor`
/// stays where there is none of them.
void readUnit(TokenCursor& cursor, Quantity& quantity);

} // namespace phidelity
