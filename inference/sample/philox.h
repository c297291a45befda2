// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace phidelity {

/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
/// 2011): four words that look random, from a counter and a key alone.
[[nodiscard]] std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                      std::array<std::uint32_t, 2> key);

} // namespace phidelity
