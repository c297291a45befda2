// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace phidelity {

/// The four classes that GPT-2's pattern tells apart.
enum class CharacterClass : std::uint8_t {
    Other,  ///< none of the others: punctuation, symbols, marks, controls, unassigned
    Letter, ///< general category L*
    Number, ///< general category N*
    Space,  ///< White_Space
};

/// The class of any number; code points past U+10FFFF are Other. Unicode 14. Constant time.
[[nodiscard]] CharacterClass classOf(char32_t codePoint);

} // namespace phidelity
