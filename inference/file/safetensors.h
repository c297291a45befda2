// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "inference/file/tensor_directory.h"
#include "inference/result.h"

namespace phidelity {

/// Adds the tensors of one safetensors image to `directory`, without copying weights. All checks of
/// the format are made (PHI-2 reference section 2.1): header of at most 100,000,000 bytes inside
/// the file, no duplicate keys, sizes that agree with type and shape, no holes or overlaps, the
/// last tensor ends with the file. `name` is the file for error details (BadFile).
[[nodiscard]] Result<void> readSafetensors(std::span<const std::byte> image,
                                           const std::string& name, TensorDirectory& directory);

} // namespace phidelity
