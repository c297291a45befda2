// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "inference/backend/vulkan/vulkan_instance.h"

namespace phidelity::vulkan {

/// 32 hex digits: different for every driver version, device and set of shaders.
[[nodiscard]] std::string driverAndShadersKey(const PhysicalDevice& device);

/// The name of the file that keeps what this driver made of the shaders of this build.
[[nodiscard]] std::string pipelineCacheName(const PhysicalDevice& device);

/// What was written there before; empty if there is nothing, or if it is damaged.
[[nodiscard]] std::vector<std::byte> readPipelineCache(const std::filesystem::path& file);

/// Replaces the file as a whole. False if that was not possible; then the old one stands.
bool writePipelineCache(const std::filesystem::path& file, std::span<const std::byte> data);

} // namespace phidelity::vulkan
