// SPDX-License-Identifier: MIT
#include "engine/sampler_settings.h"

namespace phidelity {

namespace {

/// The numbers that both kinds of settings have: the window's are doubles, the sampler's floats.
template <class To, class From>
void copyNumbers(To& to, const From& from) {
    const auto copy = []<class Number>(Number& into, const auto& number) {
        into = static_cast<Number>(number);
    };
    copy(to.temperature, from.temperature);
    copy(to.topK, from.topK);
    copy(to.topP, from.topP);
    copy(to.minP, from.minP);
    copy(to.typicalP, from.typicalP);
    copy(to.topNSigma, from.topNSigma);
    copy(to.xtcProbability, from.xtcProbability);
    copy(to.xtcThreshold, from.xtcThreshold);
    copy(to.repeatPenalty, from.repeatPenalty);
    copy(to.frequencyPenalty, from.frequencyPenalty);
    copy(to.presencePenalty, from.presencePenalty);
    copy(to.penaltyWindow, from.penaltyWindow);
    copy(to.dryMultiplier, from.dryMultiplier);
    copy(to.dryBase, from.dryBase);
    copy(to.dryAllowedLength, from.dryAllowedLength);
    copy(to.dryWindow, from.dryWindow);
    copy(to.mirostat, from.mirostat);
    copy(to.mirostatTau, from.mirostatTau);
    copy(to.mirostatEta, from.mirostatEta);
}

} // namespace

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
    copyNumbers(sampler, settings);
    sampler.dryBreakers.clear();
    for (const QString& breaker : settings.dryBreakers) {
        sampler.dryBreakers.push_back(breaker.toStdString());
    }
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
    copyNumbers(settings, sampler);
    settings.dryBreakers.clear();
    for (const std::string& breaker : sampler.dryBreakers) {
        settings.dryBreakers.append(QString::fromStdString(breaker));
    }
    settings.randomSeed = false;
    settings.seed = sampler.seed;
    return settings;
}

} // namespace phidelity
