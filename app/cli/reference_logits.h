// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "inference/text/token_id.h"

namespace phidelity {

/// What was published of a model's F32 logits: the first columns of the first two positions after
/// kReferenceIds (Hugging Face transformers, tests/models/phi; PHI-2 reference section 1.5).
inline constexpr std::size_t kReferencePositions = 2;
inline constexpr std::size_t kReferenceColumns = 30;
inline constexpr std::array<TokenId, 10> kReferenceIds = {1212, 318, 281, 1672, 2643,
                                                          290,  428, 318, 257,  1332};

struct ReferenceLogits {
    std::string_view model; ///< "Phi-2"
    std::string_view shape; ///< its name for shapeByName
    std::array<std::array<float, kReferenceColumns>, kReferencePositions> logits;
};

[[nodiscard]] std::span<const ReferenceLogits> referenceLogits();

} // namespace phidelity
