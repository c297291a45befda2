// SPDX-License-Identifier: MIT
#pragma once

#include <QList>

#include "engine/token_detail.h"

namespace phidelity {

/// How well a model foretold a text: e to the mean of -logprob over the tokens that have one, the
/// number of equally likely tokens among which it would have been as unsure. NaN where none has.
[[nodiscard]] double perplexityOf(const QList<TokenDetail>& tokens);

} // namespace phidelity
