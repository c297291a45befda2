// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonObject>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include "chat/generation_settings.h"

namespace phidelity {

/// Another token that could have come.
struct RecordedAlternative {
    quint32 id = 0;
    float logprob = 0;

    bool operator==(const RecordedAlternative&) const = default;
};

/// Steps of one kind that filled the KV cache one after the other: what a row comes to depends on
/// the rows of its step and on its place among them.
struct RecordedSteps {
    int times = 1;  ///< how many
    int rows = 1;   ///< tokens of each
    int kept = 1;   ///< of them those that are still there: the first ones
    int beside = 1; ///< sequences that took the step together, one row each where there are several
    int place = 0;  ///< of this one among them

    bool operator==(const RecordedSteps&) const = default;
};

/// What is needed to run a generation again and to prove that it came out the same, and what was
/// measured. Plain value; one for each request, so a reply that was continued has several.
struct GenerationRecord {
    // The model and what it ran on.
    QString modelName;
    QString modelSha256; ///< of the file (of the shards in their order); empty = not known
    QString modelTypes;  ///< "Q4_0"
    QString device;      ///< "cpu", "vulkan:0"
    QString deviceName;  ///< as shown, with driver, threads and vector extension
    QString build;       ///< version and commit of the program
    int threads = 0;     ///< of the CPU path; 0 = none

    // What was asked.
    GenerationSettings settings; ///< every stage in its order, and the seed that was used
    QStringList stops;
    QList<quint32> prompt; ///< token ids
    /// Of a reply that branched off from another: log-probabilities of the last tokens of `prompt`,
    /// which are its own beginning; NaN where not known. They stand in no record that can be found
    /// from this one: the alternative was never drawn, and what was typed has no record.
    QList<float> given;

    int alternativesAsked = 0; ///< kept per token at most; where logits are picked depends on it

    // Where it began, other than at 0 for a reply that continues another.
    qint64 randomPosition = 0; ///< tokens drawn before: draws depend on seed and position alone
    float mirostatBefore = 0;  ///< what mirostat had come to; 0 = not started
    float mirostatAfter = 0;   ///< and at the end

    // How it was computed: the steps that filled the KV cache with the prompt and with all tokens
    // but the last, from the first position on, those of earlier requests whose cache was used
    // again among them. A token beyond them was a step of its own.
    QList<RecordedSteps> chunks;

    // What came out.
    QList<quint32> tokens; ///< all that were drawn, the ones behind a stop rule's cut too
    QList<float> logprobs; ///< of the tokens, before the sampler's stages; as many as tokens
    QList<QList<RecordedAlternative>> alternatives; ///< empty, or as many as tokens
    QString reason; ///< why it ended: "end_of_text", "stop_string", "max_tokens", ...

    // Measured.
    int reusedTokens = 0; ///< of the prompt, already in the cache
    double promptMs = 0;
    double generateMs = 0;
    double firstTokenMs = 0;
    qint64 startedMs = 0; ///< since 1970, UTC

    bool operator==(const GenerationRecord&) const = default;
};

/// Lossless: logprobs come back bit for bit, and -inf and NaN too.
[[nodiscard]] QJsonObject toJson(const GenerationRecord& record);
/// Missing or unreadable fields keep their defaults; ids and counts out of range are left out.
[[nodiscard]] GenerationRecord recordFromJson(const QJsonObject& object);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::GenerationRecord)
