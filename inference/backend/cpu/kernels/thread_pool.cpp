// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace phidelity::kernels {
namespace {

/// About 50 us of pauses: longer than the serial code between two verbs, shorter than anybody
/// minds.
constexpr int kSpins = 1500;

void pauseCore() {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

/// `ticket` holds the region's number in its upper and the count of tasks not yet begun in its
/// lower half. A thread reads call, context and tasks only after it took a task off the ticket: the
/// region cannot end before that task has, so the fields stand still. Threads that come late find
/// nothing to take, and nobody waits for them.
struct ThreadPool::State {
    alignas(64) std::atomic<std::uint64_t> ticket{0};
    alignas(64) std::atomic<std::uint32_t> done{0};
    alignas(64) std::atomic<std::uint32_t> wake{0};
    std::atomic<bool> stop{false};
    Call call = nullptr;
    void* context = nullptr;
    std::uint32_t tasks = 0;
    int spins = kSpins;
    std::vector<std::thread> workers;

    /// Runs tasks until none is left to begin.
    void work(std::uint32_t thread) {
        std::uint64_t seen = ticket.load(std::memory_order_acquire);
        while ((seen & 0xFFFFFFFFU) != 0) {
            if (!ticket.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel,
                                              std::memory_order_acquire)) {
                continue;
            }
            const std::uint32_t count = tasks;
            call(context, count - static_cast<std::uint32_t>(seen & 0xFFFFFFFFU), thread);
            if (done.fetch_add(1, std::memory_order_acq_rel) + 1 == count) {
                done.notify_one();
            }
            seen = ticket.load(std::memory_order_acquire);
        }
    }

    void workerLoop(std::uint32_t thread) {
        while (true) {
            for (int spin = 0; spin < spins; ++spin) {
                if ((ticket.load(std::memory_order_relaxed) & 0xFFFFFFFFU) != 0) {
                    work(thread);
                    spin = 0;
                }
                pauseCore();
            }
            const std::uint32_t before = wake.load(std::memory_order_acquire);
            if (stop.load(std::memory_order_acquire)) {
                return;
            }
            if ((ticket.load(std::memory_order_acquire) & 0xFFFFFFFFU) == 0) {
                wake.wait(before, std::memory_order_acquire);
            }
        }
    }
};

ThreadPool::ThreadPool(std::uint32_t threads) : m_state(std::make_unique<State>()) {
    if (threads > usableCores()) {
        m_state->spins = 1; // spinning would hold a core that a sibling needs
    }
    m_state->workers.reserve(threads);
    for (std::uint32_t thread = 1; thread < threads; ++thread) {
        try {
            m_state->workers.emplace_back(
                [state = m_state.get(), thread] { state->workerLoop(thread); });
        } catch (const std::system_error&) {
            break; // a smaller team computes the same
        }
    }
}

ThreadPool::~ThreadPool() {
    m_state->stop.store(true, std::memory_order_release);
    m_state->wake.fetch_add(1, std::memory_order_release);
    m_state->wake.notify_all();
    for (std::thread& worker : m_state->workers) {
        worker.join();
    }
}

std::uint32_t ThreadPool::threads() const {
    return static_cast<std::uint32_t>(m_state->workers.size()) + 1;
}

void ThreadPool::run(std::uint64_t tasks, Call call, void* context) {
    assert(tasks <= 0xFFFFFFFFU);
    State& state = *m_state;
    if (tasks <= 1 || state.workers.empty()) {
        for (std::uint64_t task = 0; task < tasks; ++task) {
            call(context, task, 0);
        }
        return;
    }
    const auto count = static_cast<std::uint32_t>(tasks);
    state.call = call;
    state.context = context;
    state.tasks = count;
    state.done.store(0, std::memory_order_relaxed);
    const std::uint64_t region = (state.ticket.load(std::memory_order_relaxed) >> 32) + 1;
    state.ticket.store((region << 32) | count, std::memory_order_release);
    state.wake.fetch_add(1, std::memory_order_release);
    state.wake.notify_all();

    state.work(0);
    for (int spin = 0; spin < state.spins; ++spin) {
        if (state.done.load(std::memory_order_acquire) == count) {
            return;
        }
        pauseCore();
    }
    for (std::uint32_t done = state.done.load(std::memory_order_acquire); done != count;
         done = state.done.load(std::memory_order_acquire)) {
        state.done.wait(done, std::memory_order_acquire);
    }
}

std::uint32_t usableCores() {
    const std::uint32_t all = std::max(1U, std::thread::hardware_concurrency());
#if defined(__linux__)
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
        return all;
    }
    // Siblings of one core share its vector units and its path to memory: they gain nothing here.
    std::set<std::string> cores;
    std::uint32_t unknown = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) {
            continue;
        }
        std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                           "/topology/thread_siblings_list");
        std::string siblings;
        if (std::getline(file, siblings)) {
            cores.insert(siblings);
        } else {
            ++unknown;
        }
    }
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(cores.size()) + unknown);
#else
    return all;
#endif
}

} // namespace phidelity::kernels
