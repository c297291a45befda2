// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "inference/file/checkpoint.h"
#include "inference/file/quant_preset.h"

namespace phidelity {

/// A model that is asked for piece by piece, so that it need not be in memory. One thread.
class RowSource {
public:
    virtual ~RowSource() = default;
    [[nodiscard]] virtual const ModelShape& shape() const = 0;
    [[nodiscard]] virtual const TokenizerData& tokenizer() const = 0;
    [[nodiscard]] virtual const std::string& name() const = 0;
    /// Type and extents of a tensor, without data.
    [[nodiscard]] virtual TensorView layout(TensorRole role, std::uint32_t layer) const = 0;
    /// `count` stored rows from `first` on, packed; valid until the next call.
    [[nodiscard]] virtual const std::byte* rows(TensorRole role, std::uint32_t layer,
                                                std::uint64_t first, std::uint64_t count) = 0;
    /// No row of this tensor will be asked for again.
    virtual void finished(TensorRole role, std::uint32_t layer) = 0;
};

/// Told after each piece: bytes of tensor data written so far and in all. Called on the caller's
/// thread.
using WriteProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Writes any model as GGUF version 3, with separate q, k and v and the matrices in the types of
/// `preset`. Quantises with all cores, 32 MiB at a time. The file appears whole or not at all.
/// Errors: WriteFailed (disk full and the like); NotFinite where a weight is NaN, infinite or
/// beyond what the type holds (65504 with half-precision scales); stop →
/// Error{BadArgument,"stopped"}.
[[nodiscard]] Result<void> writeGguf(RowSource& source, const std::filesystem::path& out,
                                     QuantPreset preset, const WriteProgress& progress = {},
                                     const std::atomic<bool>* stop = nullptr);
[[nodiscard]] Result<void> writeGguf(const Checkpoint& checkpoint, const std::filesystem::path& out,
                                     QuantPreset preset, const WriteProgress& progress = {},
                                     const std::atomic<bool>* stop = nullptr);

} // namespace phidelity
