// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace phidelity {

/// What stands at one place of a byte string, read as UTF-8.
struct Utf8Unit {
    enum class Kind : std::uint8_t {
        Character,  ///< a whole character of `length` bytes
        Invalid,    ///< `length` bytes that form a maximal invalid part: one U+FFFD
        Incomplete, ///< the text ends within a character; its `length` bytes are valid so far
    };
    Kind kind;
    std::uint8_t length;
    char32_t codePoint; ///< of a Character; U+FFFD otherwise
};

/// The unit at `position` < bytes.size() (Unicode 15, table 3-7).
[[nodiscard]] Utf8Unit nextUtf8(std::string_view bytes, std::size_t position);

/// Length of the longest prefix that is valid UTF-8 and does not end within a character.
[[nodiscard]] std::size_t validUtf8Prefix(std::string_view bytes);

/// Appends the UTF-8 of a scalar value (a code point that is no surrogate, <= U+10FFFF).
void appendUtf8(std::string& text, char32_t codePoint);

/// U+FFFD as UTF-8.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

} // namespace phidelity
