// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "inference/backend/vulkan/vulkan_backend.h"

namespace phidelity::vulkan {

enum class Verdict { Unknown, Passed, Failed };

/// What the self-test found of a device with this driver and the shaders of this build.
struct SelfTestRecord {
    Verdict verdict = Verdict::Unknown;
    std::string reason; ///< of a failed one: what was wrong
};

/// What is remembered in a folder and, where nothing can be written there, in this process.
/// Unknown where there is nothing or it is damaged. Any thread.
[[nodiscard]] SelfTestRecord readSelfTest(const std::filesystem::path& folder,
                                          const PhysicalDevice& device);
void writeSelfTest(const std::filesystem::path& folder, const PhysicalDevice& device,
                   const SelfTestRecord& record);

/// As createVulkanBackend, but a device that the cache folder does not know is tried first (a
/// second or so), and one that computed wrongly is refused: NoDevice. A test that could not be
/// ended is not remembered; its error is returned.
Result<std::unique_ptr<Backend>> createTestedBackend(const std::shared_ptr<Instance>& instance,
                                                     const PhysicalDevice& physical,
                                                     const VulkanOptions& options);

/// Why a device that failed is not used, for people.
[[nodiscard]] std::string quarantineReason(const SelfTestRecord& record);

} // namespace phidelity::vulkan
