// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "inference/text/token_id.h"

namespace phidelity {

/// A token with its logit as the model gave it. Two 32-bit numbers, as devices write them.
struct RankedLogit {
    float logit = 0;
    TokenId id = 0;
    bool operator==(const RankedLogit&) const = default;
};

/// How many of the largest logits of a row are wanted in place of all of them.
struct TopRequest {
    std::uint32_t count = 0;      ///< 0: all logits are wanted
    std::uint32_t vocabulary = 0; ///< ids >= this are no candidates
    bool operator==(const TopRequest&) const = default;
};

/// What a chain that begins with its few best candidates needs of a row of logits.
struct TopLogits {
    /// The largest logits of ids below the vocabulary, descending, ties by lower id.
    std::span<const RankedLogit> best;
    /// ln of the sum of e^logit over all rows of the head whose logit is finite.
    double logTotal = 0;
    /// Whether every logit of the row is a number, those past the vocabulary included. If not,
    /// where NaN stands in `best` is not said.
    bool allFinite = true;
};

} // namespace phidelity
