// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/cpu_backend.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "inference/backend/cpu/cpu_info.h"
#include "inference/backend/cpu/obvious_verbs.h"

namespace phidelity {
namespace {

constexpr std::uint32_t kMostThreads = 1024;

std::string_view vectorName() {
#if defined(__x86_64__) || defined(__i386__)
    if (__builtin_cpu_supports("avx512f")) {
        return "AVX-512";
    }
    if (__builtin_cpu_supports("avx2")) {
        return "AVX2";
    }
    return "SSE";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "plain";
#endif
}

} // namespace

DeviceInfo cpuDeviceInfo(const CpuOptions& options) {
    DeviceInfo info;
    info.memory = physicalMemory();
    if (options.kernels == CpuKernels::Obvious) {
        info.id = "cpu:obvious";
        info.name = cpuName() + " (1 thread, plain loops)";
        info.threads = 1;
        return info;
    }
    info.id = "cpu";
    info.threads = options.threads == 0 ? std::min(usableCores(), kMostThreads) : options.threads;
    info.name = cpuName() + " (" + std::to_string(info.threads) +
                (info.threads == 1 ? " thread, " : " threads, ") + std::string(vectorName()) + ")";
    return info;
}

Result<std::unique_ptr<Backend>> createCpuBackend(const CpuOptions& options) {
    if (options.threads > kMostThreads) {
        return fail(ErrorCode::BadArgument, "threads: expected at most " +
                                                std::to_string(kMostThreads) + ", found " +
                                                std::to_string(options.threads));
    }
    return std::make_unique<ObviousBackend>(cpuDeviceInfo(options));
}

} // namespace phidelity
