// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace phidelity {

/// Calls `work(first, last)` for ranges that together are 0..count, on all cores, and waits. Ranges
/// hold at least `grain` items. `work` must not throw.
template <class Work>
void parallelFor(std::uint64_t count, std::uint64_t grain, const Work& work) {
    const std::uint64_t cores = std::max(1U, std::thread::hardware_concurrency());
    // Several ranges a core, so that a core that others also use does not hold up the rest.
    const std::uint64_t step = std::max({grain, count / (cores * 8), std::uint64_t{1}});
    const std::uint64_t workers = std::min(cores, (count + step - 1) / step);
    std::atomic<std::uint64_t> next{0};
    std::mutex problemMutex;
    std::exception_ptr problem;
    const auto loop = [&] {
        try {
            for (std::uint64_t first = next.fetch_add(step); first < count;
                 first = next.fetch_add(step)) {
                work(first, std::min(first + step, count));
            }
        } catch (...) {
            next = count;
            const std::lock_guard lock(problemMutex);
            problem = problem ? problem : std::current_exception();
        }
    };
    std::vector<std::jthread> others;
    for (std::uint64_t i = 1; i < workers; ++i) {
        others.emplace_back(loop);
    }
    loop();
    others.clear();
    if (problem) {
        std::rethrow_exception(problem);
    }
}

} // namespace phidelity
