// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "inference/sample/candidates.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// What stages may look at beside the candidates.
struct StageContext {
    const SamplerSettings& settings;
    std::span<const TokenId> history;
    const std::vector<bool>& breakers;
    std::uint64_t drawn; ///< counter of the random numbers
};

/// Uses of random numbers within one draw.
enum class RandomStream : std::uint32_t { Draw = 0, Xtc = 1 };

/// Whether the settings leave this stage something to do, wherever it stands. MirostatV2 and Greedy
/// select and are not asked here.
[[nodiscard]] bool isOn(StageKind kind, const SamplerSettings& settings);

/// Whether the stage only takes away candidates by their probability; mirostat replaces these.
[[nodiscard]] bool truncates(StageKind kind);

/// Applies one stage that is on (formulas: PHI-2 reference section 9, of llama.cpp where sources
/// differ). At least one candidate stays. The selecting stages are the sampler's own.
void applyStage(StageKind kind, const StageContext& context, Candidates& candidates);

/// Mirostat v2's cut: keeps tokens whose surprise -log2 p is at most `mu`, or the best.
void cutBySurprise(float mu, Candidates& candidates);

} // namespace phidelity
