// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

namespace phidelity {

/// e^x for x <= 0, 0 below -87 and for anything that is no such number. Polynomial of Cephes
/// (relative error about 1e-7), in operations that every machine rounds alike and compilers turn
/// into vectors. Ours, as std::exp differs between libraries.
[[nodiscard]] inline float expOfNegative(float x) {
    constexpr float kLowest = -87.0F;
    constexpr float kMagic = 12582912.0F; // 1.5 * 2^23: adding it rounds to a whole number
    constexpr auto kSign = static_cast<std::int32_t>(0x80000000);
    // Among negative floats, integers order by size; NaN and infinity lie beyond all numbers.
    // Integers, as compilers hesitate to make vectors of comparisons of floats.
    const std::int32_t size = std::bit_cast<std::int32_t>(x) | kSign;
    const std::int32_t most = std::bit_cast<std::int32_t>(kLowest);
    const std::int32_t keep = size > most ? 0 : -1;
    const auto d = std::bit_cast<float>(size > most ? most : size);
    const float n = (d * 1.44269504F + kMagic) - kMagic;
    const float r = (d - n * 0.693359375F) + n * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = (p * r) * r + r + 1.0F;
    const std::int32_t power = (static_cast<std::int32_t>(n) + 127) << 23;
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(p * std::bit_cast<float>(power)) &
                                keep);
}

/// Largest of the values; -infinity of none. No value is NaN.
[[nodiscard]] float largestOf(std::span<const float> values);

/// Whether a value is NaN or +infinity.
[[nodiscard]] bool hasNanOrInfinity(std::span<const float> values);

// The sums below are the same to the bit on every machine: partial sums have a fixed order.

/// Sum of e^(value - top) in a fixed order; `top` >= all values that count.
[[nodiscard]] double expSum(std::span<const float> values, float top);

/// Sum of e^(value - top) * (value - top), likewise: what entropy needs.
[[nodiscard]] double expWeightedSum(std::span<const float> values, float top);

/// weights[i] = e^(values[i] - top); equal sizes.
void expInto(std::span<const float> values, float top, std::span<float> weights);

} // namespace phidelity
