// SPDX-License-Identifier: MIT
#pragma once

#include <QPainterPath>

#include "ui/math/math_tree.h"

namespace phidelity {

/// Shapes that grow with what they belong to, so that no font has them: outlines to be filled.
/// y grows downwards; lengths are in pixels; `em` is the size of the text around, `stroke` the
/// thickness of lines.
struct MathPen {
    double em = 0;
    double stroke = 0;
};

/// A delimiter of the given height, from y = -height/2 to height/2 and from x = 0 on to `*width`.
/// Empty for a character that is none, and for bars, which are rules.
[[nodiscard]] QPainterPath delimiterShape(char32_t delimiter, double height, MathPen pen,
                                          double* width);

/// The hook of a root: from the top at y = 0, where the line over the radicand begins at
/// x = `*width`, down to y = height.
[[nodiscard]] QPainterPath rootShape(double height, MathPen pen, double* width);

/// An accent that is `width` wide (where it can be), between y = -`*height` and 0, centred at x =
/// 0.
[[nodiscard]] QPainterPath accentShape(MathAccent accent, double width, MathPen pen,
                                       double* height);

/// A lying brace `width` wide between y = -height and 0, its point up (over) or down.
enum class BracePoint { Up, Down };
[[nodiscard]] QPainterPath braceShape(double width, BracePoint point, MathPen pen, double* height);

/// A lying arrow (one of → ← ↔ ⇒ ⇐), `length` long, around y = 0; `*height` is what it takes.
[[nodiscard]] QPainterPath arrowShape(char32_t arrow, double length, MathPen pen, double* height);

/// A straight line.
[[nodiscard]] QPainterPath lineShape(QPointF from, QPointF to, double stroke);

} // namespace phidelity
