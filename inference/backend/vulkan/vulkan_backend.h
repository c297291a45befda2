// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/tuning.h"
#include "inference/backend/vulkan/vulkan_device.h"

namespace phidelity::vulkan {

struct VulkanOptions {
    DeviceOptions device;
    ReadPath reads = ReadPath::Auto;
    KernelsOf kernels = KernelsOf::Device;
    TopPicks topPicks = TopPicks::Auto;
    ManyRows manyRows = ManyRows::Auto;
    /// Where drivers' compiled shaders are kept between runs; empty: nowhere.
    std::filesystem::path cacheFolder;
    /// Bytes that a shader may bind at once, to try small limits; 0: what the device says.
    std::uint64_t bindingLimit = 0;
};

/// A Vulkan device as a backend: verbs are recorded into command buffers the first time a step of
/// their shape comes, and replayed after that. NoDevice where `physical` was refused; Unsupported
/// where it cannot run the kernels that the options name; DeviceLost, OutOfMemory.
Result<std::unique_ptr<Backend>> createVulkanBackend(std::shared_ptr<Instance> instance,
                                                     const PhysicalDevice& physical,
                                                     const VulkanOptions& options = {});

} // namespace phidelity::vulkan
