// SPDX-License-Identifier: MIT
// What this machine can do at best, as the yardstick of the benchmarks.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "inference/backend/cpu/kernels/bursts.h"
#include "inference/backend/cpu/kernels/kernels.h"

namespace phidelity::kernels {
namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

double measureReadBandwidth(ThreadPool& pool) {
    constexpr std::size_t kBytes = std::size_t{512} << 20;
    constexpr std::size_t kSlice = std::size_t{1} << 20;
    constexpr int kPasses = 8;
    AlignedBuffer buffer;
    if (!buffer.allocate(kBytes)) {
        return 0.0;
    }
    // Touched by the threads themselves, or all reads would hit the one zero page.
    pool.parallelFor(kBytes / kSlice, [&](std::uint64_t slice, std::uint32_t) {
        std::memset(buffer.data() + slice * kSlice, static_cast<int>(slice), kSlice);
    });
    std::atomic<std::uint64_t> used{0};
    double best = 0.0;
    for (int pass = 0; pass < kPasses; ++pass) {
        const auto start = std::chrono::steady_clock::now();
        pool.parallelFor(kBytes / kSlice, [&](std::uint64_t slice, std::uint32_t) {
            used.fetch_xor(readBurst(buffer.data() + slice * kSlice, kSlice),
                           std::memory_order_relaxed);
        });
        best = std::max(best, static_cast<double>(kBytes) / secondsSince(start));
    }
    return used.load() == 1 ? best + 1e-9 : best;
}

double measureFmaPeak(ThreadPool& pool) {
    constexpr std::uint64_t kRounds = 200'000;
    std::atomic<int> used{0};
    double best = 0.0;
    for (int pass = 0; pass < 10; ++pass) {
        const std::uint32_t threads = pool.threads();
        const auto start = std::chrono::steady_clock::now();
        pool.parallelFor(threads * std::uint64_t{4}, [&](std::uint64_t, std::uint32_t) {
            used.fetch_add(fmaBurst(kRounds) > 0.0 ? 1 : 0, std::memory_order_relaxed);
        });
        const auto operations = static_cast<double>(fmaBurstOperations(kRounds) * threads * 4);
        best = std::max(best, operations / secondsSince(start));
    }
    return used.load() > 0 ? best : 0.0;
}

} // namespace phidelity::kernels
