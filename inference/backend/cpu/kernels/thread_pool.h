// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace phidelity::kernels {

/// A fixed team of threads, the caller among them, for regions that follow each other within
/// microseconds: workers spin for some tens of microseconds after a region before they sleep. Tasks
/// are handed out one by one from a shared counter, so a thread whose core is taken away holds up
/// one task, not its share. One region at a time, started from one thread at a time; a task must
/// not start a region.
class ThreadPool {
public:
    /// `threads` >= 1 counts the caller; 1 starts none. Where the system refuses a thread, the team
    /// is smaller: ask threads().
    explicit ThreadPool(std::uint32_t threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] std::uint32_t threads() const;

    /// Calls `function(task, thread)` once for every task in [0, tasks), thread in [0, threads()),
    /// and returns when all are done; what tasks wrote is then visible to the caller. Tasks start
    /// in ascending order. `function` must not throw. Costs about 1 to 2 us when the team is awake.
    template <class Function>
    void parallelFor(std::uint64_t tasks, Function&& function) {
        using Plain = std::remove_reference_t<Function>;
        run(
            tasks,
            [](void* context, std::uint64_t task, std::uint32_t thread) {
                (*static_cast<Plain*>(context))(task, thread);
            },
            const_cast<void*>(static_cast<const void*>(&function)));
    }

private:
    using Call = void (*)(void* context, std::uint64_t task, std::uint32_t thread);
    void run(std::uint64_t tasks, Call call, void* context);

    struct State;
    std::unique_ptr<State> m_state;
};

/// Physical cores this process may run on (affinity mask; siblings of one core count once), at
/// least 1.
[[nodiscard]] std::uint32_t usableCores();

} // namespace phidelity::kernels
