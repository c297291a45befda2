// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cpu/kernels/kernels.h"

namespace phidelity::kernels {

/// Adds bias to sums[token][row] of a tile, applies `finish` and writes `rows` <= 16 numbers of
/// each token to out + token * stride. `bias` holds `rows` numbers or is null.
void finishTile(const float (*sums)[16], std::size_t tokens, std::size_t rows, const float* bias,
                Finish finish, float* out, std::size_t stride);

} // namespace phidelity::kernels
