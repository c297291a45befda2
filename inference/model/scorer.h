// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "inference/model/model.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// What the model thinks of a token of a given text.
struct TokenScore {
    TokenId id = 0;
    /// Natural log of its probability after the tokens before it; NaN of a text's first token, of
    /// which the model says nothing.
    float logprob = std::numeric_limits<float>::quiet_NaN();
    std::int32_t rank = -1; ///< 0 = the most likely, equal ones by lower id; -1 of the first token
    float entropy = std::numeric_limits<float>::quiet_NaN(); ///< nats
    std::vector<Candidate> alternatives;                     ///< the most likely in its place
};

struct ScoreWish {
    std::size_t from = 0; ///< the first token that is answered; those before are context alone
    std::uint32_t alternatives = 0;
};

/// Runs the model over `tokens` and tells what it thinks of each from `wish.from` on, in order, in
/// pieces of a few dozen: `listener` gets the index of the first and the scores. A text longer than
/// the context is read in windows: where one is full the next begins, with the last half of it as
/// what came before; so a token sees all that came before it, or at least half a context. Returns
/// how many were answered: fewer than asked for if `stop` was set. Afterwards the last window is in
/// `cache`. Errors: BadArgument (no tokens, ids past the vocabulary), OutOfMemory, DeviceLost,
/// NotFinite.
Result<std::size_t> scoreTokens(
    Model& model, PrefixCache& cache, std::span<const TokenId> tokens, const ScoreWish& wish,
    const StopFlag* stop,
    const std::function<void(std::size_t from, std::span<const TokenScore> scores)>& listener);

} // namespace phidelity
