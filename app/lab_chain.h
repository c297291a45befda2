// SPDX-License-Identifier: MIT
#pragma once

#include <QMap>

#include "engine/next_distribution.h"
#include "ui/lab/lab_distribution.h"

namespace phidelity {

/// What the engine's chain says, as the lab shows it: for each stage the tokens that matter, which
/// are the model's most likely and those that a stage has brought up, with what removed them.
[[nodiscard]] LabDistribution labDistribution(const StageDistributions& stages,
                                              const NextTokenLogits& next);

/// Words for the tokens that have a bias.
[[nodiscard]] QMap<quint32, QString> biasTexts(const NextTokenLogits& next,
                                               const GenerationSettings& settings);

} // namespace phidelity
