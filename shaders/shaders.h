// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace phidelity::shaders {

/// The SPIR-V of a shader by its name in shaders.cmake; empty if there is none of that name.
[[nodiscard]] std::span<const std::uint32_t> spirv(std::string_view name);

/// Names of all shaders.
[[nodiscard]] std::span<const std::string_view> names();

} // namespace phidelity::shaders
