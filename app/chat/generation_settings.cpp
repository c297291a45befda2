// SPDX-License-Identifier: MIT
#include "chat/generation_settings.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>
#include <QSet>

#include "chat/sampling_chain.h"

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

/// Between 0 (always the most likely) and this, logits would leave the range of numbers.
constexpr double kLeastTemperature = 0.001;

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

/// Reads fields and tells what it did not take as it stands.
class Reader {
public:
    Reader(const QJsonObject& object, QStringList* problems)
        : m_object(object), m_problems(problems) {}

    /// Of a field; undefined where it is missing or of another type, which is told.
    QJsonValue value(const QString& key, QJsonValue::Type type, const QString& expected) {
        m_known.insert(key);
        const QJsonValue value = m_object.value(key);
        if (value.isUndefined() || value.type() == type) {
            return value;
        }
        report(key, expected);
        return QJsonValue::Undefined;
    }

    void report(const QString& key, const QString& expected) {
        if (m_problems) {
            m_problems->append(QStringLiteral("%1: expected %2, found %3")
                                   .arg(key, expected, shown(m_object.value(key))));
        }
    }

    void reportUnknown() {
        const QStringList keys = m_object.keys();
        for (const QString& key : keys) {
            if (m_problems && !m_known.contains(key)) {
                m_problems->append(QStringLiteral("%1: no such setting").arg(key.left(kShown)));
            }
        }
    }

    template <class Number>
    void number(const char* name, Number lowest, Number highest, Number* target) {
        const QString key = QLatin1String(name);
        const QString expected = QStringLiteral("%1 to %2").arg(lowest).arg(highest);
        const QJsonValue found = value(key, QJsonValue::Double, expected);
        if (found.isUndefined()) {
            return;
        }
        const double exact =
            std::clamp(found.toDouble(), static_cast<double>(lowest), static_cast<double>(highest));
        *target = static_cast<Number>(exact);
        if (exact != found.toDouble()) {
            report(key, expected);
        } else if (static_cast<double>(*target) != exact) {
            report(key, QStringLiteral("a whole number"));
        }
    }

    void flag(const QString& key, bool* target) {
        const QJsonValue found = value(key, QJsonValue::Bool, QStringLiteral("true or false"));
        *target = found.toBool(*target);
    }

    /// Texts that are not empty.
    void texts(const QString& key, QStringList* target) {
        const QString expected = QStringLiteral("a list of texts");
        const QJsonValue found = value(key, QJsonValue::Array, expected);
        if (found.isUndefined()) {
            return;
        }
        target->clear();
        const QJsonArray array = found.toArray();
        for (const QJsonValue item : array) {
            if (item.isString() && !item.toString().isEmpty()) {
                target->append(item.toString());
            } else {
                report(key, expected);
            }
        }
    }

private:
    static constexpr qsizetype kShown = 60;

    /// A value as JSON, cut where it is long.
    static QString shown(const QJsonValue& value) {
        const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
        const QString text = QString::fromUtf8(array.mid(1, array.size() - 2));
        return text.size() > kShown ? text.left(kShown) + QChar(0x2026) : text;
    }

    const QJsonObject& m_object;
    QStringList* m_problems;
    QSet<QString> m_known;
};

/// An order with a stage that nobody knows, or one twice, is none.
bool isOrder(const QStringList& keys) {
    for (const QString& key : keys) {
        if (!stageFromKey(key) || keys.count(key) > 1) {
            return false;
        }
    }
    return true;
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
        return std::isfinite(*bias);
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
    object.insert(QStringLiteral("dry_breakers"), QJsonArray::fromStringList(settings.dryBreakers));
    QJsonArray biases;
    for (const auto& [token, bias] : settings.logitBias) {
        biases.append(QJsonArray{static_cast<qint64>(token), biasToJson(bias)});
    }
    object.insert(QStringLiteral("logit_bias"), biases);
    return object;
}

GenerationSettings settingsFromJson(const QJsonObject& object, QStringList* problems) {
    GenerationSettings settings;
    Reader reader(object, problems);
    for (const RealField& field : kRealFields) {
        reader.number(field.key, field.lowest, field.highest, &(settings.*field.member));
    }
    if (settings.temperature > 0 && settings.temperature < kLeastTemperature) {
        reader.report(QStringLiteral("temperature"), QStringLiteral("0 or 0.001 to 100"));
        settings.temperature = kLeastTemperature;
    }
    for (const WholeField& field : kWholeFields) {
        reader.number(field.key, field.lowest, field.highest, &(settings.*field.member));
    }
    reader.flag(QStringLiteral("mirostat"), &settings.mirostat);
    reader.flag(QStringLiteral("random_seed"), &settings.randomSeed);
    const QString seedKey = QStringLiteral("seed");
    const QString seedExpected = QStringLiteral("a whole number as text");
    const QJsonValue seedFound = reader.value(seedKey, QJsonValue::String, seedExpected);
    if (!seedFound.isUndefined()) {
        bool ok = false;
        const quint64 seed = seedFound.toString().toULongLong(&ok);
        settings.seed = ok ? seed : settings.seed;
        if (!ok) {
            reader.report(seedKey, seedExpected);
        }
    }
    const QString orderKey = QStringLiteral("stage_order");
    reader.texts(orderKey, &settings.stageOrder);
    if (!isOrder(settings.stageOrder)) {
        reader.report(orderKey, QStringLiteral("known stages, each once"));
        settings.stageOrder.clear();
    }
    reader.texts(QStringLiteral("extra_stops"), &settings.extraStops);
    reader.texts(QStringLiteral("dry_breakers"), &settings.dryBreakers);
    const QString biasKey = QStringLiteral("logit_bias");
    const QString biasExpected = QStringLiteral("a list of [token, number or \"-inf\"]");
    const QJsonArray biases = reader.value(biasKey, QJsonValue::Array, biasExpected).toArray();
    for (const QJsonValue item : biases) {
        const QJsonArray pair = item.toArray();
        const qint64 token = pair.at(0).toInteger(-1);
        float bias = 0;
        if (pair.size() == 2 && token >= 0 && token <= std::numeric_limits<quint32>::max() &&
            biasFromJson(pair.at(1), &bias)) {
            settings.logitBias.append({static_cast<quint32>(token), bias});
        } else {
            reader.report(biasKey, biasExpected);
        }
    }
    reader.reportUnknown();
    return settings;
}

} // namespace phidelity
