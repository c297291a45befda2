// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "inference/file/checkpoint.h"

/// What every source of a vocabulary has in common.
namespace phidelity {

inline constexpr std::string_view kEndOfText = "<|endoftext|>";
inline constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 20;      ///< also of merges
inline constexpr std::uint64_t kMostTokenBytes = std::uint64_t{64} << 20; ///< of all texts together

/// The text of the filler of an id without a token: "[PAD50295]".
[[nodiscard]] std::string fillerText(std::uint32_t id);

/// Gives fillers the kind Unused, `<|endoftext|>` the kind Control, and settles the id that ends a
/// generation: `endId` where the file tells it, else the id of `<|endoftext|>`, else 50256.
/// BadTokenizer where that id is no token. `where` begins the detail.
[[nodiscard]] Result<void> finishTokenizer(TokenizerData& data, std::optional<std::uint64_t> endId,
                                           const std::string& where);

/// Adds fillers until there are `rows` tokens.
void padTokenizer(TokenizerData& data, std::uint32_t rows);

/// The two parts of a merge written as "left right". BadTokenizer where there are not two.
[[nodiscard]] Result<std::pair<std::string, std::string>> splitMerge(std::string_view merge,
                                                                     const std::string& where);

} // namespace phidelity
