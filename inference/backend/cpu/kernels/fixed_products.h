// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cpu/kernels/fixed_block.h"
#include "inference/backend/cpu/kernels/prepared_input.h"
#include "inference/file/tensor_type.h"

namespace phidelity::kernels {

/// Products of the rows of one group, by input.
using GroupProducts = float[kSmallBatch][16];

/// sums[g][r][o] = sum over i of weights(16 g + o, i) * x(r, i) for the 32 rows of a pair of packed
/// groups and `rows` <= kSmallBatch inputs: input r is the columns/32 blocks from x + r * blocks
/// on. The weights are read from memory once. An input's sums do not depend on which inputs stand
/// beside it. Byte products and their short sums are exact, everything across 32 columns is F32.
void fixedProducts(TensorType type, const std::byte* pair, std::size_t columns, const FixedBlock* x,
                   std::uint32_t rows, GroupProducts (&sums)[2]);

/// Converts one row of `columns` (a multiple of 32) to 16-bit fixed point, a scale per 32. NaN and
/// infinity make the scale NaN, so that they reach the logits.
void toFixed(const float* x, std::size_t columns, FixedBlock* out);

} // namespace phidelity::kernels
