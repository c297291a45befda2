// SPDX-License-Identifier: MIT
#include "inference/text/pre_tokenizer.h"

#include <array>

#include "inference/text/unicode_classes.h"
#include "inference/text/utf8.h"

namespace phidelity {

namespace {

constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t",  "'re", "'ve",
                                                           "'m", "'ll", "'d"};

struct Character {
    CharacterClass kind;
    std::size_t length;
};

Character characterAt(std::string_view text, std::size_t position) {
    const Utf8Unit unit = nextUtf8(text, position);
    return {classOf(unit.codePoint), unit.length};
}

/// End of the run of characters of class `kind` that begins at `position`.
std::size_t endOfRun(std::string_view text, std::size_t position, CharacterClass kind) {
    while (position < text.size()) {
        const Character character = characterAt(text, position);
        if (character.kind != kind) {
            break;
        }
        position += character.length;
    }
    return position;
}

/// `\s+(?!\S)|\s+`: a run of white space leaves its last character to what follows, unless it is
/// the only one or nothing follows.
std::size_t spaceLength(std::string_view text) {
    std::size_t end = 0;
    std::size_t last = 0;
    while (end < text.size()) {
        const Character character = characterAt(text, end);
        if (character.kind != CharacterClass::Space) {
            return last > 0 ? last : end;
        }
        last = end;
        end += character.length;
    }
    return end;
}

} // namespace

std::size_t nextPiece(std::string_view text) {
    if (text[0] == '\'') {
        for (const std::string_view contraction : kContractions) {
            if (text.starts_with(contraction)) {
                return contraction.size();
            }
        }
    }
    const std::size_t start = text[0] == ' ' && text.size() > 1 ? 1 : 0;
    const CharacterClass kind = characterAt(text, start).kind;
    return kind == CharacterClass::Space ? spaceLength(text) : endOfRun(text, start, kind);
}

} // namespace phidelity
