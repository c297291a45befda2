// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/backend.h"
#include "inference/result.h"

namespace phidelity {

/// Runs every verb on small random shapes, prompt and single token, products of every weight type
/// with one, few and many rows, and what picks the largest logits where the device does; compares
/// with the obvious loops of the CPU. NoDevice with the first that is wrong and by how much; else
/// the backend's own errors, which say nothing of how it computes. The backend must be fresh and is
/// of no use afterwards. A fraction of a second, and what compiling about a hundred shaders takes.
Result<void> selfTest(Backend& backend);

} // namespace phidelity
