// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

enum class MathPlace { Inline, Display };

/// A formula as a MathML element (Core, with its namespace), for web pages and office texts.
/// Empty where parseMath() does not understand it: then show its source. Any thread.
[[nodiscard]] QString toMathMl(const QString& latex, MathPlace place);

} // namespace phidelity
