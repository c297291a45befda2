// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "inference/backend/vulkan/vulkan_instance.h"

namespace phidelity::vulkan {

/// What shaders of ours use beyond Vulkan 1.2, enabled where a device has it: F16, and for matrix
/// cores their extension, full subgroups of a size, and the memory model. Must live until the
/// logical device is made.
class ShaderFeatures {
public:
    explicit ShaderFeatures(const PhysicalDevice& physical);
    ShaderFeatures(const ShaderFeatures&) = delete;
    ShaderFeatures& operator=(const ShaderFeatures&) = delete;

    /// Puts the features before the chain of `info`, and names of extensions behind the others.
    void addTo(VkDeviceCreateInfo& info, std::vector<const char*>& extensions);

private:
    template <class Features>
    void enable(VkDeviceCreateInfo& info, Features& features);

    MatrixExtension m_matrix;
    VkPhysicalDeviceVulkan12Features m_twelve{};
    VkPhysicalDeviceSubgroupSizeControlFeaturesEXT m_subgroups{};
    VkPhysicalDeviceCooperativeMatrixFeaturesNV m_nv{};
#ifdef VK_KHR_cooperative_matrix
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR m_khr{};
#endif
};

} // namespace phidelity::vulkan
