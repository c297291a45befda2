// SPDX-License-Identifier: MIT
#include "vocabularies.h"

#include <QFile>
#include <QString>

#include <algorithm>
#include <map>
#include <set>

#include "inference/file/gguf_file.h"
#include "inference/file/gguf_model.h"
#include "inference/text/byte_alphabet.h"
#include "inference/text/utf8.h"

namespace phidelity::test {

namespace {

constexpr std::string_view kLesson =
    "A token is a piece of text. The model reads the tokens one after the other and says which "
    "token "
    "may come next. There are tokens for the words that are seen often, and the other words are "
    "put "
    "together from the pieces. It's the same for numbers, and we'll see that they've their own "
    "rules: "
    "in 1999 there were 365 days; the year 2000 had 366 of them. If you don't know, you're to ask. "
    "def print_prime(number): for index in range(number): if number % index == 0: return False "
    "Die Wörter anderer Sprachen bestehen aus mehreren Teilen, die größeren öfter. aaaa aaaa "
    "aaaaaaaa";

void addMerges(TokenizerData& data, std::size_t count) {
    std::vector<std::vector<std::string>> words;
    for (std::size_t begin = 0; begin < kLesson.size();) {
        const std::size_t end = std::min(kLesson.find(' ', begin + 1), kLesson.size());
        std::vector<std::string> word;
        for (const char byte : kLesson.substr(begin, end - begin)) {
            word.push_back(alphabetFromBytes(std::string_view(&byte, 1)));
        }
        words.push_back(std::move(word));
        begin = end;
    }
    std::set<std::string> known(data.tokens.begin(), data.tokens.end());
    while (data.merges.size() < count) {
        std::map<std::pair<std::string, std::string>, int> pairs;
        for (const auto& word : words) {
            for (std::size_t index = 0; index + 1 < word.size(); ++index) {
                ++pairs[{word[index], word[index + 1]}];
            }
        }
        const auto best =
            std::max_element(pairs.begin(), pairs.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        if (best == pairs.end()) {
            break;
        }
        const auto [left, right] = best->first;
        data.merges.emplace_back(left, right);
        if (known.insert(left + right).second) {
            data.tokens.push_back(left + right);
            data.kinds.push_back(TokenKind::Normal);
        }
        for (auto& word : words) {
            for (std::size_t index = 0; index + 1 < word.size(); ++index) {
                if (word[index] == left && word[index + 1] == right) {
                    word[index] += right;
                    word.erase(word.begin() + static_cast<std::ptrdiff_t>(index + 1));
                }
            }
        }
    }
}

} // namespace

TokenizerData tinyVocabulary() {
    TokenizerData data;
    const auto add = [&](std::string text, TokenKind kind) {
        data.tokens.push_back(std::move(text));
        data.kinds.push_back(kind);
    };
    std::vector<std::uint8_t> bytes(256);
    for (unsigned value = 0; value < 256; ++value) {
        bytes[value] = static_cast<std::uint8_t>(value);
    }
    std::stable_partition(bytes.begin(), bytes.end(),
                          [](std::uint8_t byte) { return alphabetCharacter(byte) == byte; });
    for (const std::uint8_t byte : bytes) {
        std::string text;
        appendUtf8(text, alphabetCharacter(byte));
        add(std::move(text), TokenKind::Normal);
    }
    addMerges(data, 300);
    data.endOfText = static_cast<std::uint32_t>(data.tokens.size());
    add("<|endoftext|>", TokenKind::Control);
    for (const std::size_t length : {4, 3, 2}) {
        add(std::string(length, ' '), TokenKind::UserDefined);
    }
    for (const std::size_t length : {3, 2}) {
        add(std::string(length, '\t'), TokenKind::UserDefined);
    }
    for (const TokenKind kind : {TokenKind::UserDefined, TokenKind::Unused}) {
        add(std::string("[PAD").append(std::to_string(data.tokens.size())).append("]"), kind);
    }
    return data;
}

std::string sharedFolder() {
    const QString set = qEnvironmentVariable("PHIDELITY_SHARED");
    return set.isEmpty() ? std::string(PHIDELITY_SHARED_DIR) : set.toStdString();
}

std::optional<TokenizerData> phi2Vocabulary() {
    QFile file(QString::fromStdString(sharedFolder() + "/vocab/ggml-vocab-phi-2.rebuilt.gguf"));
    if (sharedFolder().empty() || !file.open(QIODevice::ReadOnly)) {
        return std::nullopt;
    }
    const QByteArray image = file.readAll();
    const auto gguf = GgufFile::parse(
        std::as_bytes(std::span(image.constData(), static_cast<std::size_t>(image.size()))),
        "phi-2 vocabulary");
    if (!gguf) {
        return std::nullopt;
    }
    auto data = readGgufTokenizer(*gguf);
    return data ? std::optional(std::move(*data)) : std::nullopt;
}

std::string mixedText(std::mt19937_64& random, std::size_t bytes) {
    static constexpr std::string_view kScraps[] = {
        " the",
        " of",
        "The ",
        "I'm",
        " don't",
        "you've",
        " they'll",
        "'s",
        "'",
        "\"",
        "``",
        "...",
        "def ",
        "return ",
        " = ",
        "(x, y)",
        "print(",
        "):\n",
        "\n    ",
        "\n\n",
        "\r\n",
        "\t",
        "\t\t",
        "# ",
        "!=",
        "->",
        "{}",
        "0",
        "12",
        " 365",
        "3.14",
        "\u00a0",
        "\u3000",
        "\u2028",
        "\u00bd",
        "\u0e01\u0e33",
        "\u0917\u094d\u0928",
        "\u4f60\u597d",
        "\u3042",
        "\u0430\u0431",
        "\u05d0",
        "\u0627\u0644",
        "e\u0301",
        "\U0001F642",
        "\U0001F636\u200d\U0001F32B\ufe0f",
        "\U0001F1E9\U0001F1EA",
        "<|endoftext|>",
        "[PAD300]",
        "\u2083",
        "\u216b",
        "_",
        "\x01",
        "\x7f",
    };
    const auto below = [&](std::uint64_t limit) { return random() % limit; };
    std::string text;
    while (text.size() < bytes) {
        switch (below(8)) {
        case 0: // a word
            for (auto length = below(9) + 1; length > 0; --length) {
                text.push_back(static_cast<char>('a' + below(26)));
            }
            break;
        case 1: // a run of white space, sometimes long
            text.append(below(10) == 0 ? below(80) : below(6), below(4) == 0 ? '\t' : ' ');
            break;
        case 2: { // a letter of some plane
            char32_t codePoint = 0;
            do {
                codePoint = static_cast<char32_t>(below(below(2) == 0 ? 0x110000 : 0x3000));
            } while (codePoint >= 0xD800 && codePoint < 0xE000);
            appendUtf8(text, codePoint);
            break;
        }
        case 3: // any byte of ASCII
            text.push_back(static_cast<char>(below(128)));
            break;
        default:
            text.append(kScraps[below(std::size(kScraps))]);
        }
    }
    return text;
}

} // namespace phidelity::test
