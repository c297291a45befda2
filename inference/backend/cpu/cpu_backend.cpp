// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/cpu_backend.h"

#include <algorithm>
#include <string>

#include "inference/backend/cpu/cpu_info.h"
#include "inference/backend/cpu/fast_verbs.h"
#include "inference/backend/cpu/kernels/kernels.h"
#include "inference/backend/cpu/obvious_verbs.h"

namespace phidelity {
namespace {

constexpr std::uint32_t kMostThreads = 1024;

/// What a processor's maker calls the instruction set that Highway's name stands for.
std::string instructionSetName() {
    const std::string name = kernels::instructionSet();
    if (name == "AVX3") {
        return "AVX-512";
    }
    if (name == "AVX3_DL") {
        return "AVX-512 VNNI";
    }
    return name == "SSE4" ? "SSE4.2" : name;
}

} // namespace

DeviceInfo cpuDeviceInfo(const CpuOptions& options) {
    DeviceInfo info;
    info.memory = physicalMemory();
    info.memoryFree = availableMemory();
    if (options.kernels == CpuKernels::Obvious) {
        info.id = "cpu:obvious";
        info.name = cpuName() + " (1 thread, plain loops)";
        info.threads = 1;
        return info;
    }
    info.id = "cpu";
    info.threads =
        options.threads == 0 ? std::min(defaultThreads(), kMostThreads) : options.threads;
    info.name = cpuName() + " (" + std::to_string(info.threads) +
                (info.threads == 1 ? " thread, " : " threads, ") + instructionSetName() + ")";
    return info;
}

Result<std::unique_ptr<HostBackend>> createCpuBackend(const CpuOptions& options) {
    if (options.threads > kMostThreads) {
        return fail(ErrorCode::BadArgument, "threads: expected at most " +
                                                std::to_string(kMostThreads) + ", found " +
                                                std::to_string(options.threads));
    }
    if (options.kernels == CpuKernels::Obvious) {
        return std::make_unique<ObviousBackend>(cpuDeviceInfo(options));
    }
    return std::make_unique<FastBackend>(cpuDeviceInfo(options));
}

} // namespace phidelity
