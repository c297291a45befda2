// SPDX-License-Identifier: MIT
#include "inference/sample/exp_sum.h"

#include <array>
#include <cstddef>
#include <limits>

// One more copy of the loops below for processors with wider vectors, chosen when the program
// starts. The lanes are the same, so the results are. Sanitizers run before such choices can be
// made.
#if defined(__x86_64__) && defined(__GNUC__) && defined(__gnu_linux__) &&                          \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PHIDELITY_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define PHIDELITY_WIDE
#endif

namespace phidelity {

namespace {

// Partial sums side by side, so that compilers may use vectors of up to this width without changing
// a bit of the result; in F32 for at most kBlock values, then in F64.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 512;

template <class Term>
[[gnu::always_inline]] inline double blockedSum(std::span<const float> values, Term term) {
    double sum = 0;
    std::size_t index = 0;
    while (index < values.size()) {
        const std::size_t end = std::min(index + kBlock, values.size());
        std::array<float, kLanes> lanes{};
        for (; index + kLanes <= end; index += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                lanes[lane] += term(values[index + lane]);
            }
        }
        for (std::size_t lane = 0; index < end; ++index, ++lane) {
            lanes[lane] += term(values[index]);
        }
        for (const float lane : lanes) {
            sum += static_cast<double>(lane);
        }
    }
    return sum;
}

} // namespace

PHIDELITY_WIDE float largestOf(std::span<const float> values) {
    // As integers, with the order of negative floats turned round: their maximum needs no lanes of
    // ours.
    constexpr std::int32_t kRest = 0x7FFFFFFF;
    std::int32_t most = std::numeric_limits<std::int32_t>::min();
    for (const float value : values) {
        const auto bits = std::bit_cast<std::int32_t>(value);
        const std::int32_t key = bits ^ ((bits >> 31) & kRest);
        most = key > most ? key : most;
    }
    if (values.empty()) {
        return -std::numeric_limits<float>::infinity();
    }
    return std::bit_cast<float>(most ^ ((most >> 31) & kRest));
}

PHIDELITY_WIDE bool hasNanOrInfinity(std::span<const float> values) {
    constexpr std::int32_t kInfinity = 0x7F800000;
    std::int32_t found = 0;
    for (const float value : values) {
        const auto bits = std::bit_cast<std::int32_t>(value);
        const std::int32_t isNan = (bits & 0x7FFFFFFF) > kInfinity ? 1 : 0;
        const std::int32_t isInfinity = bits == kInfinity ? 1 : 0;
        found |= isNan | isInfinity;
    }
    return found != 0;
}

PHIDELITY_WIDE double expSum(std::span<const float> values, float top) {
    return blockedSum(values, [top](float value) { return expOfNegative(value - top); });
}

PHIDELITY_WIDE double expWeightedSum(std::span<const float> values, float top) {
    return blockedSum(values, [top](float value) {
        const float distance = value - top;
        // Where the weight is 0, so is the product, even of -infinity.
        return expOfNegative(distance) * (distance > -88.0F ? distance : -88.0F);
    });
}

PHIDELITY_WIDE void expInto(std::span<const float> values, float top, std::span<float> weights) {
    for (std::size_t index = 0; index < values.size(); ++index) {
        weights[index] = expOfNegative(values[index] - top);
    }
}

} // namespace phidelity
