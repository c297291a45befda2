// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

#include "chat/prompt_format.h"

namespace phidelity {

/// Where a message stands. A user's message is always Complete.
enum class MessageState {
    Complete,
    Waiting,       ///< for the model to be loaded, or for another reply to end
    Writing,       ///< text is arriving (or the prompt is being read)
    Stopped,       ///< by the user
    LengthReached, ///< the token limit of the settings
    ContextFull,   ///< the model holds no more tokens
    TurnCut,       ///< the model began to invent the next turn, which is in `cut`
    Edited,        ///< a reply as the user has changed it
    Failed,        ///< by an error, told in `problem`
    Interrupted,   ///< by the device, told in `problem`; what was written is kept
};

/// One message as it is kept and shown. Plain value.
struct Message {
    Speaker speaker = Speaker::User;
    PromptFormat format; ///< the one it was written with
    QString text;        ///< byte for byte as typed or generated
    QString cut;         ///< what a stop rule took off the end
    MessageState state = MessageState::Complete;
    QString author;      ///< of a reply: the model's name
    QString problem;     ///< of a failed or interrupted reply: a sentence
    int version = 1;     ///< which of the messages that stand in its place, from 1
    int versions = 1;    ///< and how many there are
    bool unsent = false; ///< not sent to the model any more, to make room; filled in to be shown

    bool operator==(const Message&) const = default;
};

/// A reply that is being written or waits to be.
[[nodiscard]] inline bool isUnfinished(const Message& message) {
    return message.state == MessageState::Writing || message.state == MessageState::Waiting;
}
/// A reply that has ended, in whatever way; another version of it can be written.
[[nodiscard]] inline bool isEndedReply(const Message& message) {
    return message.speaker == Speaker::Model && !isUnfinished(message);
}
/// A reply that has text to go on from.
[[nodiscard]] inline bool canContinue(const Message& message) {
    return isEndedReply(message) && !message.text.isEmpty() &&
           message.state != MessageState::Failed;
}
/// Something was cut off that can be shown.
[[nodiscard]] inline bool hasCut(const Message& message) {
    return message.state == MessageState::TurnCut && !message.cut.trimmed().isEmpty();
}

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::Message)
