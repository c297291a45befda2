// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "inference/file/gguf_writer.h"
#include "inference/file/loaded_checkpoint.h"

namespace phidelity {

/// The parts of Checkpoint::random. Each matrix is a random sequence of blocks from a pool of 2048
/// blocks that were quantised from normally distributed numbers: realistic values in every type, at
/// the speed of copying. BadArgument for a shape that no model can have or rows that `type` cannot
/// store.
[[nodiscard]] Result<CheckpointParts> makeRandomModel(const ModelShape& shape, TensorType type,
                                                      std::uint64_t seed);

/// The same model for a writer: rows are made when they are asked for, so that a model of any size
/// takes no more memory than a piece of it.
[[nodiscard]] Result<std::unique_ptr<RowSource>> randomRows(const ModelShape& shape,
                                                            TensorType type, std::uint64_t seed);

/// A vocabulary of single bytes, `<|endoftext|>` and Phi's 38 whitespace runs, filled up to `rows`.
/// No merges. BadArgument for fewer rows than that.
[[nodiscard]] Result<TokenizerData> byteVocabulary(std::uint32_t rows);

} // namespace phidelity
