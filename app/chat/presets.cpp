// SPDX-License-Identifier: MIT
#include "chat/presets.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include "chat/sampling_chain.h"

namespace phidelity {

namespace {

const auto kFormat = QStringLiteral("phidelity-presets");
constexpr int kVersion = 1;
constexpr qsizetype kMostPresets = 1000;

QString quoted(const QString& name) {
    return QStringLiteral("\u201c%1\u201d").arg(name);
}

/// Where in the file a byte is, as editors count.
QString placeOf(const QByteArray& file, int offset) {
    const QByteArray before = file.left(offset);
    const qsizetype lineBegin = before.lastIndexOf('\n') + 1;
    return QStringLiteral("line %1, column %2")
        .arg(before.count('\n') + 1)
        .arg(QString::fromUtf8(before.mid(lineBegin)).size() + 1);
}

/// A name that looks like what it is.
QString readableName(const QString& wanted, qsizetype longest) {
    constexpr char16_t kJoiner = 0x200D; // of emoji
    QString name;
    for (const QChar c : wanted) {
        const QChar::Category category = c.category();
        const bool hidden = category == QChar::Other_Format && c != kJoiner;
        const bool control = category == QChar::Other_Control && !c.isSpace();
        if (!hidden && !control) {
            name.append(c);
        }
    }
    name = name.simplified().left(longest);
    if (!name.isEmpty() && name.back().isHighSurrogate()) {
        name.chop(1);
    }
    return name.trimmed();
}

void readPreset(const QJsonValue& value, qsizetype number, PresetsRead* read) {
    const QJsonObject object = value.toObject();
    const QString written = object.value(QStringLiteral("name")).toString();
    const QString name = readableName(written, written.size());
    if (name.isEmpty() || name.size() > kLongestPresetName) {
        read->problems.append(
            QStringLiteral("Preset %1: name: expected a text of 1 to %2 characters")
                .arg(number)
                .arg(kLongestPresetName));
        return;
    }
    const QJsonValue settings = object.value(QStringLiteral("settings"));
    if (!settings.isObject()) {
        read->problems.append(quoted(name) + QStringLiteral(": it has no settings"));
        return;
    }
    QStringList problems;
    const GenerationSettings taken = settingsFromJson(settings.toObject(), &problems);
    for (const QString& problem : problems) {
        read->problems.append(quoted(name) + QStringLiteral(": ") + problem);
    }
    if (problems.isEmpty()) {
        read->presets.append({freePresetName(name, read->presets), taken});
    }
}

} // namespace

GenerationSettings withPreset(Preset preset, GenerationSettings settings) {
    GenerationSettings balanced;
    balanced.logitBias = settings.logitBias;
    balanced.randomSeed = settings.randomSeed;
    balanced.seed = settings.seed;
    balanced.maxTokens = settings.maxTokens;
    balanced.extraStops = settings.extraStops;
    settings = balanced;
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
    case Preset::Code:
        settings.temperature = 0.2;
        break;
    case Preset::Maths:
        settings.temperature = 0.1;
        settings.topK = 20;
        settings.topP = 0.9;
        settings.minP = 0.1;
        break;
    }
    return settings;
}

GenerationSettings withPreset(const OwnPreset& preset, GenerationSettings settings) {
    GenerationSettings taken = preset.settings;
    taken.randomSeed = settings.randomSeed;
    taken.seed = settings.seed;
    return taken;
}

QString freePresetName(const QString& wanted, const QList<OwnPreset>& taken) {
    QSet<QString> names;
    for (const OwnPreset& preset : taken) {
        names.insert(preset.name);
    }
    QString free = readableName(wanted, kLongestPresetName);
    for (int number = 2; names.contains(free); ++number) {
        const QString behind = QStringLiteral(" (%1)").arg(number);
        free = readableName(wanted, kLongestPresetName - behind.size()) + behind;
    }
    return free;
}

QByteArray presetsToJson(const QList<OwnPreset>& presets) {
    QJsonArray array;
    for (const OwnPreset& preset : presets) {
        array.append(QJsonObject{{QStringLiteral("name"), preset.name},
                                 {QStringLiteral("settings"), toJson(preset.settings)}});
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("format"), kFormat},
                                     {QStringLiteral("version"), kVersion},
                                     {QStringLiteral("presets"), array}})
        .toJson();
}

PresetsRead presetsFromJson(const QByteArray& file) {
    PresetsRead read;
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file, &error);
    if (error.error != QJsonParseError::NoError) {
        read.refusal = QStringLiteral("It is not JSON: %1 in %2.")
                           .arg(error.errorString(), placeOf(file, error.offset));
        return read;
    }
    const QJsonObject object = document.object();
    if (object.value(QStringLiteral("format")).toString() != kFormat) {
        read.refusal = QStringLiteral("It is no file of presets: it should say \"format\": \"%1\".")
                           .arg(kFormat);
        return read;
    }
    const QJsonValue version = object.value(QStringLiteral("version"));
    if (version.toInt(0) < 1 || version.toInt(0) > kVersion) {
        read.refusal = QStringLiteral("It is of another version of Phidelity: expected version %1.")
                           .arg(kVersion);
        return read;
    }
    const QJsonValue presets = object.value(QStringLiteral("presets"));
    if (!presets.isArray()) {
        read.refusal = QStringLiteral("It holds no list of presets.");
        return read;
    }
    const QJsonArray array = presets.toArray();
    for (qsizetype index = 0; index < array.size(); ++index) {
        if (index == kMostPresets) {
            read.problems.append(
                QStringLiteral("Only the first %1 presets were read.").arg(kMostPresets));
            break;
        }
        readPreset(array.at(index), index + 1, &read);
    }
    return read;
}

} // namespace phidelity
