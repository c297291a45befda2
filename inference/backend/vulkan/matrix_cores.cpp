// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/matrix_cores.h"

#include <algorithm>
#include <vector>

#include "shaders/shaders.h"

namespace phidelity::vulkan {
namespace {

constexpr std::uint32_t kIntel = 0x8086;

/// Our tiles are multiples of 16 rows and outputs, and 32 columns at a time.
bool fits(std::uint32_t m, std::uint32_t n, std::uint32_t k) {
    const auto side = [](std::uint32_t size) { return size == 8 || size == 16; };
    return side(m) && side(n) && (side(k) || k == 32);
}

/// Of two shapes that fit, the one that does more at once.
void keepLarger(MatrixCores& best, const MatrixCores& other) {
    if (other.m * other.n * other.k > best.m * best.n * best.k) {
        best = other;
    }
}

MatrixCores khrShape([[maybe_unused]] VkPhysicalDevice device) {
    MatrixCores best;
#ifdef VK_KHR_cooperative_matrix
    // Asked for by name: a volk that is older than the headers does not load it.
    const auto properties = reinterpret_cast<PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR>(
        vkGetInstanceProcAddr(volkGetLoadedInstance(),
                              "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR"));
    if (properties == nullptr) {
        return best;
    }
    std::uint32_t count = 0;
    properties(device, &count, nullptr);
    std::vector<VkCooperativeMatrixPropertiesKHR> found(
        count, make<VkCooperativeMatrixPropertiesKHR>(
                   VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR));
    properties(device, &count, found.data());
    for (const VkCooperativeMatrixPropertiesKHR& shape : found) {
        if (shape.AType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
            shape.BType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
            shape.CType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
            shape.ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
            shape.scope == VK_SCOPE_SUBGROUP_KHR && fits(shape.MSize, shape.NSize, shape.KSize)) {
            keepLarger(best, {MatrixExtension::Khr, shape.MSize, shape.NSize, shape.KSize, 0});
        }
    }
#endif
    return best;
}

MatrixCores nvShape(VkPhysicalDevice device) {
    MatrixCores best;
    std::uint32_t count = 0;
    vkGetPhysicalDeviceCooperativeMatrixPropertiesNV(device, &count, nullptr);
    std::vector<VkCooperativeMatrixPropertiesNV> found(
        count,
        make<VkCooperativeMatrixPropertiesNV>(VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV));
    vkGetPhysicalDeviceCooperativeMatrixPropertiesNV(device, &count, found.data());
    for (const VkCooperativeMatrixPropertiesNV& shape : found) {
        if (shape.AType == VK_COMPONENT_TYPE_FLOAT16_NV &&
            shape.BType == VK_COMPONENT_TYPE_FLOAT16_NV &&
            shape.CType == VK_COMPONENT_TYPE_FLOAT32_NV &&
            shape.DType == VK_COMPONENT_TYPE_FLOAT32_NV && shape.scope == VK_SCOPE_SUBGROUP_NV &&
            fits(shape.MSize, shape.NSize, shape.KSize)) {
            keepLarger(best, {MatrixExtension::Nv, shape.MSize, shape.NSize, shape.KSize, 0});
        }
    }
    return best;
}

/// Whether a compute shader can ask for full subgroups of `size` lanes.
bool canRequire(VkPhysicalDevice device, std::uint32_t size) {
    if (!hasExtension(device, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME)) {
        return false;
    }
    auto features = make<VkPhysicalDeviceSubgroupSizeControlFeaturesEXT>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT);
    auto allFeatures =
        make<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features);
    vkGetPhysicalDeviceFeatures2(device, &allFeatures);
    auto sizes = make<VkPhysicalDeviceSubgroupSizeControlPropertiesEXT>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT);
    auto all =
        make<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &sizes);
    vkGetPhysicalDeviceProperties2(device, &all);
    return features.subgroupSizeControl == VK_TRUE && features.computeFullSubgroups == VK_TRUE &&
           (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0 &&
           size >= sizes.minSubgroupSize && size <= sizes.maxSubgroupSize;
}

/// Whether shaders may compute in F16 and use the memory model that matrices are defined in.
bool hasHalvesAndMemoryModel(VkPhysicalDevice device) {
    auto twelve = make<VkPhysicalDeviceVulkan12Features>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
    auto all =
        make<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &twelve);
    vkGetPhysicalDeviceFeatures2(device, &all);
    return twelve.shaderFloat16 == VK_TRUE && twelve.vulkanMemoryModel == VK_TRUE;
}

} // namespace

bool hasExtension(VkPhysicalDevice device, std::string_view name) {
    std::uint32_t count = 0;
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> found(count);
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, found.data());
    return std::ranges::any_of(found, [name](const VkExtensionProperties& extension) {
        return name == extension.extensionName;
    });
}

std::string_view matrixShader(MatrixExtension extension) {
    switch (extension) {
    case MatrixExtension::Khr:
        return "product_many_khr";
    case MatrixExtension::Nv:
        return "product_many_nv";
    case MatrixExtension::None:
        break;
    }
    return {};
}

MatrixCores findMatrixCores(VkPhysicalDevice device, std::uint32_t vendor,
                            std::uint32_t subgroupSize) {
    const auto built = [](MatrixExtension extension) {
        return !shaders::spirv(matrixShader(extension)).empty();
    };
    if (!hasHalvesAndMemoryModel(device)) {
        return {};
    }
    MatrixCores cores;
    if (built(MatrixExtension::Khr) && hasExtension(device, "VK_KHR_cooperative_matrix")) {
        cores = khrShape(device);
    }
    if (cores.extension == MatrixExtension::None && built(MatrixExtension::Nv) &&
        hasExtension(device, VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME)) {
        cores = nvShape(device);
    }
    // Intel's units have a lane for each column.
    cores.subgroup = vendor == kIntel ? cores.n : subgroupSize;
    return cores.extension != MatrixExtension::None && canRequire(device, cores.subgroup)
               ? cores
               : MatrixCores{};
}

} // namespace phidelity::vulkan
