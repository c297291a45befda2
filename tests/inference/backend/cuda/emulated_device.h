// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "inference/backend/cuda/cuda_device.h"
#include "simt_machine.h"

namespace phidelity::cuda {

/// What an emulated device counts.
struct EmulatedCounts {
    std::uint64_t allocated = 0; ///< bytes, now
    std::uint64_t launches = 0;
    std::uint64_t records = 0;
};

/// Faults that an emulated device may be asked for.
struct EmulatedFaults {
    std::uint64_t memory = std::uint64_t{1} << 40; ///< bytes it has
    int runsUntilLost = -1;                        ///< < 0: never
};

/// The kernels of the CUDA backend on the SIMT machine. `counts` and `faults` must outlive it;
/// either may be null.
[[nodiscard]] std::unique_ptr<CudaDevice> createEmulatedDevice(BlockOrder order,
                                                               EmulatedCounts* counts = nullptr,
                                                               EmulatedFaults* faults = nullptr);

} // namespace phidelity::cuda
