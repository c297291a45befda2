// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "inference/backend/backend.h"
#include "inference/backend/cuda/cuda_device.h"

namespace phidelity::cuda {

/// The five verbs on a CUDA device. Steps of the same shape and verbs are recorded once and run
/// again; what differs between them is uploaded. Keeps `keepAlive` (the library that the device's
/// code lies in) until the end.
[[nodiscard]] std::unique_ptr<Backend> createCudaBackend(std::unique_ptr<CudaDevice> device,
                                                         std::shared_ptr<void> keepAlive);

} // namespace phidelity::cuda
