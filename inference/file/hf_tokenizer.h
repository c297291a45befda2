// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "inference/file/checkpoint.h"
#include "inference/file/json.h"

namespace phidelity {

/// Whether something is at that path; false too where the system does not tell.
[[nodiscard]] bool isThere(const std::filesystem::path& path);

/// Reads and parses a JSON file of at most 64 MiB. FileMissing, FileUnreadable, BadFile.
[[nodiscard]] Result<JsonValue> readJsonFile(const std::filesystem::path& path);

/// The vocabulary of a Hugging Face folder: tokenizer.json, else vocab.json with merges.txt and, if
/// there is one, added_tokens.json. Ids without a token become fillers, up to `rows`. Appends the
/// files it read. BadTokenizer for contradictions, FileMissing where the folder has neither.
[[nodiscard]] Result<TokenizerData> readHfTokenizer(const std::filesystem::path& folder,
                                                    std::uint32_t rows,
                                                    std::optional<std::uint64_t> endOfText,
                                                    std::vector<std::filesystem::path>& files);

} // namespace phidelity
