// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "inference/backend/vulkan/pipelines.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// A range of a buffer to bind.
struct BoundRange {
    VkBuffer buffer = VK_NULL_HANDLE;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    auto operator<=>(const BoundRange&) const = default;
};

/// What a dispatch sees, by binding.
using BoundRanges = std::array<BoundRange, kBindings>;

/// Descriptor sets, each written once and kept: dispatches that see the same ranges share one.
class Bindings {
public:
    Bindings(Device& device, const Pipelines& pipelines)
        : m_device(device), m_pipelines(pipelines) {}
    ~Bindings();
    Bindings(const Bindings&) = delete;
    Bindings& operator=(const Bindings&) = delete;

    /// OutOfMemory, DeviceLost.
    Result<VkDescriptorSet> set(const BoundRanges& ranges);
    /// Forgets all sets: buffers that they name are about to go.
    void clear();

private:
    Result<VkDescriptorSet> allocate();
    Result<VkBufferView> view(const BoundRange& range, std::uint32_t binding);

    Device& m_device;
    const Pipelines& m_pipelines;
    std::vector<VkDescriptorPool> m_pools;
    std::uint32_t m_left = 0; ///< sets that the last pool still has
    std::map<BoundRanges, VkDescriptorSet> m_sets;
    std::map<std::pair<BoundRange, VkFormat>, VkBufferView> m_views;
};

} // namespace phidelity::vulkan
