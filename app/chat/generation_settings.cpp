// SPDX-License-Identifier: MIT
#include "chat/generation_settings.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QJsonArray>
#include <QJsonValue>

namespace phidelity {

namespace {

/// One field that is a number: its key, where it lives and the values that the sampler takes: a
/// narrower range would change the settings of a reply that was recorded.
struct RealField {
    const char* key;
    double GenerationSettings::*member;
    double lowest;
    double highest;
};
constexpr RealField kRealFields[] = {
    {"temperature", &GenerationSettings::temperature, 0, 100},
    {"top_p", &GenerationSettings::topP, 0, 1},
    {"min_p", &GenerationSettings::minP, 0, 1},
    {"typical_p", &GenerationSettings::typicalP, 0, 1},
    {"top_n_sigma", &GenerationSettings::topNSigma, 0, 1000},
    {"xtc_probability", &GenerationSettings::xtcProbability, 0, 1},
    {"xtc_threshold", &GenerationSettings::xtcThreshold, 0, 1},
    {"repeat_penalty", &GenerationSettings::repeatPenalty, 0.01, 100},
    {"frequency_penalty", &GenerationSettings::frequencyPenalty, -100, 100},
    {"presence_penalty", &GenerationSettings::presencePenalty, -100, 100},
    {"dry_multiplier", &GenerationSettings::dryMultiplier, 0, 1000},
    {"dry_base", &GenerationSettings::dryBase, 1, 1000},
    {"mirostat_tau", &GenerationSettings::mirostatTau, 0.01, 100},
    {"mirostat_eta", &GenerationSettings::mirostatEta, 0, 1},
};

struct WholeField {
    const char* key;
    int GenerationSettings::*member;
    int lowest;
    int highest;
};
constexpr WholeField kWholeFields[] = {
    {"top_k", &GenerationSettings::topK, 0, 1'000'000},
    {"penalty_window", &GenerationSettings::penaltyWindow, -1, 1'000'000},
    {"dry_allowed_length", &GenerationSettings::dryAllowedLength, 1, 1'000'000},
    {"dry_window", &GenerationSettings::dryWindow, -1, 1'000'000},
    {"max_tokens", &GenerationSettings::maxTokens, 0, 1'000'000},
};

QStringList stringsFromJson(const QJsonValue& value) {
    QStringList strings;
    const QJsonArray array = value.toArray();
    for (const QJsonValue& item : array) {
        if (item.isString() && !item.toString().isEmpty()) {
            strings.append(item.toString());
        }
    }
    return strings;
}

/// JSON has no infinity, and "never this token" is one.
QJsonValue biasToJson(float bias) {
    if (std::isinf(bias)) {
        return bias < 0 ? QStringLiteral("-inf") : QStringLiteral("inf");
    }
    return static_cast<double>(bias);
}

bool biasFromJson(const QJsonValue& value, float* bias) {
    if (value.isDouble()) {
        *bias = static_cast<float>(value.toDouble());
        return true;
    }
    if (value.toString() == QLatin1String("-inf")) {
        *bias = -std::numeric_limits<float>::infinity();
        return true;
    }
    return false;
}

} // namespace

QJsonObject toJson(const GenerationSettings& settings) {
    QJsonObject object;
    for (const RealField& field : kRealFields) {
        object.insert(QLatin1String(field.key), settings.*field.member);
    }
    for (const WholeField& field : kWholeFields) {
        object.insert(QLatin1String(field.key), settings.*field.member);
    }
    object.insert(QStringLiteral("mirostat"), settings.mirostat);
    object.insert(QStringLiteral("random_seed"), settings.randomSeed);
    object.insert(QStringLiteral("seed"), QString::number(settings.seed));
    object.insert(QStringLiteral("stage_order"), QJsonArray::fromStringList(settings.stageOrder));
    object.insert(QStringLiteral("extra_stops"), QJsonArray::fromStringList(settings.extraStops));
    QJsonArray biases;
    for (const auto& [token, bias] : settings.logitBias) {
        biases.append(QJsonArray{static_cast<qint64>(token), biasToJson(bias)});
    }
    object.insert(QStringLiteral("logit_bias"), biases);
    return object;
}

GenerationSettings settingsFromJson(const QJsonObject& object) {
    GenerationSettings settings;
    for (const RealField& field : kRealFields) {
        const QJsonValue value = object.value(QLatin1String(field.key));
        if (value.isDouble()) {
            settings.*field.member = std::clamp(value.toDouble(), field.lowest, field.highest);
        }
    }
    for (const WholeField& field : kWholeFields) {
        const QJsonValue value = object.value(QLatin1String(field.key));
        if (value.isDouble()) {
            settings.*field.member =
                static_cast<int>(std::clamp(value.toDouble(), static_cast<double>(field.lowest),
                                            static_cast<double>(field.highest)));
        }
    }
    settings.mirostat = object.value(QStringLiteral("mirostat")).toBool(settings.mirostat);
    settings.randomSeed = object.value(QStringLiteral("random_seed")).toBool(settings.randomSeed);
    bool seedOk = false;
    const quint64 seed = object.value(QStringLiteral("seed")).toString().toULongLong(&seedOk);
    if (seedOk) {
        settings.seed = seed;
    }
    settings.stageOrder = stringsFromJson(object.value(QStringLiteral("stage_order")));
    settings.extraStops = stringsFromJson(object.value(QStringLiteral("extra_stops")));
    const QJsonArray biases = object.value(QStringLiteral("logit_bias")).toArray();
    for (const QJsonValue& item : biases) {
        const QJsonArray pair = item.toArray();
        const qint64 token = pair.at(0).toInteger(-1);
        float bias = 0;
        if (pair.size() == 2 && token >= 0 && token <= std::numeric_limits<quint32>::max() &&
            biasFromJson(pair.at(1), &bias)) {
            settings.logitBias.append({static_cast<quint32>(token), bias});
        }
    }
    return settings;
}

} // namespace phidelity
