// SPDX-License-Identifier: MIT
#include "chat/sampling_chain.h"

#include <algorithm>

namespace phidelity {

namespace {

using S = SamplingStage;

constexpr const char* kKeys[kSamplingStages] = {
    "logit_bias", "penalties", "dry", "top_n_sigma", "top_k",       "typical",
    "top_p",      "min_p",     "xtc", "temperature", "mirostat_v2", "greedy",
};

/// Values with which a stage does something that can be seen and harms little.
GenerationSettings usual() {
    GenerationSettings settings;
    settings.typicalP = 0.95;
    settings.topNSigma = 1;
    settings.xtcProbability = 0.5;
    settings.repeatPenalty = 1.1;
    settings.dryMultiplier = 0.8;
    settings.mirostat = true;
    return settings;
}

} // namespace

QString stageKey(SamplingStage stage) {
    return QString::fromLatin1(kKeys[static_cast<int>(stage)]);
}

std::optional<SamplingStage> stageFromKey(const QString& key) {
    const auto* found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                     [&](const char* each) { return key == QLatin1String(each); });
    if (found == std::end(kKeys)) {
        return std::nullopt;
    }
    return static_cast<SamplingStage>(found - std::begin(kKeys));
}

bool chooses(SamplingStage stage) {
    return stage == S::Mirostat || stage == S::Greedy;
}

bool cuts(SamplingStage stage) {
    switch (stage) {
    case S::TopNSigma:
    case S::TopK:
    case S::Typical:
    case S::TopP:
    case S::MinP:
    case S::Xtc:
        return true;
    default:
        return false;
    }
}

bool isStageOn(SamplingStage stage, const GenerationSettings& s) {
    switch (stage) {
    case S::LogitBias:
        return !s.logitBias.isEmpty();
    case S::Penalties:
        return s.penaltyWindow != 0 &&
               (s.repeatPenalty != 1 || s.frequencyPenalty != 0 || s.presencePenalty != 0);
    case S::Dry:
        return s.dryMultiplier != 0 && s.dryWindow != 0;
    case S::TopNSigma:
        return s.topNSigma > 0;
    case S::TopK:
        return s.topK > 0;
    case S::Typical:
        return s.typicalP < 1;
    case S::TopP:
        return s.topP < 1;
    case S::MinP:
        return s.minP > 0;
    case S::Xtc:
        return s.xtcProbability > 0 && s.xtcThreshold <= 0.5;
    case S::Temperature:
        return s.temperature != 1;
    case S::Mirostat:
        return s.mirostat;
    case S::Greedy:
        return s.temperature == 0;
    }
    return false;
}

bool isStageReplaced(SamplingStage stage, const GenerationSettings& settings) {
    return settings.mirostat && cuts(stage) && isStageOn(stage, settings);
}

GenerationSettings withStageOf(SamplingStage stage, GenerationSettings settings,
                               const GenerationSettings& source) {
    switch (stage) {
    case S::LogitBias:
        settings.logitBias = source.logitBias;
        break;
    case S::Penalties:
        settings.repeatPenalty = source.repeatPenalty;
        settings.frequencyPenalty = source.frequencyPenalty;
        settings.presencePenalty = source.presencePenalty;
        settings.penaltyWindow = source.penaltyWindow;
        break;
    case S::Dry:
        settings.dryMultiplier = source.dryMultiplier;
        settings.dryBase = source.dryBase;
        settings.dryAllowedLength = source.dryAllowedLength;
        settings.dryWindow = source.dryWindow;
        settings.dryBreakers = source.dryBreakers;
        break;
    case S::TopNSigma:
        settings.topNSigma = source.topNSigma;
        break;
    case S::TopK:
        settings.topK = source.topK;
        break;
    case S::Typical:
        settings.typicalP = source.typicalP;
        break;
    case S::TopP:
        settings.topP = source.topP;
        break;
    case S::MinP:
        settings.minP = source.minP;
        break;
    case S::Xtc:
        settings.xtcProbability = source.xtcProbability;
        settings.xtcThreshold = source.xtcThreshold;
        break;
    case S::Temperature:
    case S::Greedy:
        settings.temperature = source.temperature;
        break;
    case S::Mirostat:
        settings.mirostat = source.mirostat;
        settings.mirostatTau = source.mirostatTau;
        settings.mirostatEta = source.mirostatEta;
        break;
    }
    return settings;
}

GenerationSettings withStageOff(SamplingStage stage, GenerationSettings settings) {
    // What else a stage has, such as the base of DRY, is kept for the time when it is on again.
    switch (stage) {
    case S::LogitBias:
        settings.logitBias.clear();
        break;
    case S::Penalties:
        settings.repeatPenalty = 1;
        settings.frequencyPenalty = 0;
        settings.presencePenalty = 0;
        break;
    case S::Dry:
        settings.dryMultiplier = 0;
        break;
    case S::TopNSigma:
        settings.topNSigma = 0;
        break;
    case S::TopK:
        settings.topK = 0;
        break;
    case S::Typical:
        settings.typicalP = 1;
        break;
    case S::TopP:
        settings.topP = 1;
        break;
    case S::MinP:
        settings.minP = 0;
        break;
    case S::Xtc:
        settings.xtcProbability = 0;
        break;
    case S::Temperature:
        settings.temperature = 1;
        break;
    case S::Mirostat:
        settings.mirostat = false;
        break;
    case S::Greedy:
        if (settings.temperature == 0) {
            settings.temperature = usual().temperature;
        }
        break;
    }
    return settings;
}

GenerationSettings withStageOn(SamplingStage stage, GenerationSettings settings,
                               const GenerationSettings& remembered) {
    if (stage == S::Greedy) {
        settings.temperature = 0;
        settings.mirostat = false;
        return settings;
    }
    const bool known =
        isStageOn(stage, remembered) && !(stage == S::Temperature && remembered.temperature == 0);
    settings = withStageOf(stage, settings, known ? remembered : usual());
    if (stage == S::Mirostat && settings.temperature == 0) {
        settings.temperature = 1;
    }
    return settings;
}

QList<SamplingStage> stagesOf(const GenerationSettings& settings) {
    const QList<SamplingStage> usualOrder = stagesOf(StageOrder::LlamaCpp);
    QList<SamplingStage> stages;
    for (const QString& key : settings.stageOrder) {
        const std::optional<SamplingStage> stage = stageFromKey(key);
        if (stage && !chooses(*stage) && !stages.contains(*stage)) {
            stages.append(*stage);
        }
    }
    // A stage that is left out goes behind the one that usually stands before it.
    for (qsizetype index = 0; index < usualOrder.size(); ++index) {
        if (!stages.contains(usualOrder.at(index))) {
            const qsizetype before = index == 0 ? -1 : stages.indexOf(usualOrder.at(index - 1));
            stages.insert(before + 1, usualOrder.at(index));
        }
    }
    return stages;
}

GenerationSettings withEveryStage(GenerationSettings settings) {
    if (settings.stageOrder.isEmpty()) {
        return settings;
    }
    const QList<SamplingStage> stages = stagesOf(settings);
    const QStringList order = settings.stageOrder;
    const auto named = [&](SamplingStage stage) { return order.contains(stageKey(stage)); };
    const bool greedy = settings.temperature == 0 || named(S::Greedy);
    for (const SamplingStage stage : stages) {
        if (!named(stage)) {
            settings = withStageOff(stage, settings);
        }
    }
    if (greedy) {
        settings.temperature = 0;
    }
    return withStages(stages, settings);
}

GenerationSettings withStages(const QList<SamplingStage>& stages, GenerationSettings settings) {
    settings.stageOrder.clear();
    if (stages != stagesOf(StageOrder::LlamaCpp)) {
        for (const SamplingStage stage : stages) {
            settings.stageOrder.append(stageKey(stage));
        }
    }
    return settings;
}

QList<SamplingStage> stagesOf(StageOrder order) {
    if (order == StageOrder::HuggingFace) {
        return {S::LogitBias, S::Penalties, S::Dry,     S::Temperature, S::TopK,
                S::TopP,      S::MinP,      S::Typical, S::TopNSigma,   S::Xtc};
    }
    return {S::LogitBias, S::Penalties, S::Dry,  S::TopNSigma, S::TopK,
            S::Typical,   S::TopP,      S::MinP, S::Xtc,       S::Temperature};
}

std::optional<StageOrder> orderOf(const GenerationSettings& settings) {
    const QList<SamplingStage> stages = stagesOf(settings);
    for (const StageOrder order : kStageOrders) {
        if (stages == stagesOf(order)) {
            return order;
        }
    }
    return std::nullopt;
}

} // namespace phidelity
