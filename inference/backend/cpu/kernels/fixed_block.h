// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace phidelity::kernels {

/// 32 inputs in 16-bit fixed point: x[i] = scale * (256 * high[i] + low[i]), both signed bytes, so
/// that a product with unsigned 8-bit codes needs two byte multiplies and loses nothing.
struct alignas(64) FixedBlock {
    std::int8_t high[32];
    std::int8_t low[32];

    float scale;
    std::int32_t sum;    ///< of the fixed-point numbers
    float scaledSum;     ///< scale * sum
    float scaledHalf[2]; ///< the same for columns 0..15 and 16..31
    std::int32_t unused[3];
    /// Sums of high (low) bytes over quads 2 m and 2 m + 1, for columns 4 g, 4 g + 1 and for 4 g +
    /// 2, 4 g + 3: what a code offset of 1 takes off the 16-bit lanes of a row.
    std::int16_t highSums[4][2];
    std::int16_t lowSums[4][2];

    /// 256 * high + low; of each quad columns 0, 2 and then 1, 3, as signed 8-bit codes are
    /// unpacked. Not written for instruction sets with byte dots, which read the bytes above.
    std::int16_t evenOdd[8][4];
};
static_assert(sizeof(FixedBlock) == 192);

} // namespace phidelity::kernels
