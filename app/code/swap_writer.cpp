// SPDX-License-Identifier: MIT
#include "code/swap_writer.h"

namespace phidelity {

SwapWriter::SwapWriter(const SwapStore& store) : m_store(store), m_thread([this] { run(); }) {}

SwapWriter::~SwapWriter() {
    {
        const std::lock_guard lock(m_mutex);
        m_ends = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void SwapWriter::keep(const SwapEntry& entry) {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_wanted.contains(entry.id)) {
            m_order.append(entry.id);
        }
        m_wanted[entry.id] = entry;
    }
    m_changed.notify_all();
}

void SwapWriter::forget(const QString& id) {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_wanted.contains(id)) {
            m_order.append(id);
        }
        m_wanted[id] = std::nullopt;
    }
    m_changed.notify_all();
}

void SwapWriter::flush() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_wanted.empty() && !m_busy; });
}

void SwapWriter::run() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_ends || !m_wanted.empty(); });
        if (m_wanted.empty()) {
            return;
        }
        const QString id = m_order.takeFirst();
        const std::optional<SwapEntry> entry = std::move(m_wanted.extract(id).mapped());
        m_busy = true;
        lock.unlock();
        if (!entry) {
            m_store.forget(id);
        } else if (!m_store.keep(*entry)) {
            emit failed(id);
        }
        lock.lock();
        m_busy = false;
        m_changed.notify_all();
    }
}

} // namespace phidelity
