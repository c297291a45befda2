// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "inference/file/checkpoint.h"
#include "inference/file/quant_preset.h"

namespace phidelity {

/// Told after each piece: bytes of tensor data written so far and in all. Called on the caller's
/// thread.
using WriteProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Writes any checkpoint as GGUF version 3, with separate q, k and v and the matrices in the types
/// of `preset`. Quantises with all cores, 32 MiB at a time. The file appears whole or not at all.
/// Errors: WriteFailed (disk full and the like); NotFinite where a weight is NaN, infinite or, for
/// types with half-precision scales, beyond 65504.
[[nodiscard]] Result<void> writeGguf(const Checkpoint& checkpoint, const std::filesystem::path& out,
                                     QuantPreset preset, const WriteProgress& progress = {});

} // namespace phidelity
