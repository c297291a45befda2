// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "inference/backend/vulkan/vulkan_api.h"

namespace phidelity::vulkan {

/// How a device's matrix cores are spoken to.
enum class MatrixExtension : std::uint8_t {
    None,
    Khr, ///< VK_KHR_cooperative_matrix
    Nv,  ///< VK_NV_cooperative_matrix
};

/// Matrix cores as product_many.comp uses them: a subgroup multiplies (m, k) by (k, n) numbers in
/// F16 and adds up in F32.
struct MatrixCores {
    MatrixExtension extension = MatrixExtension::None;
    std::uint32_t m = 0;
    std::uint32_t n = 0;
    std::uint32_t k = 0;
    std::uint32_t subgroup = 0; ///< lanes that a subgroup must have
};

[[nodiscard]] bool hasExtension(VkPhysicalDevice device, std::string_view name);

/// Those of a device, or none: where the driver has no extension that our shaders were built for
/// (KHR needs a glslang and headers that know it), no shape of 8 or 16 a side, or no way to ask for
/// full subgroups. The device must offer Vulkan 1.2; the instance must be loaded.
[[nodiscard]] MatrixCores findMatrixCores(VkPhysicalDevice device, std::uint32_t vendor,
                                          std::uint32_t subgroupSize);

/// Name of the shader for an extension; empty for none.
[[nodiscard]] std::string_view matrixShader(MatrixExtension extension);

} // namespace phidelity::vulkan
