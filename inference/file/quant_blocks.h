// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "inference/file/tensor_type.h"

/// The byte-level pieces that reading and writing of quantised blocks share (PHI-2 reference
/// section 4).
namespace phidelity::quant {

inline constexpr std::size_t kSuper = 256; ///< numbers in a block of a K type

inline std::uint16_t loadU16(const std::uint8_t* from) {
    return static_cast<std::uint16_t>(from[0] | from[1] << 8);
}

inline void storeU16(std::uint8_t* to, std::uint16_t value) {
    to[0] = static_cast<std::uint8_t>(value & 0xFF);
    to[1] = static_cast<std::uint8_t>(value >> 8);
}

inline float loadHalf(const std::uint8_t* from) {
    return halfToFloat(loadU16(from));
}

/// Stores a half and returns the value that a reader will see.
inline float storeHalf(std::uint8_t* to, float value) {
    const std::uint16_t bits = floatToHalf(value);
    storeU16(to, bits);
    return halfToFloat(bits);
}

struct ScaleMin {
    std::uint8_t scale;
    std::uint8_t min;
};

/// Scale and minimum, 6 bits each, of sub-block `b` (0..7) in the 12 bytes of Q4_K and Q5_K.
inline ScaleMin loadScaleMin(const std::uint8_t* s, std::size_t b) {
    if (b < 4) {
        return {static_cast<std::uint8_t>(s[b] & 63), static_cast<std::uint8_t>(s[b + 4] & 63)};
    }
    return {static_cast<std::uint8_t>((s[b + 4] & 15) | (s[b - 4] >> 6) << 4),
            static_cast<std::uint8_t>((s[b + 4] >> 4) | (s[b] >> 6) << 4)};
}

/// Inverse of loadScaleMin; the bytes start as zeros and b rises from 0.
inline void storeScaleMin(std::uint8_t* s, std::size_t b, ScaleMin value) {
    const auto scale = static_cast<unsigned>(value.scale);
    const auto min = static_cast<unsigned>(value.min);
    if (b < 4) {
        s[b] = static_cast<std::uint8_t>(scale);
        s[b + 4] = static_cast<std::uint8_t>(min);
        return;
    }
    s[b + 4] = static_cast<std::uint8_t>((scale & 15) | (min & 15) << 4);
    s[b - 4] = static_cast<std::uint8_t>(s[b - 4] | (scale >> 4) << 6);
    s[b] = static_cast<std::uint8_t>(s[b] | (min >> 4) << 6);
}

/// The 6-bit scale `j` (0..15), still with its bias of 32, in the 12 bytes of Q3_K.
inline std::uint8_t loadScaleQ3(const std::uint8_t* s, std::size_t j) {
    const int low = j < 8 ? s[j] & 15 : s[j - 8] >> 4;
    const int high = (s[8 + j % 4] >> (2 * (j / 4))) & 3;
    return static_cast<std::uint8_t>(low | high << 4);
}

/// Inverse of loadScaleQ3; the bytes start as zeros.
inline void storeScaleQ3(std::uint8_t* s, std::size_t j, unsigned scale) {
    const std::size_t lowAt = j < 8 ? j : j - 8;
    const unsigned low = (scale & 15) << (j < 8 ? 0 : 4);
    s[lowAt] = static_cast<std::uint8_t>(s[lowAt] | low);
    s[8 + j % 4] = static_cast<std::uint8_t>(s[8 + j % 4] | (scale >> 4) << (2 * (j / 4)));
}

/// The quantisers, one block each (quantize.cpp and quantize_k.cpp). `y` holds blockLayout().bytes
/// bytes.
void quantizeQ2K(const float* x, std::uint8_t* y);
void quantizeQ3K(const float* x, std::uint8_t* y);
void quantizeQ4K(const float* x, std::uint8_t* y);
void quantizeQ5K(const float* x, std::uint8_t* y);
void quantizeQ6K(const float* x, std::uint8_t* y);

} // namespace phidelity::quant
