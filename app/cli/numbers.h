// SPDX-License-Identifier: MIT
#pragma once

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

} // namespace phidelity
