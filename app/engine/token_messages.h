// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include "engine/messages.h"
#include "engine/token_detail.h"

namespace phidelity {

// Requests that look at single tokens. Each is answered by its *Ended (NextRequest by NextArrived)
// or by EngineFailed with its id. They run on the engine thread, one after the other and after a
// reply that is being written; a new one cancels nothing, the sender sets `stop`.

// ---- Several continuations of one prompt
// -----------------------------------------------------------------------------------------

struct SampleWish {
    GenerationSettings settings;
    QStringList stops; ///< beside those of the settings
};

/// One continuation for each wish, written side by side over one shared prompt. Each comes out as
/// it would alone with its seed.
struct SamplesRequest {
    RequestId id = 0;
    QString prompt;              ///< exact text, as in GenerateRequest
    QList<quint32> promptTokens; ///< if there are any: in place of `prompt`
    QList<SampleWish> wishes;
    int alternatives = 0; ///< kept per token; details are sent if there are to be any
    SharedStop stop;      ///< of all of them
};

/// What one of them has written since the last of its messages; about 30 times a second at most.
struct SampleArrived {
    RequestId id = 0;
    int index = 0; ///< of its wish
    QString text;
    QList<TokenDetail> tokens; ///< new ones, where details were asked for
};

struct SamplesEnded {
    RequestId id = 0;
    QList<GenerationEnded> ends; ///< one for each wish, in their order
};

// ---- What the model thinks of a text
// -----------------------------------------------------------------------------------------

struct ScoreRequest {
    RequestId id = 0;
    QString text;
    QList<quint32> tokens; ///< if there are any: in place of `text`
    int from = 0;          ///< the first token that is answered; those before are context alone
    int alternatives = 20; ///< kept per token
    SharedStop stop;
};

/// Pieces come in order and without gaps.
struct ScoreArrived {
    RequestId id = 0;
    int from = 0; ///< index of the first of `tokens` in the text
    QList<TokenDetail> tokens;
    int total = 0; ///< tokens of the text
};

struct ScoreEnded {
    RequestId id = 0;
    int tokens = 0;        ///< that were answered
    bool complete = false; ///< else it was stopped
};

// ---- The next token
// -----------------------------------------------------------------------------------------

/// What the model says of the next token after this text, all of it.
struct NextRequest {
    RequestId id = 0;
    QString text;
    QList<quint32> tokens; ///< if there are any: in place of `text`
};

/// What tokens say; one for a model.
struct TokenTexts {
    QList<QByteArray> bytes; ///< by id; of a special token none
    QStringList labels;      ///< by id, printable
};

/// All that a sampler's chain is run on. Const once it is sent, so threads may share it.
struct NextTokenLogits {
    std::vector<float> logits; ///< as the model gave them; those past `texts` are padding
    std::vector<quint32> history;
    std::shared_ptr<const TokenTexts> texts;
};

/// To be given to NextDistribution (engine/next_distribution.h).
struct NextArrived {
    RequestId id = 0;
    std::shared_ptr<const NextTokenLogits> next;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::SamplesRequest)
Q_DECLARE_METATYPE(phidelity::SampleArrived)
Q_DECLARE_METATYPE(phidelity::SamplesEnded)
Q_DECLARE_METATYPE(phidelity::ScoreRequest)
Q_DECLARE_METATYPE(phidelity::ScoreArrived)
Q_DECLARE_METATYPE(phidelity::ScoreEnded)
Q_DECLARE_METATYPE(phidelity::NextRequest)
Q_DECLARE_METATYPE(phidelity::NextArrived)
