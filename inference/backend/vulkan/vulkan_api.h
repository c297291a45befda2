// SPDX-License-Identifier: MIT
#pragma once

// The one door to Vulkan: functions are loaded at run time, so that the program starts where there
// is no Vulkan at all.
#ifndef VK_NO_PROTOTYPES
#define VK_NO_PROTOTYPES
#endif
#include <volk.h>

#include <string>
#include <string_view>

#include "inference/result.h"

namespace phidelity::vulkan {

/// "VK_ERROR_DEVICE_LOST" and so on; "VkResult -17" for those without a name here.
[[nodiscard]] std::string resultName(VkResult result);

/// Nothing where `result` is a success; else OutOfMemory (host or device), DeviceLost for
/// everything after which the device cannot be trusted, with the name of the call in the detail.
[[nodiscard]] Result<void> check(VkResult result, std::string_view call);

/// A Vulkan structure of zeros with its type and chain set.
template <class Structure>
[[nodiscard]] Structure make(VkStructureType type, void* next = nullptr) {
    Structure structure{};
    structure.sType = type;
    structure.pNext = next;
    return structure;
}

} // namespace phidelity::vulkan
