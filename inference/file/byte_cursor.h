// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace phidelity {

/// Reads little-endian values from a range front to back and never beyond its end.
class ByteCursor {
public:
    explicit ByteCursor(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    [[nodiscard]] std::size_t position() const { return m_position; }
    [[nodiscard]] std::size_t remaining() const { return m_bytes.size() - m_position; }

    /// The next `sizeof(T)` bytes as a number, or nothing where fewer are left.
    template <class T>
    [[nodiscard]] std::optional<T> read() {
        if (remaining() < sizeof(T)) {
            return std::nullopt;
        }
        T value;
        std::memcpy(&value, m_bytes.data() + m_position, sizeof(T));
        m_position += sizeof(T);
        return value;
    }

    /// The next `count` bytes, or nothing where fewer are left. No copy.
    [[nodiscard]] std::optional<std::span<const std::byte>> take(std::uint64_t count) {
        if (count > remaining()) {
            return std::nullopt;
        }
        const auto part = m_bytes.subspan(m_position, static_cast<std::size_t>(count));
        m_position += part.size();
        return part;
    }

    /// A string as GGUF stores it: a 64-bit length, then as many bytes. No copy.
    [[nodiscard]] std::optional<std::string_view> readString() {
        const auto length = read<std::uint64_t>();
        if (!length) {
            return std::nullopt;
        }
        const auto text = take(*length);
        if (!text) {
            return std::nullopt;
        }
        return std::string_view(reinterpret_cast<const char*>(text->data()), text->size());
    }

private:
    std::span<const std::byte> m_bytes;
    std::size_t m_position = 0;
};

} // namespace phidelity
