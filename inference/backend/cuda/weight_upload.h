// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/backend/cuda/step_memory.h"

namespace phidelity::cuda {

/// Bytes of a matrix in tiles.
[[nodiscard]] std::uint64_t tileBytes(TensorType type, std::uint32_t rows, std::uint32_t columns);

/// Repacks a matrix into tiles (device/tiles.h), on all processor cores, and takes it to the device
/// in pieces. Values are exactly those of the file. OutOfMemory, DeviceLost.
Result<Block> uploadTiles(CudaDevice& device, const TensorView& weights);

} // namespace phidelity::cuda
