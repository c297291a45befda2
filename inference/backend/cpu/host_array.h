// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include "inference/backend/cpu/kernels/aligned_buffer.h"

namespace phidelity {

/// Plain numbers in memory that begins at a cache line. Only grows, so that steps stop allocating
/// once the largest was seen. Zeroed when taken; growing forgets the contents.
template <class T>
class HostArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    /// Makes room for at least `count` numbers. False if there is no memory: then the array is
    /// empty.
    [[nodiscard]] bool reserve(std::size_t count) {
        if (count <= size()) {
            return true;
        }
        return count <= std::numeric_limits<std::size_t>::max() / sizeof(T) &&
               m_memory.allocate(count * sizeof(T));
    }

    [[nodiscard]] T* data() { return m_memory.as<T>(); }
    [[nodiscard]] const T* data() const { return m_memory.as<T>(); }
    [[nodiscard]] std::size_t size() const { return m_memory.bytes() / sizeof(T); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::span<T> span() { return {data(), size()}; }
    [[nodiscard]] std::span<const T> span() const { return {data(), size()}; }

private:
    kernels::AlignedBuffer m_memory;
};

} // namespace phidelity
