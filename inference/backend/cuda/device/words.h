// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace phidelity::cuda {

/// 16 bytes that are read at once.
struct alignas(16) Word {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t z = 0;
    std::uint32_t w = 0;
};

} // namespace phidelity::cuda
