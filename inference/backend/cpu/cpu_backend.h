// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "inference/backend/backend.h"
#include "inference/backend/cpu/host_backend.h"
#include "inference/result.h"

namespace phidelity {

/// Which arithmetic the CPU backend uses.
enum class CpuKernels {
    Fast,   ///< vectorised by run-time dispatch, weights repacked once, all threads
    Obvious ///< the plain loop of each verb on one thread: the oracle of every other path
};

struct CpuOptions {
    CpuKernels kernels = CpuKernels::Fast;
    std::uint32_t threads = 0; ///< 0 = one per physical core this process may use
};

/// What createCpuBackend would say of itself, without starting anything.
[[nodiscard]] DeviceInfo cpuDeviceInfo(const CpuOptions& options);

/// The CPU as a device. OutOfMemory, BadArgument (threads > 1024).
Result<std::unique_ptr<HostBackend>> createCpuBackend(const CpuOptions& options = {});

} // namespace phidelity
