// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cpu/kernels/fixed_block.h"
#include "inference/file/tensor_type.h"

namespace phidelity::kernels {

/// sums[r][o] = sum over i of weights(o, i) * x(r, i) for the 16 rows o of one packed group and
/// `rows` <= kSmallBatch inputs: input r is the columns/32 blocks from x + r * blocks on. The
/// weights are read once. Byte products and their short sums are exact, everything across 32
/// columns is F32.
void fixedProducts(TensorType type, const std::byte* group, std::size_t columns,
                   const FixedBlock* x, std::uint32_t rows, float (*sums)[16]);

/// Converts one row of `columns` (a multiple of 32) to 16-bit fixed point, a scale per 32. NaN and
/// infinity make the scale NaN, so that they reach the logits.
void toFixed(const float* x, std::size_t columns, FixedBlock* out);

} // namespace phidelity::kernels
