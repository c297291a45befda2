// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/file/tensor_type.h"

namespace phidelity {

/// 16-byte words of a tile of eight rows by 256 columns, as packBand lays it out.
[[nodiscard]] constexpr std::uint32_t wordsOfTile(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return 512;
    case TensorType::F16:
    case TensorType::BF16:
        return 256;
    case TensorType::Q8_0:
        return 136;
    case TensorType::Q4_0:
    case TensorType::Q4_K:
        return 72;
    case TensorType::Q4_1:
        return 80;
    case TensorType::Q5_0:
    case TensorType::Q5_K:
        return 88;
    case TensorType::Q5_1:
        return 96;
    case TensorType::Q2_K:
        return 42;
    case TensorType::Q3_K:
        return 56;
    case TensorType::Q6_K:
        return 105;
    }
    return 512;
}

} // namespace phidelity
