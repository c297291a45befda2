// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "inference/file/gguf_file.h"
#include "inference/file/loaded_checkpoint.h"

/// What the keys and tensors of a GGUF file mean for a Phi model (PHI-2 reference
/// sections 3.3, 3.4).
namespace phidelity {

/// Upper limits that real models stay far below; they keep a hostile header from asking for much
/// memory.
inline constexpr std::uint64_t kMostLayers = 4096;
inline constexpr std::uint64_t kMostWidth = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kMostContext = std::uint64_t{1} << 20;

/// The shape from the keys; the vocabulary is the number of rows of the embedding.
/// Unsupported for another architecture than `phi2`.
[[nodiscard]] Result<ModelShape> readGgufShape(const GgufFile& file);

/// The vocabulary of the keys `tokenizer.ggml.*`.
[[nodiscard]] Result<TokenizerData> readGgufTokenizer(const GgufFile& file);

/// Opens a GGUF file; of a split set any member, and with it all others.
[[nodiscard]] Result<CheckpointParts> openGguf(const std::filesystem::path& path);

/// Opens a GGUF image in memory, which must outlive the result.
[[nodiscard]] Result<CheckpointParts> openGgufImage(std::span<const std::byte> image,
                                                    const std::string& name);

} // namespace phidelity
