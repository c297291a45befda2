// SPDX-License-Identifier: MIT
#pragma once

#include "inference/model/model.h"

namespace phidelity {

/// Makes Ctrl+C (and a polite request to end) set interruptFlag() instead of killing the program,
/// so that what was done until then is kept. A second one kills.
void catchInterrupts();

/// Set by Ctrl+C, and by a reader that closed our output: work ends at the next token.
[[nodiscard]] StopFlag& interruptFlag();

} // namespace phidelity
