// SPDX-License-Identifier: MIT
#pragma once

#include "engine/token_detail.h"
#include "inference/model/generator.h"
#include "inference/model/scorer.h"

namespace phidelity {

/// What inference knows of tokens as values for the window.
[[nodiscard]] TokenAlternative alternativeOf(const Candidate& candidate,
                                             const Tokenizer& tokenizer);
/// Of a token that was generated with alternatives.
[[nodiscard]] TokenDetail detailOf(const GeneratedToken& token, const Tokenizer& tokenizer);
/// Of a token of a given text.
[[nodiscard]] TokenDetail detailOf(const TokenScore& score, const Tokenizer& tokenizer);

} // namespace phidelity
