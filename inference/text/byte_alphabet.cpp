// SPDX-License-Identifier: MIT
#include "inference/text/byte_alphabet.h"

#include <array>

#include "inference/text/utf8.h"

namespace phidelity {

namespace {

constexpr std::size_t kLetters = 0x144; ///< one past U+0143, the last character of the alphabet
constexpr std::int16_t kNoByte = -1;

struct Alphabet {
    std::array<char32_t, 256> character{};
    std::array<std::int16_t, kLetters> byte{};
};

constexpr Alphabet makeAlphabet() {
    Alphabet alphabet;
    alphabet.byte.fill(kNoByte);
    char32_t next = 0x100;
    for (std::size_t value = 0; value < 256; ++value) {
        const bool printable =
            (value >= 0x21 && value <= 0x7E) || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
        const char32_t character = printable ? static_cast<char32_t>(value) : next++;
        alphabet.character[value] = character;
        alphabet.byte[character] = static_cast<std::int16_t>(value);
    }
    return alphabet;
}

constexpr Alphabet kAlphabet = makeAlphabet();

} // namespace

char32_t alphabetCharacter(std::uint8_t byte) {
    return kAlphabet.character[byte];
}

std::optional<std::string> bytesFromAlphabet(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t position = 0; position < text.size();) {
        const Utf8Unit unit = nextUtf8(text, position);
        if (unit.codePoint >= kLetters || kAlphabet.byte[unit.codePoint] == kNoByte) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<char>(kAlphabet.byte[unit.codePoint]));
        position += unit.length;
    }
    return bytes;
}

std::string alphabetFromBytes(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        appendUtf8(text, alphabetCharacter(static_cast<std::uint8_t>(byte)));
    }
    return text;
}

} // namespace phidelity
