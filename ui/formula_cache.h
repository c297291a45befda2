// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "ui/math/math_box.h"

namespace phidelity {

/// setMath(), remembered: the last block of a message is laid out again with each batch of text,
/// and its formulas are the same. Bounded. GUI thread only.
[[nodiscard]] std::optional<MathBox> cachedMath(const QString& latex, const QFont& font,
                                                const MathOptions& options);

} // namespace phidelity
