// SPDX-License-Identifier: MIT
#include "inference/text/utf8.h"

#include <cstring>

namespace phidelity {

namespace {

/// How many bytes a lead byte announces, and which second bytes it allows; length 0: no lead byte.
struct Lead {
    std::uint8_t length;
    std::uint8_t secondFirst;
    std::uint8_t secondLast;
};

Lead leadOf(std::uint8_t byte) {
    if (byte >= 0xC2 && byte <= 0xDF) {
        return {2, 0x80, 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        // E0: no overlong forms; ED: no surrogates.
        return {3, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        // F0: no overlong forms; F4: nothing past U+10FFFF.
        return {4, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
    }
    return {0, 0, 0};
}

constexpr char32_t kReplacementCharacter = 0xFFFD;

} // namespace

Utf8Unit nextUtf8(std::string_view bytes, std::size_t position) {
    const auto at = [&](std::size_t index) {
        return static_cast<std::uint8_t>(bytes[position + index]);
    };
    const std::uint8_t first = at(0);
    if (first < 0x80) {
        return {Utf8Unit::Kind::Character, 1, first};
    }
    const Lead lead = leadOf(first);
    if (lead.length == 0) {
        return {Utf8Unit::Kind::Invalid, 1, kReplacementCharacter};
    }
    const std::size_t available = bytes.size() - position;
    auto codePoint = static_cast<char32_t>(first & (0x7F >> lead.length));
    for (std::uint8_t index = 1; index < lead.length; ++index) {
        if (index == available) {
            return {Utf8Unit::Kind::Incomplete, index, kReplacementCharacter};
        }
        const std::uint8_t next = at(index);
        const bool fits = index == 1 ? next >= lead.secondFirst && next <= lead.secondLast
                                     : (next & 0xC0) == 0x80;
        if (!fits) {
            return {Utf8Unit::Kind::Invalid, index, kReplacementCharacter};
        }
        codePoint = (codePoint << 6) | (next & 0x3FU);
    }
    return {Utf8Unit::Kind::Character, lead.length, codePoint};
}

std::size_t validUtf8Prefix(std::string_view bytes) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
    std::size_t position = 0;
    while (position < bytes.size()) {
        // Most text is ASCII: eight bytes at a time.
        while (position + 8 <= bytes.size()) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + position, 8);
            if ((word & kHighBits) != 0) {
                break;
            }
            position += 8;
        }
        if (position == bytes.size()) {
            break;
        }
        const Utf8Unit unit = nextUtf8(bytes, position);
        if (unit.kind != Utf8Unit::Kind::Character) {
            break;
        }
        position += unit.length;
    }
    return position;
}

void appendUtf8(std::string& text, char32_t codePoint) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (codePoint < 0x80) {
        put(codePoint);
    } else if (codePoint < 0x800) {
        put(0xC0 | (codePoint >> 6));
        put(0x80 | (codePoint & 0x3F));
    } else if (codePoint < 0x10000) {
        put(0xE0 | (codePoint >> 12));
        put(0x80 | ((codePoint >> 6) & 0x3F));
        put(0x80 | (codePoint & 0x3F));
    } else {
        put(0xF0 | (codePoint >> 18));
        put(0x80 | ((codePoint >> 12) & 0x3F));
        put(0x80 | ((codePoint >> 6) & 0x3F));
        put(0x80 | (codePoint & 0x3F));
    }
}

} // namespace phidelity
