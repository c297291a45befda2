// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace phidelity {

/// Threads that serve this process best: one for each physical core it may use, bounded by the CPU
/// quota of its control group. At least 1.
[[nodiscard]] std::uint32_t defaultThreads();

/// The processor's name as the system gives it, shortened: "AMD EPYC 7763".
[[nodiscard]] std::string cpuName();

/// Bytes of physical memory, bounded by the control group of this process.
[[nodiscard]] std::uint64_t physicalMemory();

/// Bytes that this process could take now without swapping: free memory and caches that the system
/// would give up, bounded by the control group of this process. An estimate.
[[nodiscard]] std::uint64_t availableMemory();

} // namespace phidelity
