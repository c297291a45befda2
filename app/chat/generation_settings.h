// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonObject>
#include <QList>
#include <QPair>
#include <QString>
#include <QStringList>
#include <QtGlobal>

namespace phidelity {

/// Everything a user can set for a reply. Plain value. The names of stages are those of the command
/// line
/// ("top_k"); the engine turns it into a sampler chain.
struct GenerationSettings {
    QStringList stageOrder; ///< empty = the default order (temperature last)
    QList<QPair<quint32, float>> logitBias;
    double temperature = 0.7; ///< 0 = always the most likely token
    int topK = 40;            ///< 0 = off
    double topP = 0.95;       ///< 1 = off
    double minP = 0.05;       ///< 0 = off
    double typicalP = 1.0;    ///< 1 = off
    double topNSigma = 0.0;   ///< 0 = off
    double xtcProbability = 0.0;
    double xtcThreshold = 0.1;
    double repeatPenalty = 1.0;
    double frequencyPenalty = 0.0;
    double presencePenalty = 0.0;
    int penaltyWindow = 64;
    double dryMultiplier = 0.0;
    double dryBase = 1.75;
    int dryAllowedLength = 2;
    int dryWindow = -1; ///< tokens looked back; -1 = the whole context
    /// What no repetition reaches across; a token that contains one ends it.
    QStringList dryBreakers = {QStringLiteral("\n"), QStringLiteral(":"), QStringLiteral("\""),
                               QStringLiteral("*")};
    bool mirostat = false;
    double mirostatTau = 5.0;
    double mirostatEta = 0.1;
    bool randomSeed = true; ///< a new seed for each reply; the one used is reported
    quint64 seed = 1;
    int maxTokens = 512; ///< 0 = until the context is full
    QStringList extraStops;

    bool operator==(const GenerationSettings&) const = default;
};

/// Lossless, for settings files. 64-bit seeds are strings (JSON numbers lose bits above 2^53).
[[nodiscard]] QJsonObject toJson(const GenerationSettings& settings);
/// Missing or unreadable fields keep their defaults; values out of range are clamped. `problems`
/// receives a sentence for everything that was not taken as it stands, unknown fields too:
/// "top_p: expected 0 to 1, found 7".
[[nodiscard]] GenerationSettings settingsFromJson(const QJsonObject& object,
                                                  QStringList* problems = nullptr);

} // namespace phidelity
