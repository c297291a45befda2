// SPDX-License-Identifier: MIT
#include "inference/file/random_model.h"
#include "inference/file/tokenizer_rules.h"

namespace phidelity {

namespace {

struct ByteRange {
    std::uint32_t first;
    std::uint32_t last;
};

/// Bytes that GPT-2's alphabet writes as the character of the same number (PHI-2 reference
/// section 5.1).
constexpr ByteRange kSame[] = {{0x21, 0x7E}, {0xA1, 0xAC}, {0xAE, 0xFF}};
constexpr std::uint32_t kOthersFrom = 0x100;
constexpr std::uint32_t kOthers = 68;

std::string twoByteUtf8(std::uint32_t codePoint) {
    if (codePoint < 0x80) {
        return {static_cast<char>(codePoint)};
    }
    return {static_cast<char>(0xC0 | codePoint >> 6), static_cast<char>(0x80 | (codePoint & 0x3F))};
}

} // namespace

Result<TokenizerData> byteVocabulary(std::uint32_t rows) {
    TokenizerData data;
    for (const ByteRange range : kSame) {
        for (std::uint32_t byte = range.first; byte <= range.last; ++byte) {
            data.tokens.push_back(twoByteUtf8(byte));
        }
    }
    for (std::uint32_t i = 0; i < kOthers; ++i) {
        data.tokens.push_back(twoByteUtf8(kOthersFrom + i));
    }
    data.kinds.assign(data.tokens.size(), TokenKind::Normal);
    data.tokens.emplace_back(kEndOfText);
    data.kinds.push_back(TokenKind::Control);
    for (std::size_t spaces = 31; spaces >= 2; --spaces) {
        data.tokens.emplace_back(spaces, ' ');
    }
    for (std::size_t tabs = 9; tabs >= 2; --tabs) {
        data.tokens.emplace_back(tabs, '\t');
    }
    data.kinds.resize(data.tokens.size(), TokenKind::UserDefined);
    if (rows < data.tokens.size()) {
        return fail(ErrorCode::BadArgument, "vocabulary: expected at least " +
                                                std::to_string(data.tokens.size()) +
                                                " rows, found " + std::to_string(rows));
    }
    padTokenizer(data, rows);
    PHIDELITY_CHECK(finishTokenizer(data, std::nullopt, "byte vocabulary"));
    return data;
}

} // namespace phidelity
