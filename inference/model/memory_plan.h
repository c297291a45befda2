// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "inference/backend/backend.h"
#include "inference/file/checkpoint.h"

namespace phidelity {

/// What a model is going to take on a device, against what the device can give; made before
/// anything is taken.
struct MemoryPlan {
    LoadPlan load; ///< with the pages planned: of one full sequence where even that does not fit
    LoadBytes bytes;
    std::uint64_t available = 0;
    std::uint64_t missing = 0; ///< bytes; 0 = it fits

    // Where it does not fit: what would.
    std::uint32_t fittingContext = 0;      ///< the longest context, 0 = none
    std::optional<TensorType> fittingType; ///< the best file type smaller than the one in hand
    std::uint32_t fittingLayers = 0;       ///< that many, with the rest on the CPU; 0 = none

    [[nodiscard]] bool fits() const { return missing == 0; }
    [[nodiscard]] std::uint32_t context() const { return load.attention.context; }
};

/// Plans enough cache pages for one full sequence, up to four (forks, other conversations) where
/// half of what is left of `available` bytes allows. Milliseconds. DeviceLost, OutOfMemory of the
/// backend's making; that a model does not fit is no error here.
[[nodiscard]] Result<MemoryPlan> planMemory(const Checkpoint& checkpoint, Backend& backend,
                                            std::uint32_t context, std::uint64_t available);

/// The detail of an OutOfMemory: what is needed, there and missing, and what would fit.
[[nodiscard]] std::string describeShortfall(const MemoryPlan& plan);

/// "1.60 GB", "23 MB".
[[nodiscard]] std::string formatBytes(std::uint64_t bytes);

/// The best of the usual file types in which a model of that shape, with its cache for `context`
/// positions, fits into `available` bytes of a device that keeps weights about as a file does. An
/// estimate that needs no device.
[[nodiscard]] std::optional<TensorType>
bestFittingType(const ModelShape& shape, std::uint32_t context, std::uint64_t available);

} // namespace phidelity
