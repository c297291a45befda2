// SPDX-License-Identifier: MIT
// One function a type, each a literal reading of the formulas in section 4 of the PHI-2 reference.
#include "inference/file/tensor_type.h"

#include <bit>

#include "inference/file/quant_blocks.h"

namespace phidelity {

namespace {

using quant::kSuper;
using quant::loadHalf;
using quant::loadScaleMin;
using quant::loadScaleQ3;

int nibble(const std::uint8_t* qs, std::size_t e) {
    return (qs[e % 16] >> (4 * (e / 16))) & 15;
}

int fifthBit(const std::uint8_t* qh, std::size_t e) {
    return ((qh[e / 8] >> (e % 8)) & 1) << 4;
}

void blockF32(const std::uint8_t* b, float* y) {
    std::memcpy(y, b, sizeof(float));
}

void blockF16(const std::uint8_t* b, float* y) {
    *y = loadHalf(b);
}

void blockBF16(const std::uint8_t* b, float* y) {
    *y = std::bit_cast<float>(static_cast<std::uint32_t>(quant::loadU16(b)) << 16);
}

void blockQ8_0(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    for (std::size_t e = 0; e < 32; ++e) {
        y[e] = d * static_cast<float>(static_cast<std::int8_t>(b[2 + e]));
    }
}

void blockQ4_0(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    for (std::size_t e = 0; e < 32; ++e) {
        y[e] = d * static_cast<float>(nibble(b + 2, e) - 8);
    }
}

void blockQ4_1(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    const float m = loadHalf(b + 2);
    for (std::size_t e = 0; e < 32; ++e) {
        y[e] = d * static_cast<float>(nibble(b + 4, e)) + m;
    }
}

void blockQ5_0(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    for (std::size_t e = 0; e < 32; ++e) {
        y[e] = d * static_cast<float>((nibble(b + 6, e) | fifthBit(b + 2, e)) - 16);
    }
}

void blockQ5_1(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    const float m = loadHalf(b + 2);
    for (std::size_t e = 0; e < 32; ++e) {
        y[e] = d * static_cast<float>(nibble(b + 8, e) | fifthBit(b + 4, e)) + m;
    }
}

int lowTwoBits(const std::uint8_t* qs, std::size_t e) {
    const std::size_t r = e % 128;
    return (qs[32 * (e / 128) + r % 32] >> (2 * (r / 32))) & 3;
}

void blockQ2_K(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b + 80);
    const float dmin = loadHalf(b + 82);
    for (std::size_t e = 0; e < kSuper; ++e) {
        const int scales = b[e / 16];
        const float scale = d * static_cast<float>(scales & 15);
        const float min = dmin * static_cast<float>(scales >> 4);
        y[e] = scale * static_cast<float>(lowTwoBits(b + 16, e)) - min;
    }
}

void blockQ3_K(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b + 108);
    for (std::size_t e = 0; e < kSuper; ++e) {
        const bool high = ((b[e % 32] >> (e / 32)) & 1) != 0;
        const int q = lowTwoBits(b + 32, e) - (high ? 0 : 4);
        y[e] = d * static_cast<float>(loadScaleQ3(b + 96, e / 16) - 32) * static_cast<float>(q);
    }
}

void blockQ4_K(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    const float dmin = loadHalf(b + 2);
    for (std::size_t e = 0; e < kSuper; ++e) {
        const std::size_t sub = e / 32;
        const auto [scale, min] = loadScaleMin(b + 4, sub);
        const int q = (b[16 + 32 * (sub / 2) + e % 32] >> (4 * (sub % 2))) & 15;
        y[e] =
            d * static_cast<float>(scale) * static_cast<float>(q) - dmin * static_cast<float>(min);
    }
}

void blockQ5_K(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b);
    const float dmin = loadHalf(b + 2);
    for (std::size_t e = 0; e < kSuper; ++e) {
        const std::size_t sub = e / 32;
        const auto [scale, min] = loadScaleMin(b + 4, sub);
        const int low = (b[48 + 32 * (sub / 2) + e % 32] >> (4 * (sub % 2))) & 15;
        const int high = ((b[16 + e % 32] >> sub) & 1) << 4;
        y[e] = d * static_cast<float>(scale) * static_cast<float>(low | high) -
               dmin * static_cast<float>(min);
    }
}

void blockQ6_K(const std::uint8_t* b, float* y) {
    const float d = loadHalf(b + 208);
    for (std::size_t e = 0; e < kSuper; ++e) {
        const std::size_t half = e / 128;
        const std::size_t k = e % 128 / 32;
        const std::size_t l = e % 32;
        const int low = (b[64 * half + l + 32 * (k & 1)] >> (4 * (k >> 1))) & 15;
        const int high = (b[128 + 32 * half + l] >> (2 * k)) & 3;
        const auto scale = static_cast<std::int8_t>(b[192 + e / 16]);
        y[e] = d * static_cast<float>(scale) * static_cast<float>((low | high << 4) - 32);
    }
}

using BlockReader = void (*)(const std::uint8_t*, float*);

BlockReader readerOf(TensorType type) {
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
        return blockQ2_K;
    case TensorType::Q3_K:
        return blockQ3_K;
    case TensorType::Q4_K:
        return blockQ4_K;
    case TensorType::Q5_K:
        return blockQ5_K;
    case TensorType::Q6_K:
        return blockQ6_K;
    }
    return blockF32;
}

} // namespace

void dequantizeRow(TensorType type, const std::byte* row, std::span<float> out) {
    const BlockLayout layout = blockLayout(type);
    const BlockReader read = readerOf(type);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(row);
    for (std::size_t e = 0; e < out.size(); e += layout.elements, bytes += layout.bytes) {
        read(bytes, out.data() + e);
    }
}

} // namespace phidelity
