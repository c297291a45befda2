// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QJsonObject>
#include <QString>

#include "chat/generation_settings.h"

namespace phidelity {

/// Names a message within its conversation; given in order from 1 and never again. 0 = none: the
/// place before the first message.
using NodeId = quint32;

/// What the user wants where a prompt leaves too little room for the reply.
enum class ContextHabit {
    Ask,     ///< to be asked
    Drop,    ///< the oldest turns are not sent
    Squeeze, ///< the reply is as short as the room that is left
};

/// What of a conversation is sent once it has grown longer than the model can hold. Nothing of the
/// conversation itself is taken away. Plain value.
struct ContextPlan {
    NodeId firstSent = 0; ///< what stands before it is not sent; 0 = everything is
    QString summary;      ///< written by the user, sent in place of that; may be empty
    ContextHabit habit = ContextHabit::Ask;

    bool operator==(const ContextPlan&) const = default;
};

/// What a conversation goes on with, besides its messages: it comes back when the conversation is
/// opened, and goes along into branches and exports. Plain value.
struct ConversationSetup {
    std::optional<GenerationSettings> settings; ///< none were ever chosen in it
    ContextPlan plan;

    bool operator==(const ConversationSetup&) const = default;
};

/// Lossless; what cannot be read of a plan is a plan that sends everything.
[[nodiscard]] QJsonObject toJson(const ContextPlan& plan);
[[nodiscard]] ContextPlan planFromJson(const QJsonObject& object);

/// As the store keeps it: the fields of the settings, and the plan beside them. A setup that says
/// nothing is an empty object, and that is what it is read from.
[[nodiscard]] QJsonObject toJson(const ConversationSetup& setup);
[[nodiscard]] ConversationSetup setupFromJson(const QJsonObject& object);

} // namespace phidelity
