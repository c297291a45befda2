// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "inference/text/token_id.h"

namespace phidelity {

/// For DRY (PHI-2 reference section 9): for each token t, the length of the longest suffix of
/// `window` that also occurs earlier in it, followed by t; the suffix reaches back to the last
/// breaker at most. Only lengths >= `least`, which is >= 1; ids ascending; a breaker is never
/// listed. O(n log n).
[[nodiscard]] std::vector<std::pair<TokenId, std::uint32_t>>
longestRepeats(std::span<const TokenId> window, const std::vector<bool>& breakers,
               std::uint32_t least);

} // namespace phidelity
