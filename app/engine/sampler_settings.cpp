// SPDX-License-Identifier: MIT
#include "engine/sampler_settings.h"

namespace phidelity {

Result<SamplerSettings> toSamplerSettings(const GenerationSettings& settings, std::uint64_t seed) {
    SamplerSettings sampler;
    if (!settings.stageOrder.isEmpty()) {
        sampler.order.clear();
        for (const QString& name : settings.stageOrder) {
            PHIDELITY_TRY(const StageKind stage, stageFromName(name.toStdString()));
            sampler.order.push_back(stage);
        }
    }
    for (const auto& [token, bias] : settings.logitBias) {
        sampler.logitBias.emplace_back(token, bias);
    }
    sampler.temperature = static_cast<float>(settings.temperature);
    sampler.topK = settings.topK;
    sampler.topP = static_cast<float>(settings.topP);
    sampler.minP = static_cast<float>(settings.minP);
    sampler.typicalP = static_cast<float>(settings.typicalP);
    sampler.topNSigma = static_cast<float>(settings.topNSigma);
    sampler.xtcProbability = static_cast<float>(settings.xtcProbability);
    sampler.xtcThreshold = static_cast<float>(settings.xtcThreshold);
    sampler.repeatPenalty = static_cast<float>(settings.repeatPenalty);
    sampler.frequencyPenalty = static_cast<float>(settings.frequencyPenalty);
    sampler.presencePenalty = static_cast<float>(settings.presencePenalty);
    sampler.penaltyWindow = settings.penaltyWindow;
    sampler.dryMultiplier = static_cast<float>(settings.dryMultiplier);
    sampler.dryBase = static_cast<float>(settings.dryBase);
    sampler.dryAllowedLength = settings.dryAllowedLength;
    sampler.mirostat = settings.mirostat;
    sampler.mirostatTau = static_cast<float>(settings.mirostatTau);
    sampler.mirostatEta = static_cast<float>(settings.mirostatEta);
    sampler.seed = seed;
    PHIDELITY_CHECK(validate(sampler));
    return sampler;
}

} // namespace phidelity
