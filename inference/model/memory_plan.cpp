// SPDX-License-Identifier: MIT
#include "inference/model/memory_plan.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>

#include "inference/model/page_pool.h"

namespace phidelity {
namespace {

constexpr std::uint64_t kFullSequences = 4;

std::string gigabytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.2f GB", static_cast<double>(bytes) / 1e9);
    return text;
}

} // namespace

Result<std::uint32_t> planPages(const MemoryNeeds& needs) {
    const std::uint64_t one = pagesFor(needs.context);
    const std::uint64_t cache = one * needs.page;
    const std::uint64_t fixed = needs.weights + needs.scratch;
    if (fixed > needs.available || cache > needs.available - fixed) {
        return fail(ErrorCode::OutOfMemory,
                    "model: expected at most " + gigabytes(needs.available) +
                        " that are available, found " + gigabytes(needs.weights) + " of weights, " +
                        gigabytes(cache) + " of cache for " + std::to_string(needs.context) +
                        " positions and " + gigabytes(needs.scratch) + " of intermediate results");
    }
    const std::uint64_t comfortable = (needs.available - fixed) / 2 / needs.page;
    const std::uint64_t pages = std::clamp(comfortable, one, one * kFullSequences);
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(pages, std::numeric_limits<PageId>::max()));
}

} // namespace phidelity
