// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/file/tensor_type.h"

namespace phidelity::kernels {

/// sums[r][o] = sum over i of weights(o, i) * x(r, i) for `count` <= 16 stored rows of F32, F16 or
/// BF16 from `weights` on and `rows` inputs, input r at x + r * stride. All in F32. Reads nothing
/// past the rows.
void floatProducts(TensorType type, const std::byte* weights, std::uint32_t count,
                   std::size_t columns, const float* x, std::size_t stride, std::uint32_t rows,
                   float (*sums)[16]);

} // namespace phidelity::kernels
