// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <cuda_runtime_api.h>

#include "inference/backend/cuda/cuda_device.h"

namespace phidelity::cuda {

/// Whether a call of the runtime went well; else OutOfMemory or DeviceLost, with its own words.
[[nodiscard]] Result<void> checked(cudaError_t status, const char* call);

/// The kernel of a launch onto a stream. Defined where kernels are compiled.
[[nodiscard]] cudaError_t launchOn(cudaStream_t stream, const Launch& launch);

/// So many products of tiles, 16 by 8 by 16 each, by every warp of the device, onto a stream;
/// returns the number of multiply-adds.
[[nodiscard]] std::uint64_t launchRate(cudaStream_t stream, std::uint32_t blocks,
                                       std::uint32_t rounds, float* out);

/// `info`: as the list of devices says; `index`: the runtime's own.
Result<std::unique_ptr<CudaDevice>> openDevice(int index, DeviceInfo info);

} // namespace phidelity::cuda
