// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace phidelity {

/// Length of the piece at the start of `text`, which is not empty, by GPT-2's pattern (PHI-2
/// reference section 5.2):
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
/// The end of `text` counts as the end of everything. Pieces never cut a character; bytes that are
/// not UTF-8 count as "other" characters. Linear in the length of the piece.
[[nodiscard]] std::size_t nextPiece(std::string_view text);

} // namespace phidelity
