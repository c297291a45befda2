// SPDX-License-Identifier: MIT
#include "inference/file/tokenizer_rules.h"

#include <algorithm>

#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::uint32_t kPhiEndOfText = 50256;

} // namespace

std::string fillerText(std::uint32_t id) {
    return "[PAD" + std::to_string(id) + "]";
}

Result<void> finishTokenizer(TokenizerData& data, std::optional<std::uint64_t> endId,
                             const std::string& where) {
    std::optional<std::uint64_t> endByText;
    for (std::uint32_t id = 0; id < data.tokens.size(); ++id) {
        const std::string& text = data.tokens[id];
        if (text.starts_with("[PAD") && text == fillerText(id)) {
            data.kinds[id] = TokenKind::Unused;
        } else if (text == kEndOfText) {
            data.kinds[id] = TokenKind::Control;
            endByText = endByText.value_or(id);
        }
    }
    const std::uint64_t end = endId ? *endId : endByText.value_or(kPhiEndOfText);
    if (end >= data.tokens.size()) {
        return fail(ErrorCode::BadTokenizer, where + ": id of end of text: expected one of " +
                                                 std::to_string(data.tokens.size()) +
                                                 " tokens, found " + std::to_string(end));
    }
    data.endOfText = static_cast<std::uint32_t>(end);
    return {};
}

void padTokenizer(TokenizerData& data, std::uint32_t rows) {
    for (auto id = static_cast<std::uint32_t>(data.tokens.size()); id < rows; ++id) {
        data.tokens.push_back(fillerText(id));
        data.kinds.push_back(TokenKind::Unused);
    }
}

Result<std::pair<std::string, std::string>> splitMerge(std::string_view merge,
                                                       const std::string& where) {
    const std::size_t space = merge.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == merge.size() ||
        merge.find(' ', space + 1) != std::string_view::npos || !isUtf8(merge)) {
        return fail(ErrorCode::BadTokenizer,
                    where + ": expected two parts with a space between, found \"" +
                        forMessage(merge) + "\"");
    }
    return std::pair(std::string(merge.substr(0, space)), std::string(merge.substr(space + 1)));
}

} // namespace phidelity
