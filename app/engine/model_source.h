// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "inference/file/checkpoint.h"
#include "inference/result.h"
#include "inference/text/token_id.h"
#include "inference/text/tokenizer.h"

namespace phidelity {

/// The model at a path (file or folder), or the embedded demo model where the path is empty.
[[nodiscard]] Result<std::shared_ptr<const Checkpoint>>
openCheckpoint(const std::filesystem::path& path);

/// The tokenizer of the model at a path. A GGUF file with a vocabulary and no tensors serves too.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>>
openTokenizer(const std::filesystem::path& path);

/// Numbers in all tensors of a model: its parameters, and the bytes that hold them.
struct ModelSize {
    std::uint64_t parameters = 0;
    std::uint64_t bytes = 0;
};
[[nodiscard]] ModelSize modelSize(const Checkpoint& checkpoint);

/// Ids of a prompt, special tokens off. An empty prompt becomes one end-of-text token, which is how
/// a new document begins: a model needs one token to start from.
[[nodiscard]] std::vector<TokenId> encodePrompt(const Tokenizer& tokenizer,
                                                std::string_view prompt);

/// ContextFull with both numbers if a prompt leaves no room for a single new token.
[[nodiscard]] Result<void> checkPromptFits(std::size_t promptTokens, std::uint32_t context);

} // namespace phidelity
