// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

namespace phidelity::kernels {

/// Memory of its own, 64-byte aligned and zeroed; from 4 MiB on straight from the system and
/// advised to use huge pages, which spares the address translation that streams of weights
/// otherwise pay for.
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    ~AlignedBuffer();
    AlignedBuffer(AlignedBuffer&& other) noexcept
        : m_data(std::exchange(other.m_data, nullptr)), m_bytes(std::exchange(other.m_bytes, 0)) {}
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
        std::swap(m_data, other.m_data);
        std::swap(m_bytes, other.m_bytes);
        return *this;
    }

    /// Replaces the content by `bytes` zero bytes; false where memory does not suffice (then
    /// empty).
    [[nodiscard]] bool allocate(std::size_t bytes);

    [[nodiscard]] std::byte* data() { return m_data; }
    [[nodiscard]] const std::byte* data() const { return m_data; }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    template <class T>
    [[nodiscard]] T* as() {
        return reinterpret_cast<T*>(m_data);
    }
    template <class T>
    [[nodiscard]] const T* as() const {
        return reinterpret_cast<const T*>(m_data);
    }

private:
    std::byte* m_data = nullptr;
    std::size_t m_bytes = 0;
};

} // namespace phidelity::kernels
