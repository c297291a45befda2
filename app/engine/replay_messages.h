// SPDX-License-Identifier: MIT
#pragma once

#include <QMetaType>
#include <QString>

#include "chat/generation_record.h"
#include "engine/messages.h"

namespace phidelity {

/// To the engine: run a recorded reply again, with the model that is open, and say whether it comes
/// out the same.
struct ReplayRequest {
    RequestId id = 0;
    QList<GenerationRecord> parts; ///< in order; several of a reply that was continued
    SharedStop stop;
};

struct ReplayProgress {
    RequestId id = 0;
    int done = 0;  ///< tokens of prompt and reply
    int total = 0; ///< 0: the model's file is being read to know it by its hash
};

enum class ReplayVerdict {
    Identical, ///< every token, probability and alternative, to the bit
    Differs,
    Refused, ///< nothing was run
    Partly,  ///< identical as far as it was run, some parts were refused
    Stopped,
    Failed, ///< by an error
};

/// A token at the place that differs.
struct ReplayCandidate {
    quint32 id = 0;
    QString text; ///< printable label
    float logprob = 0;
};

/// Answers a ReplayRequest, always. Of a reply in parts it tells all together, and what differs of
/// the first part that does.
struct ReplayEnded {
    RequestId id = 0;
    ReplayVerdict verdict = ReplayVerdict::Failed;
    QString sentence; ///< what came out, for a reader
    QString
        caution;   ///< why a difference would be no surprise: another device or build; may be empty
    int same = 0;  ///< tokens that came out the same
    int total = 0; ///< tokens of the reply

    // Where it differs.
    /// Index of the first token that is another; where none is, of the first that has another
    /// probability or other alternatives.
    int firstDifference = -1;
    ReplayCandidate expected; ///< as recorded
    ReplayCandidate found;    ///< as it came now; the same token where only a probability differs
    double logitGap = 0;      ///< logit of the found token minus that of the expected one
};

/// The hash of a reply's model, where it was not known yet when the reply ended: to be filled in
/// as GenerationRecord::modelSha256 of that reply.
struct ReplyModelHashed {
    RequestId id = 0; ///< of the GenerateRequest
    QString modelSha256;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::ReplayRequest)
Q_DECLARE_METATYPE(phidelity::ReplayProgress)
Q_DECLARE_METATYPE(phidelity::ReplayEnded)
Q_DECLARE_METATYPE(phidelity::ReplyModelHashed)
