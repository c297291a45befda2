// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace phidelity {

/// A whole text as a number, whatever the locale: decimal, no sign for unsigned types, no spaces,
/// no NaN; false if it is anything else or does not fit.
template <class Number>
[[nodiscard]] bool parseNumber(std::string_view text, Number& value) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if constexpr (std::is_floating_point_v<Number>) {
        if (value != value) {
            return false;
        }
    }
    return error == std::errc() && rest == end;
}

/// The double whose shortest decimal text is that of the float: 0.1F becomes 0.1, so that files
/// show what a person would write, and the float comes back exactly.
[[nodiscard]] inline double asWritten(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double written = 0;
    std::from_chars(text.data(), end, written);
    return written;
}

} // namespace phidelity
