// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "inference/model/model.h"
#include "inference/model/schedule.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// Fills an empty sequence of the model with `tokens` by steps of the shapes of `schedule`, and
/// returns the logits after the last one. Rows that a recorded step had and that were not kept are
/// computed with another token in them and dropped again. The prefix cache is not looked at, so
/// that what ran before cannot show. Empty if stopped. Errors: BadArgument where the schedule is
/// none of these tokens, ends in the middle of a step, or has steps that this backend cannot take;
/// those of Sequence::extend. Costs what it cost when it was recorded. `progress`: tokens done so
/// far.
[[nodiscard]] Result<NextLogits>
computeAgain(Model& model, Sequence& sequence, std::span<const TokenId> tokens,
             const Schedule& schedule, const TopRequest& wish = {}, const StopFlag* stop = nullptr,
             const std::function<void(std::size_t)>& progress = {});

/// A token as it once came.
struct RecordedToken {
    TokenId id = 0;
    float logprob = 0;
    std::vector<std::pair<TokenId, float>> alternatives; ///< compared where there are any
};

/// A generation to run again. Plain data.
struct ReplayTask {
    std::vector<TokenId> prompt;
    /// Of the prompt and of those tokens whose logits were wanted: these one by one, alone or
    /// beside other sequences.
    Schedule schedule;
    SamplerSettings sampler;
    SamplerState start;             ///< before the first token
    std::uint32_t alternatives = 0; ///< that were asked for
    std::vector<RecordedToken> tokens;
};

/// What of a token came out differently; the first of these that did.
enum class ReplayDifferenceKind : std::uint8_t { Token, Probability, Alternatives };

struct ReplayDifference {
    ReplayDifferenceKind kind = ReplayDifferenceKind::Token;
    std::size_t index = 0; ///< of the token, from 0
    RecordedToken expected;
    RecordedToken found;
    /// Logit of the token found minus that of the token expected, both of this run: how near it was
    /// to come out the same. 0 where the tokens are the same.
    float gap = 0;
};

struct ReplayOutcome {
    std::size_t compared = 0; ///< tokens that came out the same, from the first on
    bool stopped = false;
    /// The first token that is another; where there is none, the first that has another probability
    /// or other alternatives. Nothing, and not stopped: identical to the bit.
    std::optional<ReplayDifference> difference;
};

/// Runs a generation again, up to the first token that differs. `progress`: prompt and
/// output tokens done so far, and in all. Errors: those of computeAgain and of the sampler.
[[nodiscard]] Result<ReplayOutcome>
replay(Model& model, const ReplayTask& task, const StopFlag* stop = nullptr,
       const std::function<void(std::size_t done, std::size_t total)>& progress = {});

} // namespace phidelity
