// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QMetaType>

#include "chat/conversation.h"

namespace phidelity {

/// A version of a reply that is to begin with exact tokens and to be written on from there. Plain
/// value.
struct ReplyBranch {
    NodeId node = 0;       ///< the reply that it stands beside
    QList<quint32> tokens; ///< all that the model reads: the prompt and the beginning
    QList<float> given;    ///< log-probabilities of the beginning: the last ones of `tokens`
    QByteArray bytes;      ///< what the beginning says; may end in the middle of a character
};

/// What the inspector can do about a text that has not been scored.
enum class ScoreOffer {
    None,
    Score, ///< let the model read it
    Stop,  ///< it is being read
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::ReplyBranch)
Q_DECLARE_METATYPE(phidelity::ScoreOffer)
