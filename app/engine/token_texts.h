// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "engine/token_messages.h"
#include "inference/text/tokenizer.h"

namespace phidelity {

/// What every token of a vocabulary says. Linear in it: some milliseconds for Phi's.
[[nodiscard]] std::shared_ptr<const TokenTexts> tokenTextsOf(const Tokenizer& tokenizer);

} // namespace phidelity
