// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>
#include <optional>

#include "ui/math/math_tree.h"

namespace phidelity {

/// What parseMath() takes at most; a formula beyond it is not set.
inline constexpr qsizetype kMathMaxChars = 16384;
inline constexpr int kMathMaxDepth = 64;
inline constexpr int kMathMaxNodes = 4096;

/// Reads the LaTeX source of one formula, without its delimiters, into a tree (a Group). Knows the
/// mathematics of LaTeX and amsmath as replies use it; no macros can be defined, so that nothing
/// grows. Characters of Unicode are taken as the symbols they are. Comments, \label, \color and
/// the like are read and left out.
///
/// Empty where anything is not understood, with a short English reason in `*why`. Any input is
/// taken: controls, bidi marks and lone surrogates are refused, bounds are above. Linear cost.
[[nodiscard]] std::optional<MathNode> parseMath(QStringView latex, QString* why = nullptr);

} // namespace phidelity
