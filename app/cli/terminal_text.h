// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace phidelity {

/// Text that a terminal shows and does not obey: without control characters other than line end and
/// tab (so that what is left of an escape sequence is plain text), without overrides of the writing
/// direction and without invisible tag characters. `utf8` holds whole characters.
[[nodiscard]] std::string terminalSafe(std::string_view utf8);

/// As terminalSafe, on one line: line ends and tabs become spaces.
[[nodiscard]] std::string oneLine(std::string_view utf8);

} // namespace phidelity
