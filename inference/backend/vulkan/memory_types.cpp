// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/memory_types.h"

#include <algorithm>
#include <array>

namespace phidelity::vulkan {
namespace {

constexpr VkMemoryPropertyFlags kDevice = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kHost =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = kHost | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

/// Flags to look for, the best first.
std::array<VkMemoryPropertyFlags, 2> preferences(MemoryUse use) {
    switch (use) {
    case MemoryUse::Upload:
        return {kHost | kDevice, kHost};
    case MemoryUse::Readback:
        return {kCached, kHost};
    case MemoryUse::Device:
        break;
    }
    return {kDevice, 0};
}

} // namespace

std::vector<std::uint32_t> memoryTypesFor(MemoryUse use, std::uint32_t allowed,
                                          const VkPhysicalDeviceMemoryProperties& memory) {
    std::vector<std::uint32_t> types;
    for (const VkMemoryPropertyFlags wanted : preferences(use)) {
        for (std::uint32_t type = 0; type < memory.memoryTypeCount; ++type) {
            const bool serves = (allowed >> type & 1U) != 0 &&
                                (memory.memoryTypes[type].propertyFlags & wanted) == wanted;
            if (serves && std::ranges::find(types, type) == types.end()) {
                types.push_back(type);
            }
        }
        if (use == MemoryUse::Device && !types.empty()) {
            types.resize(1);
            break;
        }
    }
    return types;
}

} // namespace phidelity::vulkan
