// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "inference/backend/vulkan/pipelines.h"

namespace phidelity::vulkan {

/// Makes pipelines on threads of its own while the owner does something else, such as uploading
/// weights: drivers compile for tens of milliseconds each. Dies before the pipelines.
class PipelinesAhead {
public:
    explicit PipelinesAhead(Pipelines& pipelines) : m_pipelines(pipelines) {}
    /// Ends early: what is being compiled is waited for, the rest is left.
    ~PipelinesAhead();
    PipelinesAhead(const PipelinesAhead&) = delete;
    PipelinesAhead& operator=(const PipelinesAhead&) = delete;

    /// Begins, the first keys first. Returns at once.
    void start(std::vector<PipelineKey> keys);
    /// Waits until all are made. The first error, once.
    Result<void> finish();

private:
    void work();
    void join();

    Pipelines& m_pipelines;
    std::vector<PipelineKey> m_keys;
    std::vector<std::thread> m_threads;
    std::atomic<std::size_t> m_next = 0;
    std::mutex m_mutex; ///< guards m_result
    Result<void> m_result;
};

} // namespace phidelity::vulkan
