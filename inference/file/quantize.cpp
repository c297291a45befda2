// SPDX-License-Identifier: MIT
// The types with one scale per 32 numbers; the K types are in quantize_k.cpp.
#include "inference/file/tensor_type.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "inference/file/quant_blocks.h"

namespace phidelity {

namespace {

using quant::storeHalf;
using quant::storeU16;

constexpr std::size_t kBlock = 32;

/// 1/d, or 0 where d is so small that the inverse is not finite: such a block is stored as zeros.
float inverse(float d) {
    const float result = d != 0.0F ? 1.0F / d : 0.0F;
    return std::isfinite(result) ? result : 0.0F;
}

/// The number of largest magnitude, with its sign (the first of equals).
float signedPeak(const float* x) {
    float peak = 0.0F;
    for (std::size_t e = 0; e < kBlock; ++e) {
        if (std::fabs(x[e]) > std::fabs(peak)) {
            peak = x[e];
        }
    }
    return peak;
}

/// trunc(value) limited to 0..top, also for values that no integer can hold.
unsigned truncated(float value, int top) {
    if (!(value > 0.0F)) {
        return 0;
    }
    return static_cast<unsigned>(std::min(value, static_cast<float>(top)));
}

/// Packs the low four bits of 32 numbers into qs and the fifth, if asked for, into qh.
void packNibbles(const unsigned* q, std::uint8_t* qs) {
    for (std::size_t e = 0; e < kBlock / 2; ++e) {
        qs[e] = static_cast<std::uint8_t>((q[e] & 15) | (q[e + kBlock / 2] & 15) << 4);
    }
}

void packFifthBits(const unsigned* q, std::uint8_t* qh) {
    std::fill_n(qh, 4, std::uint8_t{0});
    for (std::size_t e = 0; e < kBlock; ++e) {
        qh[e / 8] = static_cast<std::uint8_t>(qh[e / 8] | ((q[e] >> 4) & 1) << (e % 8));
    }
}

void blockF32(const float* x, std::uint8_t* y) {
    std::memcpy(y, x, sizeof(float));
}

void blockF16(const float* x, std::uint8_t* y) {
    storeU16(y, floatToHalf(*x));
}

void blockBF16(const float* x, std::uint8_t* y) {
    const auto bits = std::bit_cast<std::uint32_t>(*x);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
        storeU16(y, static_cast<std::uint16_t>(bits >> 16 | 64));
        return;
    }
    storeU16(y, static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16));
}

void blockQ8_0(const float* x, std::uint8_t* y) {
    const float d = std::fabs(signedPeak(x)) / 127.0F;
    const float id = inverse(d);
    storeHalf(y, d);
    for (std::size_t e = 0; e < kBlock; ++e) {
        const float rounded = std::clamp(std::round(x[e] * id), -127.0F, 127.0F);
        y[2 + e] = static_cast<std::uint8_t>(static_cast<std::int8_t>(rounded));
    }
}

void blockQ4_0(const float* x, std::uint8_t* y) {
    const float d = signedPeak(x) / -8.0F;
    const float id = inverse(d);
    unsigned q[kBlock];
    for (std::size_t e = 0; e < kBlock; ++e) {
        q[e] = truncated(x[e] * id + 8.5F, 15);
    }
    storeHalf(y, d);
    packNibbles(q, y + 2);
}

void blockQ5_0(const float* x, std::uint8_t* y) {
    const float d = signedPeak(x) / -16.0F;
    const float id = inverse(d);
    unsigned q[kBlock];
    for (std::size_t e = 0; e < kBlock; ++e) {
        q[e] = truncated(x[e] * id + 16.5F, 31);
    }
    storeHalf(y, d);
    packFifthBits(q, y + 2);
    packNibbles(q, y + 6);
}

/// Scale and minimum of a block, and its numbers in steps of the scale above the minimum.
void quantizeFromMin(const float* x, int top, std::uint8_t* y, unsigned* q) {
    const auto [min, max] = std::minmax_element(x, x + kBlock);
    const float d = (*max - *min) / static_cast<float>(top);
    const float id = inverse(d);
    storeHalf(y, d);
    storeHalf(y + 2, *min);
    for (std::size_t e = 0; e < kBlock; ++e) {
        q[e] = truncated((x[e] - *min) * id + 0.5F, top);
    }
}

void blockQ4_1(const float* x, std::uint8_t* y) {
    unsigned q[kBlock];
    quantizeFromMin(x, 15, y, q);
    packNibbles(q, y + 4);
}

void blockQ5_1(const float* x, std::uint8_t* y) {
    unsigned q[kBlock];
    quantizeFromMin(x, 31, y, q);
    packFifthBits(q, y + 4);
    packNibbles(q, y + 8);
}

using BlockWriter = void (*)(const float*, std::uint8_t*);

BlockWriter writerOf(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return blockF32;
    case TensorType::F16:
        return blockF16;
    case TensorType::BF16:
        return blockBF16;
    case TensorType::Q8_0:
        return blockQ8_0;
    case TensorType::Q4_0:
        return blockQ4_0;
    case TensorType::Q4_1:
        return blockQ4_1;
    case TensorType::Q5_0:
        return blockQ5_0;
    case TensorType::Q5_1:
        return blockQ5_1;
    case TensorType::Q2_K:
        return quant::quantizeQ2K;
    case TensorType::Q3_K:
        return quant::quantizeQ3K;
    case TensorType::Q4_K:
        return quant::quantizeQ4K;
    case TensorType::Q5_K:
        return quant::quantizeQ5K;
    case TensorType::Q6_K:
        return quant::quantizeQ6K;
    }
    return blockF32;
}

} // namespace

void quantizeRow(TensorType type, std::span<const float> row, std::byte* out) {
    const BlockLayout layout = blockLayout(type);
    const BlockWriter write = writerOf(type);
    auto* bytes = reinterpret_cast<std::uint8_t*>(out);
    for (std::size_t e = 0; e < row.size(); e += layout.elements, bytes += layout.bytes) {
        write(row.data() + e, bytes);
    }
}

} // namespace phidelity
