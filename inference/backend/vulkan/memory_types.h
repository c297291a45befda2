// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "inference/backend/vulkan/vulkan_api.h"

namespace phidelity::vulkan {

/// Where a buffer lies and who reads it.
enum class MemoryUse {
    Device,   ///< weights, cache, activations: the device alone
    Upload,   ///< written by the host, read by the device
    Readback, ///< written by the device, read by the host
};

/// The memory types that serve a use, the best first; `allowed`: a bit for each type that the
/// buffer can take. What the host writes stands best in device memory that it sees, of which some
/// GPUs have 256 MiB for all programs: behind that comes memory of the host's. For what the device
/// alone reads there is at most one, since its memory is planned: it must not come out as another,
/// slower one. Empty where no type serves.
[[nodiscard]] std::vector<std::uint32_t>
memoryTypesFor(MemoryUse use, std::uint32_t allowed,
               const VkPhysicalDeviceMemoryProperties& memory);

} // namespace phidelity::vulkan
