// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// Counts what operator new hands out in this program (memory_meter.cpp replaces it).
namespace phidelity::test {

/// Highest number of bytes in use at once since the last reset, beyond those in use then.
[[nodiscard]] std::size_t peakBytes();
void resetPeak();

} // namespace phidelity::test
