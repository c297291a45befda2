// SPDX-License-Identifier: MIT
#include "shaders/shaders.h"

#define PHIDELITY_SHADER(name)                                                                     \
    extern "C" const std::uint32_t phidelity_spirv_##name[];                                       \
    extern "C" const std::uint32_t phidelity_spirv_##name##_end[];
#include "shader_table.inc"
#undef PHIDELITY_SHADER

namespace phidelity::shaders {

std::span<const std::uint32_t> spirv(std::string_view name) {
#define PHIDELITY_SHADER(known)                                                                    \
    if (name == #known) {                                                                          \
        return {phidelity_spirv_##known, phidelity_spirv_##known##_end};                           \
    }
#include "shader_table.inc"
#undef PHIDELITY_SHADER
    return {};
}

std::span<const std::string_view> names() {
    static constexpr std::string_view kNames[] = {
#define PHIDELITY_SHADER(known) #known,
#include "shader_table.inc"
#undef PHIDELITY_SHADER
    };
    return kNames;
}

} // namespace phidelity::shaders
