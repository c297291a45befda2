// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

#include "chat/conversation.h"

namespace phidelity {

/// The turns that a plan leaves of a line, and what stands before them.
struct SentTurns {
    QString summary;
    QList<Turn> turns;
    QList<NodeId> nodes;   ///< the message of each turn, as far as it is one already
    QList<NodeId> dropped; ///< messages that are not sent, first to last
};

/// As Conversation::turnsTo(id), under a plan. A plan made on another branch does not count here:
/// where its first message is not on the line, everything is sent.
[[nodiscard]] SentTurns sentTurns(const Conversation& conversation, NodeId id,
                                  const ContextPlan& plan);

/// The exact text that goes to the model: the summary as lines of its own before the turns.
[[nodiscard]] QString buildPrompt(const PromptFormat& format, const SentTurns& sent);

/// How many of the oldest turns have to go so that the rest of a prompt leaves `room` tokens of the
/// context, and if it can be a quarter of the context, lest the next turn stands before the same
/// question. The rest begins with a turn of the user; the last one always stays. 0 = dropping does
/// not help. `tokenBytes`: the length of each token of the whole prompt. Cost: linear in what
/// stays.
[[nodiscard]] int turnsToDrop(const PromptFormat& format, const SentTurns& sent,
                              const QList<int>& tokenBytes, int context, int room);

/// What the user is asked when a prompt leaves too little room.
struct ContextQuestion {
    int promptTokens = 0;
    int context = 0;
    int wanted = 0;      ///< tokens of the reply
    int messages = 0;    ///< so many of the oldest would be dropped; 0 = that does not help
    QString droppedText; ///< theirs, and the summary of those that were dropped before
};

/// What the user answers.
enum class ContextAnswer { Stop, Drop, Summarise, Squeeze };
enum class ContextMemory { Once, Always };

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::ContextQuestion)
