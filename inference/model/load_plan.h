// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/backend/backend.h"
#include "inference/file/checkpoint.h"

namespace phidelity {

/// Sizes of attention for sequences of up to `context` positions.
[[nodiscard]] AttentionShape attentionShape(const ModelShape& shape, std::uint32_t context);

/// What Model::load asks of a backend for a checkpoint, in the same order.
[[nodiscard]] LoadPlan loadPlan(const Checkpoint& checkpoint, std::uint32_t context,
                                std::uint32_t pages);

/// The same for a file of that shape whose matrices are all of one type.
[[nodiscard]] LoadPlan loadPlan(const ModelShape& shape, TensorType type, std::uint32_t context,
                                std::uint32_t pages);

} // namespace phidelity
