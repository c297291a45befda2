// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "inference/backend/backend.h"

namespace phidelity {

/// Rotary angles of every position, (context, rotary): rotary / 2 cosines, then as many sines,
/// w_i = theta^(-2i/rotary) (Su et al. 2021). Computed in double.
[[nodiscard]] std::vector<float> rotaryAngles(const AttentionShape& shape);

} // namespace phidelity
