// SPDX-License-Identifier: MIT
#include "vulkan_device_for_tests.h"

namespace phidelity::test {

const FoundDevice& vulkanDevice() {
    static const FoundDevice device = findDevice();
    return device;
}

Result<std::unique_ptr<Backend>> vulkanBackend(const vulkan::VulkanOptions& options) {
    return vulkan::createVulkanBackend(vulkanDevice().instance, vulkanDevice().physical, options);
}

} // namespace phidelity::test
