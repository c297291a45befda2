// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <random>
#include <vector>

#include "inference/file/tensor_type.h"

namespace phidelity::test {

/// A stored matrix whose bits are random: every code, scale byte and sign occurs, also those that
/// no quantiser writes. Only the half-precision factors are kept finite and moderate.
struct RandomMatrix {
    TensorType type;
    std::uint64_t rows;
    std::uint64_t columns;
    std::vector<std::byte> bytes;

    RandomMatrix(TensorType matrixType, std::uint64_t rowCount, std::uint64_t columnCount,
                 std::uint32_t seed)
        : type(matrixType), rows(rowCount), columns(columnCount),
          bytes(rowCount * rowBytes(matrixType, columnCount)) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        const BlockLayout block = blockLayout(type);
        for (std::byte* at = bytes.data(); at < bytes.data() + bytes.size(); at += block.bytes) {
            if (type == TensorType::F32) {
                const float value = normal(random);
                std::memcpy(at, &value, 4);
                continue;
            }
            if (type == TensorType::F16) {
                setHalf(at, normal(random));
                continue;
            }
            if (type == TensorType::BF16) {
                const float value = normal(random);
                std::memcpy(at, reinterpret_cast<const std::byte*>(&value) + 2, 2);
                continue;
            }
            for (std::uint32_t i = 0; i < block.bytes; ++i) {
                at[i] = static_cast<std::byte>(random());
            }
            const float d = 0.01F * normal(random);
            const float m = 0.05F * normal(random);
            switch (type) {
            case TensorType::Q4_1:
            case TensorType::Q5_1:
            case TensorType::Q4_K:
            case TensorType::Q5_K:
                setHalf(at, d);
                setHalf(at + 2, m);
                break;
            case TensorType::Q2_K:
                setHalf(at + 80, d);
                setHalf(at + 82, m);
                break;
            case TensorType::Q3_K:
                setHalf(at + 108, d);
                break;
            case TensorType::Q6_K:
                setHalf(at + 208, d);
                break;
            default:
                setHalf(at, d);
                break;
            }
        }
    }

    static void setHalf(std::byte* at, float value) {
        const std::uint16_t bits = floatToHalf(value);
        std::memcpy(at, &bits, 2);
    }

    [[nodiscard]] TensorView view() const { return {type, bytes.data(), rows, columns}; }

    [[nodiscard]] std::vector<float> row(std::uint64_t index) const {
        std::vector<float> out(columns);
        dequantizeRow(type, bytes.data() + index * rowBytes(type, columns), out);
        return out;
    }
};

inline std::vector<float> randomFloats(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> out(count);
    for (float& value : out) {
        value = normal(random);
    }
    return out;
}

} // namespace phidelity::test
