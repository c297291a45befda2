// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/file/tensor_type.h"

namespace phidelity::kernels {

/// Where the parts of a quantised matrix lie after packing. A group is 16 rows; along the columns
/// it is a chain of super-blocks, each one stored block of all 16 rows:
///
///   16 x F16 d | 16 x F16 minimum scale, if any | scale bytes as dwords, dword k of all 16 rows
///   together | per 32 columns: low plane, high plane
///
/// Groups stand in pairs, a super-block of the first and then the same one of the second, so that a
/// product of 32 rows reads one stream and shares its inputs.
///
/// Planes are made of 64-byte lines, one dword a row, so that a row is one 32-bit lane of a vector.
/// The 32 columns of a sub-block are 8 quads g of four; byte i of a dword belongs to column 4 g +
/// i:
///   8 bits: line g
///   4 bits: line k holds quad k in the low and quad k + 4 in the high nibbles
///   2 bits: line p holds quad 4 p + j at bit 2 j
///   1 bit:  one line, quad g at bit g
/// Scale bytes stand as in the file (section 4), 4 of a row in a dword.
struct PackedLayout {
    std::uint32_t columns = 0; ///< of a super-block: the type's block
    bool hasMinimum = false; ///< a second F16 a block: m of Q4_1 and Q5_1, dmin of Q2_K, Q4_K, Q5_K
    std::uint32_t scaleBytes = 0; ///< a row and super-block
    std::uint32_t lowBits = 0;
    std::uint32_t highBits = 0;

    [[nodiscard]] constexpr std::size_t headerBytes() const {
        return 16 * (std::size_t{2} + (hasMinimum ? 2 : 0) + scaleBytes);
    }
    [[nodiscard]] constexpr std::size_t scalesAt() const { return hasMinimum ? 64 : 32; }
    [[nodiscard]] constexpr std::size_t lowBytes() const { return std::size_t{64} * lowBits; }
    [[nodiscard]] constexpr std::size_t subBytes() const {
        return std::size_t{64} * (lowBits + highBits);
    }
    [[nodiscard]] constexpr std::size_t superBytes() const {
        return headerBytes() + columns / 32 * subBytes();
    }
};

/// Layout of a quantised type; `columns` is 0 for the types that are used where they lie.
[[nodiscard]] constexpr PackedLayout packedLayout(TensorType type) {
    switch (type) {
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
        return {};
    case TensorType::Q8_0:
        return {32, false, 0, 8, 0};
    case TensorType::Q4_0:
        return {32, false, 0, 4, 0};
    case TensorType::Q4_1:
        return {32, true, 0, 4, 0};
    case TensorType::Q5_0:
        return {32, false, 0, 4, 1};
    case TensorType::Q5_1:
        return {32, true, 0, 4, 1};
    case TensorType::Q2_K:
        return {256, true, 16, 2, 0};
    case TensorType::Q3_K:
        return {256, false, 12, 2, 1};
    case TensorType::Q4_K:
        return {256, true, 12, 4, 0};
    case TensorType::Q5_K:
        return {256, true, 12, 4, 1};
    case TensorType::Q6_K:
        return {256, false, 16, 4, 2};
    }
    return {};
}

/// Packing moves bits and adds none.
static_assert(packedLayout(TensorType::Q4_0).superBytes() == 16 * 18);
static_assert(packedLayout(TensorType::Q4_1).superBytes() == 16 * 20);
static_assert(packedLayout(TensorType::Q5_0).superBytes() == 16 * 22);
static_assert(packedLayout(TensorType::Q5_1).superBytes() == 16 * 24);
static_assert(packedLayout(TensorType::Q8_0).superBytes() == 16 * 34);
static_assert(packedLayout(TensorType::Q2_K).superBytes() == 16 * 84);
static_assert(packedLayout(TensorType::Q3_K).superBytes() == 16 * 110);
static_assert(packedLayout(TensorType::Q4_K).superBytes() == 16 * 144);
static_assert(packedLayout(TensorType::Q5_K).superBytes() == 16 * 176);
static_assert(packedLayout(TensorType::Q6_K).superBytes() == 16 * 210);

/// What is subtracted from a code before it is scaled: 8 for Q4_0, 32 for Q6_K, 0 for types with
/// minima.
[[nodiscard]] constexpr int codeOffset(TensorType type) {
    switch (type) {
    case TensorType::Q4_0:
        return 8;
    case TensorType::Q5_0:
        return 16;
    case TensorType::Q3_K:
        return 4;
    case TensorType::Q6_K:
        return 32;
    default:
        return 0;
    }
}

} // namespace phidelity::kernels
