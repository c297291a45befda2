// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace phidelity::kernels {

/// Multiply-adds in registers for measureFmaPeak; the result is there to be used.
double fmaBurst(std::uint64_t rounds);
/// How many multiply-adds fmaBurst(rounds) does.
std::uint64_t fmaBurstOperations(std::uint64_t rounds);
/// Reads `bytes` (a multiple of 256) from a 64-byte aligned address.
std::uint64_t readBurst(const std::byte* from, std::size_t bytes);

} // namespace phidelity::kernels
