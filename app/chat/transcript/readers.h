// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonObject>

#include "chat/transcript/import_report.h"
#include "chat/transcript/transcript.h"

namespace phidelity {

// Readers of what other programs wrote. Each takes one conversation, assumes nothing of it, leaves
// out what has no place here and counts it in *report. False: there is no message in it. Linear.

/// Whether an object is a conversation of ChatGPT's export ("mapping").
[[nodiscard]] bool isChatGpt(const QJsonObject& object);
/// One element of ChatGPT's conversations.json: the whole tree, the shown branch as it was left.
/// Messages of the system, of tools and hidden ones are left out; what follows them moves up.
/// Loops are cut where they can't be reached from a first message.
[[nodiscard]] bool readChatGpt(const QJsonObject& object, Transcript* transcript,
                               ImportReport* report);

/// Whether an object is a ShareGPT conversation ("conversations": [{"from", "value"}]) or one in
/// the manner of chat interfaces ("messages": [{"role", "content"}]).
[[nodiscard]] bool isShareGpt(const QJsonObject& object);
[[nodiscard]] bool readShareGpt(const QJsonObject& object, Transcript* transcript,
                                ImportReport* report);

/// Markdown: our own export, with its branches, or a text with a heading or a bold name before
/// each message ("## User", "**Assistant:** ..."). What stands before the first one is left out,
/// but for a title.
[[nodiscard]] bool readMarkdown(const QString& text, Transcript* transcript, ImportReport* report);

} // namespace phidelity
