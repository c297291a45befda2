// SPDX-License-Identifier: MIT
#include "chat/generation_record.h"

#include <cmath>
#include <limits>
#include <utility>

#include <QJsonArray>
#include <QJsonValue>

namespace phidelity {

namespace {

struct TextField {
    const char* key;
    QString GenerationRecord::*member;
};
constexpr TextField kTextFields[] = {
    {"model_name", &GenerationRecord::modelName},
    {"model_sha256", &GenerationRecord::modelSha256},
    {"model_types", &GenerationRecord::modelTypes},
    {"device", &GenerationRecord::device},
    {"device_name", &GenerationRecord::deviceName},
    {"build", &GenerationRecord::build},
    {"reason", &GenerationRecord::reason},
};

struct TimeField {
    const char* key;
    double GenerationRecord::*member;
};
constexpr TimeField kTimeFields[] = {
    {"prompt_ms", &GenerationRecord::promptMs},
    {"generate_ms", &GenerationRecord::generateMs},
    {"first_token_ms", &GenerationRecord::firstTokenMs},
};

/// JSON has no number for infinities and NaN, and Qt reads its -0 as 0.
QJsonValue realToJson(float value) {
    if (std::isnan(value)) {
        return QStringLiteral("nan");
    }
    if (std::isinf(value)) {
        return value < 0 ? QStringLiteral("-inf") : QStringLiteral("inf");
    }
    if (value == 0 && std::signbit(value)) {
        return QStringLiteral("-0");
    }
    return static_cast<double>(value);
}

float realFromJson(const QJsonValue& value) {
    if (value.isDouble()) {
        return static_cast<float>(value.toDouble());
    }
    const QString text = value.toString();
    if (text == QLatin1String("-inf")) {
        return -std::numeric_limits<float>::infinity();
    }
    if (text == QLatin1String("inf")) {
        return std::numeric_limits<float>::infinity();
    }
    if (text == QLatin1String("-0")) {
        return -0.0F;
    }
    return std::numeric_limits<float>::quiet_NaN();
}

/// False where it is no whole number from 0 to `highest`.
template <class Number>
bool readWhole(const QJsonValue& value, double highest, Number* number) {
    const double real = value.toDouble(-1);
    if (!(real >= 0 && real <= highest) || real != std::floor(real)) {
        return false;
    }
    *number = static_cast<Number>(real);
    return true;
}

constexpr double kHighestId = std::numeric_limits<quint32>::max();
constexpr double kHighestCount = std::numeric_limits<int>::max();

QJsonArray idsToJson(const QList<quint32>& ids) {
    QJsonArray array;
    for (const quint32 id : ids) {
        array.append(static_cast<qint64>(id));
    }
    return array;
}

QList<quint32> idsFromJson(const QJsonValue& value) {
    QList<quint32> ids;
    const QJsonArray array = value.toArray();
    ids.reserve(array.size());
    for (const QJsonValue item : array) {
        quint32 id = 0;
        if (readWhole(item, kHighestId, &id)) {
            ids.append(id);
        }
    }
    return ids;
}

QJsonArray realsToJson(const QList<float>& values) {
    QJsonArray array;
    for (const float value : values) {
        array.append(realToJson(value));
    }
    return array;
}

QList<float> realsFromJson(const QJsonValue& value) {
    QList<float> values;
    const QJsonArray array = value.toArray();
    values.reserve(array.size());
    for (const QJsonValue item : array) {
        values.append(realFromJson(item));
    }
    return values;
}

/// Only what is not as in a single step of whole rows.
QJsonObject stepsToJson(const RecordedSteps& steps) {
    QJsonObject object{{QLatin1String("rows"), steps.rows}};
    if (steps.kept != steps.rows) {
        object.insert(QLatin1String("kept"), steps.kept);
    }
    if (steps.times != 1) {
        object.insert(QLatin1String("times"), steps.times);
    }
    if (steps.beside != 1) {
        object.insert(QLatin1String("beside"), steps.beside);
        object.insert(QLatin1String("place"), steps.place);
    }
    return object;
}

QList<RecordedSteps> stepsFromJson(const QJsonValue& value) {
    QList<RecordedSteps> all;
    const QJsonArray array = value.toArray();
    for (const QJsonValue item : array) {
        const QJsonObject object = item.toObject();
        RecordedSteps steps;
        if (!readWhole(object.value(QLatin1String("rows")), kHighestCount, &steps.rows)) {
            continue;
        }
        steps.kept = steps.rows;
        readWhole(object.value(QLatin1String("kept")), kHighestCount, &steps.kept);
        readWhole(object.value(QLatin1String("times")), kHighestCount, &steps.times);
        readWhole(object.value(QLatin1String("beside")), kHighestCount, &steps.beside);
        readWhole(object.value(QLatin1String("place")), kHighestCount, &steps.place);
        all.append(steps);
    }
    return all;
}

QJsonArray alternativesToJson(const GenerationRecord& record) {
    QJsonArray all;
    for (const QList<RecordedAlternative>& ofToken : record.alternatives) {
        QJsonArray list;
        for (const RecordedAlternative& one : ofToken) {
            list.append(QJsonArray{static_cast<qint64>(one.id), realToJson(one.logprob)});
        }
        all.append(list);
    }
    return all;
}

QList<QList<RecordedAlternative>> alternativesFromJson(const QJsonValue& value) {
    QList<QList<RecordedAlternative>> all;
    const QJsonArray outer = value.toArray();
    for (const QJsonValue list : outer) {
        QList<RecordedAlternative> ofToken;
        const QJsonArray inner = list.toArray();
        for (const QJsonValue item : inner) {
            const QJsonArray pair = item.toArray();
            RecordedAlternative one;
            if (readWhole(pair.at(0), kHighestId, &one.id)) {
                one.logprob = realFromJson(pair.at(1));
                ofToken.append(one);
            }
        }
        all.append(ofToken);
    }
    return all;
}

} // namespace

QJsonObject toJson(const GenerationRecord& record) {
    QJsonObject object;
    for (const TextField& field : kTextFields) {
        object.insert(QLatin1String(field.key), record.*field.member);
    }
    for (const TimeField& field : kTimeFields) {
        object.insert(QLatin1String(field.key), record.*field.member);
    }
    object.insert(QLatin1String("threads"), record.threads);
    object.insert(QLatin1String("settings"), toJson(record.settings));
    object.insert(QLatin1String("stops"), QJsonArray::fromStringList(record.stops));
    object.insert(QLatin1String("prompt"), idsToJson(record.prompt));
    QJsonArray chunks;
    for (const RecordedSteps& steps : record.chunks) {
        chunks.append(stepsToJson(steps));
    }
    object.insert(QLatin1String("chunks"), chunks);
    object.insert(QLatin1String("tokens"), idsToJson(record.tokens));
    object.insert(QLatin1String("logprobs"), realsToJson(record.logprobs));
    if (!record.given.isEmpty()) {
        object.insert(QLatin1String("given"), realsToJson(record.given));
    }
    if (!record.alternatives.isEmpty()) {
        object.insert(QLatin1String("alternatives"), alternativesToJson(record));
    }
    object.insert(QLatin1String("alternatives_asked"), record.alternativesAsked);
    object.insert(QLatin1String("random_position"), record.randomPosition);
    object.insert(QLatin1String("mirostat_before"), realToJson(record.mirostatBefore));
    object.insert(QLatin1String("mirostat_after"), realToJson(record.mirostatAfter));
    object.insert(QLatin1String("reused_tokens"), record.reusedTokens);
    object.insert(QLatin1String("started_ms"), record.startedMs);
    return object;
}

GenerationRecord recordFromJson(const QJsonObject& object) {
    GenerationRecord record;
    for (const TextField& field : kTextFields) {
        record.*field.member = object.value(QLatin1String(field.key)).toString();
    }
    for (const TimeField& field : kTimeFields) {
        record.*field.member = object.value(QLatin1String(field.key)).toDouble();
    }
    readWhole(object.value(QLatin1String("threads")), kHighestCount, &record.threads);
    record.settings = settingsFromJson(object.value(QLatin1String("settings")).toObject());
    const QJsonArray stops = object.value(QLatin1String("stops")).toArray();
    for (const QJsonValue stop : stops) {
        if (!stop.toString().isEmpty()) {
            record.stops.append(stop.toString());
        }
    }
    record.prompt = idsFromJson(object.value(QLatin1String("prompt")));
    record.chunks = stepsFromJson(object.value(QLatin1String("chunks")));
    record.tokens = idsFromJson(object.value(QLatin1String("tokens")));
    record.logprobs = realsFromJson(object.value(QLatin1String("logprobs")));
    record.given = realsFromJson(object.value(QLatin1String("given")));
    if (record.given.size() > record.prompt.size()) {
        record.given.clear();
    }
    record.alternatives = alternativesFromJson(object.value(QLatin1String("alternatives")));
    readWhole(object.value(QLatin1String("reused_tokens")), kHighestCount, &record.reusedTokens);
    constexpr double kHighest = 9e15; // whole numbers up to here are exact in a double
    readWhole(object.value(QLatin1String("started_ms")), kHighest, &record.startedMs);
    readWhole(object.value(QLatin1String("random_position")), kHighest, &record.randomPosition);
    readWhole(object.value(QLatin1String("alternatives_asked")), kHighestCount,
              &record.alternativesAsked);
    for (const auto& [key, member] :
         {std::pair("mirostat_before", &GenerationRecord::mirostatBefore),
          std::pair("mirostat_after", &GenerationRecord::mirostatAfter)}) {
        if (const QJsonValue value = object.value(QLatin1String(key)); !value.isUndefined()) {
            record.*member = realFromJson(value);
        }
    }
    return record;
}

} // namespace phidelity
