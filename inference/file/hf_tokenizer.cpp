// SPDX-License-Identifier: MIT
#include "inference/file/hf_tokenizer.h"

#include <system_error>

#include "inference/file/mapped_file.h"
#include "inference/file/tokenizer_rules.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::size_t kLargestText = std::size_t{64} << 20;

/// A mapped text file of at most 64 MiB.
Result<std::shared_ptr<const MappedFile>> openText(const std::filesystem::path& path) {
    PHIDELITY_TRY(auto file, MappedFile::open(path));
    if (file->bytes().size() > kLargestText) {
        return fail(ErrorCode::BadFile, displayName(path) + ": expected at most " +
                                            std::to_string(kLargestText) + " bytes, found " +
                                            std::to_string(file->bytes().size()));
    }
    return file;
}

std::string_view textOf(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

/// Collects tokens by id from several sources and makes one list of them.
class Vocabulary {
public:
    explicit Vocabulary(std::uint32_t rows) : m_rows(rows), m_tokens(rows), m_kinds(rows) {}

    /// The same text at the same id may come again: the later kind wins.
    Result<void> add(const std::string& text, const JsonValue* id, TokenKind kind,
                     const std::string& where) {
        const std::string label = where + ": token \"" + forMessage(text) + "\"";
        const auto number = id != nullptr ? id->unsignedInteger() : std::nullopt;
        const std::uint64_t place = number.value_or(m_rows);
        if (text.empty() || place >= m_rows) {
            return fail(ErrorCode::BadTokenizer, label + ": expected a text and an id below " +
                                                     std::to_string(m_rows) + ", found " +
                                                     (number ? std::to_string(place) : "none"));
        }
        std::string& slot = m_tokens[place];
        if (!slot.empty() && slot != text) {
            return fail(ErrorCode::BadTokenizer, label + ": id " + std::to_string(place) +
                                                     " is that of \"" + forMessage(slot) +
                                                     "\" too");
        }
        slot = text;
        m_kinds[place] = kind;
        return {};
    }

    TokenizerData take() {
        TokenizerData data;
        for (std::uint32_t id = 0; id < m_rows; ++id) {
            if (m_tokens[id].empty()) {
                m_tokens[id] = fillerText(id);
                m_kinds[id] = TokenKind::Unused;
            }
        }
        data.tokens = std::move(m_tokens);
        data.kinds = std::move(m_kinds);
        return data;
    }

private:
    std::uint32_t m_rows;
    std::vector<std::string> m_tokens; ///< by id; empty where there is none
    std::vector<TokenKind> m_kinds;
};

Result<void> addObject(Vocabulary& vocabulary, const JsonValue* object, TokenKind kind,
                       const std::string& where) {
    if (object == nullptr || object->object() == nullptr) {
        return fail(ErrorCode::BadTokenizer,
                    where + ": expected an object of tokens and ids, found another value");
    }
    for (const auto& [text, id] : *object->object()) {
        PHIDELITY_CHECK(vocabulary.add(text, &id, kind, where));
    }
    return {};
}

/// A merge as "left right" or ["left", "right"].
Result<std::pair<std::string, std::string>> readMerge(const JsonValue& value,
                                                      const std::string& where) {
    if (value.string() != nullptr) {
        return splitMerge(*value.string(), where);
    }
    const JsonValue::Array* pair = value.array();
    if (pair == nullptr || pair->size() != 2 || pair->front().string() == nullptr ||
        pair->back().string() == nullptr) {
        return fail(ErrorCode::BadTokenizer,
                    where + ": expected a string or a pair of strings, found another value");
    }
    return std::pair(*pair->front().string(), *pair->back().string());
}

Result<void> addAddedTokens(Vocabulary& vocabulary, const JsonValue& list,
                            const std::string& where) {
    if (list.array() == nullptr) {
        return fail(ErrorCode::BadTokenizer, where + ": expected an array, found another value");
    }
    for (const JsonValue& token : *list.array()) {
        const JsonValue* content = token.find("content");
        if (content == nullptr || content->string() == nullptr) {
            return fail(ErrorCode::BadTokenizer,
                        where + ": expected an object with a content, found another value");
        }
        const JsonValue* special = token.find("special");
        const bool control = special != nullptr && special->boolean() == true;
        PHIDELITY_CHECK(vocabulary.add(*content->string(), token.find("id"),
                                       control ? TokenKind::Control : TokenKind::UserDefined,
                                       where));
    }
    return {};
}

Result<TokenizerData> readTokenizerJson(const std::filesystem::path& path, std::uint32_t rows) {
    const std::string name = displayName(path);
    PHIDELITY_TRY(const JsonValue root, readJsonFile(path));
    const JsonValue* model = root.find("model");
    const JsonValue* type = model != nullptr ? model->find("type") : nullptr;
    if (model == nullptr ||
        (type != nullptr && (type->string() == nullptr || *type->string() != "BPE"))) {
        return fail(ErrorCode::Unsupported,
                    name + ": model.type: expected BPE, found " +
                        (type != nullptr && type->string() != nullptr ? forMessage(*type->string())
                                                                      : "none"));
    }
    Vocabulary vocabulary(rows);
    PHIDELITY_CHECK(
        addObject(vocabulary, model->find("vocab"), TokenKind::Normal, name + ": model.vocab"));
    if (const JsonValue* added = root.find("added_tokens")) {
        PHIDELITY_CHECK(addAddedTokens(vocabulary, *added, name + ": added_tokens"));
    }
    TokenizerData data = vocabulary.take();
    const JsonValue* merges = model->find("merges");
    if (merges == nullptr || merges->array() == nullptr) {
        return fail(ErrorCode::BadTokenizer,
                    name + ": model.merges: expected an array, found another value");
    }
    data.merges.reserve(merges->array()->size());
    for (const JsonValue& merge : *merges->array()) {
        PHIDELITY_TRY(auto parts, readMerge(merge, name + ": model.merges[" +
                                                       std::to_string(data.merges.size()) + "]"));
        data.merges.push_back(std::move(parts));
    }
    return data;
}

Result<void> readMergesText(const std::filesystem::path& path, TokenizerData& data) {
    PHIDELITY_TRY(const auto file, openText(path));
    std::string_view rest = textOf(*file);
    for (std::size_t line = 1; !rest.empty(); ++line) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view text = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (text.ends_with('\r')) {
            text.remove_suffix(1);
        }
        if (text.empty() || (line == 1 && text.starts_with("#version"))) {
            continue;
        }
        if (data.merges.size() >= kMostTokens) {
            return fail(ErrorCode::BadTokenizer, displayName(path) + ": expected at most " +
                                                     std::to_string(kMostTokens) +
                                                     " merges, found more");
        }
        PHIDELITY_TRY(auto parts,
                      splitMerge(text, displayName(path) + ": line " + std::to_string(line)));
        data.merges.push_back(std::move(parts));
    }
    return {};
}

Result<TokenizerData> readVocabAndMerges(const std::filesystem::path& folder, std::uint32_t rows,
                                         std::vector<std::filesystem::path>& files) {
    Vocabulary vocabulary(rows);
    PHIDELITY_TRY(const JsonValue base, readJsonFile(folder / "vocab.json"));
    PHIDELITY_CHECK(addObject(vocabulary, &base, TokenKind::Normal, "vocab.json"));
    files.push_back(folder / "vocab.json");
    const std::filesystem::path added = folder / "added_tokens.json";
    if (isThere(added)) {
        PHIDELITY_TRY(const JsonValue list, readJsonFile(added));
        PHIDELITY_CHECK(addObject(vocabulary, &list, TokenKind::UserDefined, "added_tokens.json"));
        files.push_back(added);
    }
    TokenizerData data = vocabulary.take();
    PHIDELITY_CHECK(readMergesText(folder / "merges.txt", data));
    files.push_back(folder / "merges.txt");
    return data;
}

} // namespace

bool isThere(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

Result<JsonValue> readJsonFile(const std::filesystem::path& path) {
    PHIDELITY_TRY(const auto file, openText(path));
    return parseJson(textOf(*file), displayName(path));
}

Result<TokenizerData> readHfTokenizer(const std::filesystem::path& folder, std::uint32_t rows,
                                      std::optional<std::uint64_t> endOfText,
                                      std::vector<std::filesystem::path>& files) {
    const std::filesystem::path whole = folder / "tokenizer.json";
    TokenizerData data;
    if (isThere(whole)) {
        PHIDELITY_TRY(data, readTokenizerJson(whole, rows));
        files.push_back(whole);
    } else if (isThere(folder / "vocab.json")) {
        PHIDELITY_TRY(data, readVocabAndMerges(folder, rows, files));
    } else {
        return fail(ErrorCode::FileMissing,
                    folder.string() + ": expected tokenizer.json, or vocab.json and merges.txt, "
                                      "found neither");
    }
    PHIDELITY_CHECK(finishTokenizer(data, endOfText, displayName(folder)));
    return data;
}

} // namespace phidelity
