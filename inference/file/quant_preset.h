// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "inference/file/checkpoint.h"

namespace phidelity {

/// What a user asks for when writing a model: a type for all matrices, or one of llama-quantize's
/// mixes (PHI-2 reference section 4.1). Vectors are always written as F32.
enum class QuantPreset : std::uint8_t {
    Keep, ///< every matrix in the type that it has
    F32,
    F16,
    BF16,
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q2_K,
    Q3_K_S,
    Q3_K_M,
    Q3_K_L,
    Q4_K_S,
    Q4_K_M,
    Q5_K_S,
    Q5_K_M,
    Q6_K,
};

/// All presets that a command line offers: every one but Keep.
[[nodiscard]] std::span<const QuantPreset> quantPresets();

/// "Q4_K_M" and so on; "keep" for Keep.
[[nodiscard]] std::string_view presetName(QuantPreset preset);

/// The preset of a name, in any case; also "Q3_K", "Q4_K" and "Q5_K" for the _M mixes.
[[nodiscard]] std::optional<QuantPreset> presetFromName(std::string_view name);

/// The type that most matrices get (Keep: F16, as there is none).
[[nodiscard]] TensorType presetBaseType(QuantPreset preset);

/// The number of `general.file_type` (section 3.2).
[[nodiscard]] std::uint32_t presetFileType(QuantPreset preset);

/// The type in which the preset stores a tensor that now has `present`. Rows that its type cannot
/// hold fall back: Q2_K and Q3_K to Q4_0, Q4_K to Q5_0, Q5_K to Q5_1, Q6_K to Q8_0, and rows that
/// are no multiple of 32 to F16. (llama-quantize has IQ4_NL for the first two, which has the size
/// of Q4_0.)
[[nodiscard]] TensorType presetTensorType(QuantPreset preset, TensorRole role, std::uint32_t layer,
                                          const ModelShape& shape, TensorType present);

} // namespace phidelity
