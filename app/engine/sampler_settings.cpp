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
    sampler.dryWindow = settings.dryWindow;
    sampler.dryBreakers.clear();
    for (const QString& breaker : settings.dryBreakers) {
        sampler.dryBreakers.push_back(breaker.toStdString());
    }
    sampler.mirostat = settings.mirostat;
    sampler.mirostatTau = static_cast<float>(settings.mirostatTau);
    sampler.mirostatEta = static_cast<float>(settings.mirostatEta);
    sampler.seed = seed;
    PHIDELITY_CHECK(validate(sampler));
    return sampler;
}

GenerationSettings fromSamplerSettings(const SamplerSettings& sampler) {
    GenerationSettings settings;
    if (sampler.order != SamplerSettings().order) {
        for (const StageKind stage : sampler.order) {
            const std::string_view name = stageName(stage);
            settings.stageOrder.append(
                QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
        }
    }
    for (const auto& [token, bias] : sampler.logitBias) {
        settings.logitBias.append({token, bias});
    }
    settings.temperature = static_cast<double>(sampler.temperature);
    settings.topK = sampler.topK;
    settings.topP = static_cast<double>(sampler.topP);
    settings.minP = static_cast<double>(sampler.minP);
    settings.typicalP = static_cast<double>(sampler.typicalP);
    settings.topNSigma = static_cast<double>(sampler.topNSigma);
    settings.xtcProbability = static_cast<double>(sampler.xtcProbability);
    settings.xtcThreshold = static_cast<double>(sampler.xtcThreshold);
    settings.repeatPenalty = static_cast<double>(sampler.repeatPenalty);
    settings.frequencyPenalty = static_cast<double>(sampler.frequencyPenalty);
    settings.presencePenalty = static_cast<double>(sampler.presencePenalty);
    settings.penaltyWindow = sampler.penaltyWindow;
    settings.dryMultiplier = static_cast<double>(sampler.dryMultiplier);
    settings.dryBase = static_cast<double>(sampler.dryBase);
    settings.dryAllowedLength = sampler.dryAllowedLength;
    settings.dryWindow = sampler.dryWindow;
    settings.dryBreakers.clear();
    for (const std::string& breaker : sampler.dryBreakers) {
        settings.dryBreakers.append(QString::fromStdString(breaker));
    }
    settings.mirostat = sampler.mirostat;
    settings.mirostatTau = static_cast<double>(sampler.mirostatTau);
    settings.mirostatEta = static_cast<double>(sampler.mirostatEta);
    settings.randomSeed = false;
    settings.seed = sampler.seed;
    return settings;
}

} // namespace phidelity
