// SPDX-License-Identifier: MIT
#pragma once

#include <variant>

#include <QList>
#include <QString>

#include "chat/generation_settings.h"
#include "chat/presets.h"
#include "chat/sampling_chain.h"
#include "ui/number_field.h"

namespace phidelity {

/// One number of a stage: its words, its range and where in the settings it lives.
struct StageField {
    QString name;
    QString objectName;
    NumberField::Range range;
    QString explanation;
    std::variant<double GenerationSettings::*, int GenerationSettings::*> member;
    QString lowestText{}; ///< shown in place of the lowest value

    [[nodiscard]] double value(const GenerationSettings& settings) const;
    void setValue(double value, GenerationSettings* settings) const;
};

/// "Top-k".
[[nodiscard]] QString stageTitle(SamplingStage stage);
/// What it does, for people who have never heard of it: one sentence.
[[nodiscard]] QString stageSentence(SamplingStage stage);
/// Its numbers; none where it has none or another editor.
[[nodiscard]] QList<StageField> stageFields(SamplingStage stage);
/// Its values in a few characters, where it is on: "40", "repeat 1.1".
[[nodiscard]] QString stageSummary(SamplingStage stage, const GenerationSettings& settings);

/// "llama.cpp", and why the same numbers mean something else there.
[[nodiscard]] QString orderTitle(StageOrder order);
[[nodiscard]] QString orderSentence(std::optional<StageOrder> order);

[[nodiscard]] QString presetTitle(Preset preset);
[[nodiscard]] QString presetSentence(Preset preset);

} // namespace phidelity
