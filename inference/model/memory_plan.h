// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/result.h"

namespace phidelity {

/// What a model is going to take on a device, in bytes.
struct MemoryNeeds {
    std::uint64_t weights = 0;   ///< that are not in memory yet
    std::uint64_t scratch = 0;   ///< activations and logits of the largest step
    std::uint64_t page = 0;      ///< one cache page
    std::uint32_t context = 0;   ///< positions of one sequence
    std::uint64_t available = 0; ///< what the device can give
};

/// How many cache pages to plan: enough for one full sequence, up to four (forks, other
/// conversations) where half of what is left allows. OutOfMemory, with the figures, if one full
/// sequence does not fit: said before anything is taken.
Result<std::uint32_t> planPages(const MemoryNeeds& needs);

} // namespace phidelity
