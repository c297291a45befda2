// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include "chat/message.h"

namespace phidelity {

/// A message of the model.
inline Message reply(const QString& text, MessageState state = MessageState::Complete) {
    Message message;
    message.speaker = Speaker::Model;
    message.author = QStringLiteral("Phi-2");
    message.text = text;
    message.state = state;
    return message;
}

} // namespace phidelity
