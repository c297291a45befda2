// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/pipelines_ahead.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace phidelity::vulkan {
namespace {

/// Drivers of GPUs compile on one thread each; more than a few would hold up the upload.
constexpr std::size_t kMostThreads = 4;

} // namespace

PipelinesAhead::~PipelinesAhead() {
    m_next = m_keys.size();
    join();
}

void PipelinesAhead::start(std::vector<PipelineKey> keys) {
    m_next = m_keys.size();
    join();
    m_keys = std::move(keys);
    m_next = 0;
    const std::size_t threads =
        std::min({m_keys.size(), kMostThreads,
                  static_cast<std::size_t>(std::max(1U, std::thread::hardware_concurrency()))});
    try {
        while (m_threads.size() < threads) {
            m_threads.emplace_back([this] { work(); });
        }
    } catch (const std::system_error&) {
        // Fewer threads, or none: then pipelines are made when they are needed.
    }
}

Result<void> PipelinesAhead::finish() {
    join();
    return std::exchange(m_result, {});
}

void PipelinesAhead::work() {
    for (std::size_t index = m_next++; index < m_keys.size(); index = m_next++) {
        if (auto made = m_pipelines.get(m_keys[index]); !made) {
            m_next = m_keys.size(); // the others would fail as well
            const std::lock_guard lock(m_mutex);
            if (m_result) {
                m_result = tl::unexpected<Error>(std::move(made).error());
            }
        }
    }
}

void PipelinesAhead::join() {
    for (std::thread& thread : m_threads) {
        thread.join();
    }
    m_threads.clear();
}

} // namespace phidelity::vulkan
