// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "inference/file/checkpoint.h"

namespace phidelity::test {

/// A small vocabulary in the manner of Phi-2's, trained here the obvious way: 256 bytes in GPT-2's
/// order, merges of words, `<|endoftext|>`, runs of 4 to 2 spaces and of 3 to 2 tabs, two fillers.
[[nodiscard]] TokenizerData tinyVocabulary();

/// Phi-2's own vocabulary from the reference data; nothing where that is absent.
[[nodiscard]] std::optional<TokenizerData> phi2Vocabulary();

/// Folder of the reference data, or empty.
[[nodiscard]] std::string sharedFolder();

/// About `bytes` bytes of valid UTF-8: English and code, runs of white space, letters and signs of
/// many scripts, emoji with joiners, and any scalar value at all.
[[nodiscard]] std::string mixedText(std::mt19937_64& random, std::size_t bytes);

} // namespace phidelity::test
