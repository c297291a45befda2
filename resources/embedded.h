// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace phidelity {

/// The GGUF image of the embedded demo model (resources/demo). Lives as long as the program; page-aligned.
[[nodiscard]] std::span<const std::byte> embeddedDemoModel();

} // namespace phidelity
