// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "inference/file/checkpoint.h"
#include "inference/file/json.h"

namespace phidelity {

/// What config.json says about a model.
struct HfConfig {
    ModelShape shape;
    std::optional<std::uint64_t> endOfText; ///< eos_token_id, where it is one integer
    std::string layersField; ///< the name of the field that told the number of layers
};

/// Reads config.json with current field names or those of `phi-msft` and MixFormer (PHI-2 reference
/// sections 1.1 and 2.3). Unsupported, by name, for other model types and for settings that would
/// change the arithmetic (qk_layernorm, grouped keys, other activations, scaled rotary, tied
/// embeddings).
[[nodiscard]] Result<HfConfig> readHfConfig(const JsonValue& root, const std::string& name);

} // namespace phidelity
