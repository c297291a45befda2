// SPDX-License-Identifier: MIT
#pragma once

#include "chat/generation_settings.h"

namespace phidelity {

/// Sets of settings with a name, for people who do not want to think about numbers.
enum class Preset { Deterministic, Balanced, Creative };
inline constexpr Preset kPresets[] = {Preset::Deterministic, Preset::Balanced, Preset::Creative};

/// `settings` with what decides about chance replaced; seed, length, stops and biases stay.
[[nodiscard]] inline GenerationSettings withPreset(Preset preset, GenerationSettings settings) {
    const GenerationSettings balanced;
    settings.temperature = balanced.temperature;
    settings.topK = balanced.topK;
    settings.topP = balanced.topP;
    settings.minP = balanced.minP;
    settings.repeatPenalty = balanced.repeatPenalty;
    switch (preset) {
    case Preset::Deterministic:
        settings.temperature = 0;
        break;
    case Preset::Balanced:
        break;
    case Preset::Creative:
        settings.temperature = 1.0;
        settings.topK = 100;
        settings.topP = 0.98;
        settings.minP = 0.02;
        break;
    }
    return settings;
}

} // namespace phidelity
