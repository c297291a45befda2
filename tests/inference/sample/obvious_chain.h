// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <span>
#include <vector>

#include "inference/sample/sampler.h"

namespace phidelity::test {

/// A candidate of the obvious chain, in double precision.
struct Entry {
    TokenId id;
    double logit;
};
using Entries = std::vector<Entry>;

/// What one stage leaves, written straight from PHI-2 reference section 9, sorting everything.
[[nodiscard]] Entries obviousStage(StageKind kind, const SamplerSettings& settings, Entries entries,
                                   std::span<const TokenId> history,
                                   const std::vector<bool>& breakers, std::uint64_t drawn);

/// Probabilities by id.
[[nodiscard]] std::map<TokenId, double> probabilities(const Entries& entries);

/// Length of the longest suffix of the history that occurred earlier followed by each token: every
/// pair of places compared.
[[nodiscard]] std::map<TokenId, std::uint32_t> obviousRepeats(std::span<const TokenId> window,
                                                              const std::vector<bool>& breakers);

} // namespace phidelity::test
