// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "inference/file/loaded_checkpoint.h"

namespace phidelity {

/// Opens a Hugging Face folder: config.json, a tokenizer, and weights as one safetensors file or as
/// shards of an index. Old and new tensor names and every packing of q, k and v (PHI-2 reference
/// section 2).
[[nodiscard]] Result<CheckpointParts> openHuggingFace(const std::filesystem::path& folder);

} // namespace phidelity
