// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include "ui/math/math_tree.h"

namespace phidelity {

/// A formula in English words, as one would read it out: "x squared", "a over b", "the sum from i
/// equals 1 to n of i". Bounded: what is longer than some thousand characters ends in "…".
[[nodiscard]] QString spokenMath(const MathNode& formula);

} // namespace phidelity
