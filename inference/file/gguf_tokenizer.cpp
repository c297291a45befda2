// SPDX-License-Identifier: MIT
#include "inference/file/gguf_model.h"

#include "inference/file/byte_cursor.h"
#include "inference/file/tokenizer_rules.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

/// The strings of an array, as views into the file.
Result<std::vector<std::string_view>> stringArray(const GgufFile& file, std::string_view key) {
    const std::string where = file.name() + ": " + std::string(key);
    const GgufValue* value = file.find(key);
    if (value == nullptr) {
        return fail(ErrorCode::BadTokenizer, where + ": expected in the file, not found");
    }
    if (!value->isArray || value->type != GgufType::String) {
        return fail(ErrorCode::BadTokenizer, where + ": expected an array of strings, found " +
                                                 (value->isArray ? "an array of " : "") +
                                                 std::string(ggufTypeName(value->type)));
    }
    if (value->count > kMostTokens || value->data.size() > kMostTokenBytes) {
        return fail(ErrorCode::BadTokenizer,
                    where + ": expected at most " + std::to_string(kMostTokens) +
                        " strings of 64 MiB in all, found " + std::to_string(value->count) +
                        " of " + std::to_string(value->data.size()) + " bytes");
    }
    std::vector<std::string_view> strings;
    strings.reserve(value->count);
    ByteCursor cursor(value->data);
    for (std::uint64_t i = 0; i < value->count; ++i) {
        const auto text = cursor.readString();
        if (!text || text->empty() || !isUtf8(*text)) {
            return fail(ErrorCode::BadTokenizer, where + "[" + std::to_string(i) +
                                                     "]: expected a string of UTF-8, found \"" +
                                                     forMessage(text.value_or("")) + "\"");
        }
        strings.push_back(*text);
    }
    return strings;
}

Result<std::vector<TokenKind>> readKinds(const GgufFile& file, std::size_t tokens) {
    constexpr std::string_view kKey = "tokenizer.ggml.token_type";
    const std::string where = file.name() + ": " + std::string(kKey);
    const GgufValue* value = file.find(kKey);
    if (value == nullptr) {
        return std::vector<TokenKind>(tokens, TokenKind::Normal);
    }
    if (!value->isArray || (value->type != GgufType::I32 && value->type != GgufType::U32)) {
        return fail(ErrorCode::BadTokenizer,
                    where + ": expected an array of i32, found another type");
    }
    if (value->count != tokens) {
        return fail(ErrorCode::BadTokenizer, where + ": expected as many as tokens (" +
                                                 std::to_string(tokens) + "), found " +
                                                 std::to_string(value->count));
    }
    std::vector<TokenKind> kinds;
    kinds.reserve(tokens);
    ByteCursor cursor(value->data);
    for (std::size_t i = 0; i < tokens; ++i) {
        const std::uint32_t kind = cursor.read<std::uint32_t>().value_or(0);
        if (kind < static_cast<std::uint32_t>(TokenKind::Normal) ||
            kind > static_cast<std::uint32_t>(TokenKind::Byte)) {
            return fail(ErrorCode::BadTokenizer, where + "[" + std::to_string(i) +
                                                     "]: expected 1 to 6, found " +
                                                     std::to_string(kind));
        }
        kinds.push_back(static_cast<TokenKind>(kind));
    }
    return kinds;
}

} // namespace

Result<TokenizerData> readGgufTokenizer(const GgufFile& file) {
    PHIDELITY_TRY(const std::string model, file.text("tokenizer.ggml.model"));
    if (model != "gpt2") {
        return fail(ErrorCode::Unsupported, file.name() +
                                                ": tokenizer.ggml.model: expected gpt2, found " +
                                                forMessage(model));
    }
    TokenizerData data;
    PHIDELITY_TRY(const auto tokens, stringArray(file, "tokenizer.ggml.tokens"));
    data.tokens.assign(tokens.begin(), tokens.end());
    PHIDELITY_TRY(data.kinds, readKinds(file, tokens.size()));

    PHIDELITY_TRY(const auto merges, stringArray(file, "tokenizer.ggml.merges"));
    data.merges.reserve(merges.size());
    for (const std::string_view merge : merges) {
        PHIDELITY_TRY(auto parts, splitMerge(merge, file.name() + ": tokenizer.ggml.merges[" +
                                                        std::to_string(data.merges.size()) + "]"));
        data.merges.push_back(std::move(parts));
    }

    constexpr std::string_view kEnd = "tokenizer.ggml.eos_token_id";
    std::optional<std::uint64_t> end;
    if (file.find(kEnd) != nullptr) {
        PHIDELITY_TRY(end, file.integer(kEnd, 0, UINT32_MAX));
    }
    PHIDELITY_CHECK(finishTokenizer(data, end, file.name()));
    return data;
}

} // namespace phidelity
