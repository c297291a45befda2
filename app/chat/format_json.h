// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>

#include "chat/prompt_format.h"

namespace phidelity {

/// Lossless: what a transcript, the store and a file of formats hold of a format that the user
/// made.
[[nodiscard]] QJsonObject toJson(const FormatRules& rules);
/// The same as bytes; equal rules give equal bytes, on every machine.
[[nodiscard]] QByteArray rulesBytes(const FormatRules& rules);
/// Nothing where a field is of a wrong type or too long, a word is not known, or the name is empty;
/// *problem (may be null) then says which, as a sentence. Missing texts are empty.
[[nodiscard]] std::optional<FormatRules> rulesFromJson(const QJsonObject& object, QString* problem);

/// Formats as a file to keep and to hand on; built-in and unknown ones are left out.
[[nodiscard]] QByteArray formatFile(const QList<PromptFormat>& formats);

/// What a file of formats holds. All of it or a problem, never half of it.
struct FormatFile {
    QList<PromptFormat> formats; ///< in their order, each once
    QString problem;             ///< a sentence; empty = it was read
};
/// Reads what formatFile() wrote, or a single format as it stands in a transcript, and assumes
/// nothing of it.
[[nodiscard]] FormatFile readFormatFile(const QByteArray& bytes);
/// The same for a file; the problem names it.
[[nodiscard]] FormatFile readFormatFileAt(const QString& path);

} // namespace phidelity
