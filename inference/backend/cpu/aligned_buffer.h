// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>

namespace phidelity {

/// Memory of plain numbers that begins at a cache line, so that vector loads never straddle two.
/// Not initialised. Growing does not keep the contents.
template <class T>
class AlignedBuffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    static constexpr std::size_t kAlignment = 64;

    /// Makes room for at least `count` elements; what is large enough already stays. False if there
    /// is no memory: then the buffer is empty.
    [[nodiscard]] bool reserve(std::size_t count) {
        if (count <= m_size) {
            return true;
        }
        m_data.reset();
        m_size = 0;
        if (count > (std::numeric_limits<std::size_t>::max() - kAlignment) / sizeof(T)) {
            return false;
        }
        const std::size_t bytes = (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
        m_data.reset(static_cast<T*>(std::aligned_alloc(kAlignment, bytes)));
        if (!m_data) {
            return false;
        }
        m_size = count;
        return true;
    }

    [[nodiscard]] T* data() { return m_data.get(); }
    [[nodiscard]] const T* data() const { return m_data.get(); }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] std::span<T> span() { return {m_data.get(), m_size}; }
    [[nodiscard]] std::span<const T> span() const { return {m_data.get(), m_size}; }

private:
    struct Free {
        void operator()(T* memory) const { std::free(memory); }
    };
    std::unique_ptr<T[], Free> m_data;
    std::size_t m_size = 0;
};

} // namespace phidelity
