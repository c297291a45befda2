// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/shader_features.h"

namespace phidelity::vulkan {

ShaderFeatures::ShaderFeatures(const PhysicalDevice& physical)
    : m_matrix(physical.matrix.extension) {
    m_twelve = make<VkPhysicalDeviceVulkan12Features>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
    m_twelve.shaderFloat16 = physical.hasHalves ? VK_TRUE : VK_FALSE;
    m_twelve.vulkanMemoryModel = m_matrix != MatrixExtension::None ? VK_TRUE : VK_FALSE;
    m_subgroups = make<VkPhysicalDeviceSubgroupSizeControlFeaturesEXT>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT);
    m_subgroups.subgroupSizeControl = VK_TRUE;
    m_subgroups.computeFullSubgroups = VK_TRUE;
    m_nv = make<VkPhysicalDeviceCooperativeMatrixFeaturesNV>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV);
    m_nv.cooperativeMatrix = VK_TRUE;
#ifdef VK_KHR_cooperative_matrix
    m_khr = make<VkPhysicalDeviceCooperativeMatrixFeaturesKHR>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR);
    m_khr.cooperativeMatrix = VK_TRUE;
#endif
}

template <class Features>
void ShaderFeatures::enable(VkDeviceCreateInfo& info, Features& features) {
    features.pNext = const_cast<void*>(info.pNext);
    info.pNext = &features;
}

void ShaderFeatures::addTo(VkDeviceCreateInfo& info, std::vector<const char*>& extensions) {
    enable(info, m_twelve);
    if (m_matrix == MatrixExtension::None) {
        return;
    }
    enable(info, m_subgroups);
    extensions.push_back(VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
    if (m_matrix == MatrixExtension::Nv) {
        enable(info, m_nv);
        extensions.push_back(VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME);
    }
#ifdef VK_KHR_cooperative_matrix
    if (m_matrix == MatrixExtension::Khr) {
        enable(info, m_khr);
        extensions.push_back(VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME);
    }
#endif
}

} // namespace phidelity::vulkan
