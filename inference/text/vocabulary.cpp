// SPDX-License-Identifier: MIT
#include "inference/text/vocabulary.h"

#include <charconv>

#include "inference/file/utf8_check.h"
#include "inference/text/byte_alphabet.h"
#include "inference/text/utf8.h"

namespace phidelity {

namespace {

constexpr std::size_t kMaxTokens = std::size_t{1}
                                   << 24;     ///< far above any known vocabulary (about 2^18)
constexpr std::size_t kMaxTokenBytes = 65536; ///< GPT-2's longest has 256
constexpr std::size_t kMaxText = std::size_t{1} << 31; ///< of all tokens

bool isFiller(std::string_view text, TokenId id) {
    if (text.empty()) {
        return true;
    }
    constexpr std::string_view kBegin = "[PAD";
    return text.starts_with(kBegin) && text.ends_with("]") &&
           text.substr(kBegin.size(), text.size() - kBegin.size() - 1) == std::to_string(id);
}

/// Runs of raw spaces or tabs cannot be merged from the byte alphabet, so in a file without kinds
/// they are the added tokens of Phi-2.
bool isWhitespaceRun(std::string_view text) {
    return text.find_first_not_of(text[0]) == std::string_view::npos &&
           (text[0] == ' ' || text[0] == '\t');
}

/// The byte of a `<0xNN>` entry, or nothing.
std::optional<char> byteOfEntry(std::string_view text) {
    if (text.size() != 6 || !text.starts_with("<0x") || text.back() != '>') {
        return std::nullopt;
    }
    unsigned value = 0;
    const char* first = text.data() + 3;
    const auto [end, error] = std::from_chars(first, first + 2, value, 16);
    if (error != std::errc() || end != first + 2) {
        return std::nullopt;
    }
    return static_cast<char>(value);
}

struct Entry {
    TokenUse use;
    std::string text;
};

Result<Entry> readEntry(const TokenizerData& data, TokenId id) {
    const std::string& text = data.tokens[id];
    const TokenKind kind = data.kinds[id];
    if (text.size() > kMaxTokenBytes) {
        return fail(ErrorCode::BadTokenizer, "token " + std::to_string(id) + ": " +
                                                 std::to_string(text.size()) +
                                                 " bytes, at most 65536 are allowed");
    }
    std::optional<std::string> bytes;
    if (kind == TokenKind::Normal) {
        bytes = bytesFromAlphabet(text);
    }
    // A vocabulary of bare bytes may end a generation by a byte; every other end of text is a
    // control token, whatever its kind says.
    const bool lastsAsByte = bytes && bytes->size() == 1;
    if (id == data.endOfText && !lastsAsByte) {
        return Entry{TokenUse::Control, text};
    }
    if (kind == TokenKind::Unused || isFiller(text, id)) {
        return Entry{TokenUse::Filler, {}};
    }
    switch (kind) {
    case TokenKind::Normal:
        if (bytes) {
            return Entry{TokenUse::Piece, std::move(*bytes)};
        }
        return Entry{isWhitespaceRun(text) ? TokenUse::Literal : TokenUse::Opaque, text};
    case TokenKind::Unknown:
    case TokenKind::Control:
        return Entry{TokenUse::Control, text};
    case TokenKind::UserDefined:
        if (validUtf8Prefix(text) != text.size()) {
            return fail(ErrorCode::BadTokenizer,
                        "token " + std::to_string(id) + ": added text is not UTF-8");
        }
        return Entry{TokenUse::Literal, text};
    case TokenKind::Byte:
        if (const std::optional<char> byte = byteOfEntry(text)) {
            return Entry{TokenUse::Piece, std::string(1, *byte)};
        }
        return fail(ErrorCode::BadTokenizer, "token " + std::to_string(id) +
                                                 ": expected a byte such as <0x0A>, found " +
                                                 forMessage(text));
    case TokenKind::Unused:
        break;
    }
    return fail(ErrorCode::BadTokenizer, "token " + std::to_string(id) + ": unknown kind " +
                                             std::to_string(static_cast<unsigned>(kind)) +
                                             ", known are 1 to 6");
}

} // namespace

Result<Vocabulary> Vocabulary::create(const TokenizerData& data) {
    if (data.tokens.empty()) {
        return fail(ErrorCode::BadTokenizer, "the vocabulary is empty");
    }
    if (data.tokens.size() > kMaxTokens) {
        return fail(ErrorCode::BadTokenizer,
                    "vocabulary: at most 16777216 tokens are allowed, found " +
                        std::to_string(data.tokens.size()));
    }
    if (data.kinds.size() != data.tokens.size()) {
        return fail(ErrorCode::BadTokenizer, "token kinds: expected " +
                                                 std::to_string(data.tokens.size()) + ", found " +
                                                 std::to_string(data.kinds.size()));
    }
    if (data.endOfText >= data.tokens.size()) {
        return fail(ErrorCode::BadTokenizer, "end of text: expected an id below " +
                                                 std::to_string(data.tokens.size()) + ", found " +
                                                 std::to_string(data.endOfText));
    }
    Vocabulary vocabulary;
    vocabulary.m_uses.reserve(data.tokens.size());
    vocabulary.m_begins.reserve(data.tokens.size() + 1);
    for (TokenId id = 0; id < data.tokens.size(); ++id) {
        PHIDELITY_CHECK(vocabulary.append(data, id));
    }
    PHIDELITY_CHECK(vocabulary.indexPieces());
    return vocabulary;
}

Result<void> Vocabulary::append(const TokenizerData& data, TokenId id) {
    PHIDELITY_TRY(Entry entry, readEntry(data, id));
    if (m_text.size() + entry.text.size() > kMaxText) {
        return fail(ErrorCode::BadTokenizer, "vocabulary: more than 2 GiB of text");
    }
    m_text.append(entry.text);
    m_begins.push_back(static_cast<std::uint32_t>(m_text.size()));
    m_uses.push_back(entry.use);
    return {};
}

Result<void> Vocabulary::indexPieces() {
    m_text.shrink_to_fit(); // the index keeps views: from here on the text stays where it is
    m_pieces = StringIndex(count());
    for (TokenId id = 0; id < count(); ++id) {
        if (use(id) == TokenUse::Piece) {
            m_pieces.insert(label(id), id);
        }
    }
    m_byteTokens.resize(256);
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char text = static_cast<char>(byte);
        const std::optional<TokenId> id = m_pieces.find(std::string_view(&text, 1));
        if (!id) {
            return fail(ErrorCode::BadTokenizer,
                        "the vocabulary has no token for byte " + std::to_string(byte));
        }
        m_byteTokens[byte] = *id;
    }
    return {};
}

} // namespace phidelity
