// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phidelity {

/// GPT-2's byte alphabet (PHI-2 reference section 5.1): each byte has one printable character, in
/// which vocabularies and merges are written. Bytes 21-7E, A1-AC and AE-FF are the character of the
/// same value; the other 68, in order, are U+0100, U+0101, ...
[[nodiscard]] char32_t alphabetCharacter(std::uint8_t byte);

/// The bytes that a string of the alphabet stands for; nothing if a character lies outside the
/// alphabet or the string is not UTF-8.
[[nodiscard]] std::optional<std::string> bytesFromAlphabet(std::string_view text);

/// The string of the alphabet that stands for these bytes.
[[nodiscard]] std::string alphabetFromBytes(std::string_view bytes);

} // namespace phidelity
