// SPDX-License-Identifier: MIT
#include "inference/sample/exp_sum.h"

#include <array>
#include <cstddef>
#include <limits>

namespace phidelity {

namespace {

// Partial sums side by side, so that compilers may use vectors of up to this width without changing
// a bit of the result; in F32 for at most kBlock values, then in F64.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 512;

template <class Term>
double blockedSum(std::span<const float> values, Term term) {
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

float largestOf(std::span<const float> values) {
    std::array<float, kLanes> lanes;
    lanes.fill(-std::numeric_limits<float>::infinity());
    std::size_t index = 0;
    for (; index + kLanes <= values.size(); index += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float value = values[index + lane];
            lanes[lane] = value > lanes[lane] ? value : lanes[lane];
        }
    }
    for (; index < values.size(); ++index) {
        lanes[0] = std::max(lanes[0], values[index]);
    }
    return *std::max_element(lanes.begin(), lanes.end());
}

bool hasNanOrInfinity(std::span<const float> values) {
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

double expSum(std::span<const float> values, float top) {
    return blockedSum(values, [top](float value) { return expOfNegative(value - top); });
}

double expWeightedSum(std::span<const float> values, float top) {
    return blockedSum(values, [top](float value) {
        const float distance = value - top;
        // Where the weight is 0, so is the product, even of -infinity.
        return expOfNegative(distance) * (distance > -88.0F ? distance : -88.0F);
    });
}

void expInto(std::span<const float> values, float top, std::span<float> weights) {
    for (std::size_t index = 0; index < values.size(); ++index) {
        weights[index] = expOfNegative(values[index] - top);
    }
}

} // namespace phidelity
