// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QColor>
#include <QPalette>
#include <QStringList>

#include "engine/token_detail.h"

namespace phidelity {

/// What tokens are coloured by.
enum class TokenMeasure { None, Probability, Uncertainty, Choice };

/// Steps of every measure, from what was expected to what was not.
inline constexpr int kScaleSteps = 5;

/// The step of a token, 0..kScaleSteps-1; none where it is not computed or nothing is measured.
[[nodiscard]] std::optional<int> scaleStep(TokenMeasure measure, const TokenDetail& token);
/// The ground of a step. Blue over grey to orange, which people tell apart who do not tell red
/// from green; the steps also differ by the bar under a token, so that colour says nothing alone.
[[nodiscard]] QColor scaleColor(const QPalette& palette, int step);
/// What each step means: "90 % and more".
[[nodiscard]] QStringList scaleWords(TokenMeasure measure);

} // namespace phidelity
