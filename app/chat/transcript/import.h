// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include "chat/transcript/import_report.h"
#include "chat/transcript/transcript.h"

namespace phidelity {

/// What reading a file gave: all of it or a problem, never half of it.
struct Import {
    QList<Transcript> transcripts;
    ImportReport report;
    QString problem; ///< a sentence; empty = it was read
};

/// Reads conversations from what a file holds; what it is is seen from its content: our JSON,
/// ChatGPT's conversations.json, ShareGPT (an object, an array, or an object a line), Markdown.
/// Files come from anywhere: sizes are bounded (import_limits.h), depth is, and a syntax error
/// anywhere refuses the whole. Conversations without a message are left out and counted.
/// Any thread. Linear; holds some six times the size of the largest conversation beside the result.
[[nodiscard]] Import importTranscripts(const QByteArray& bytes);

/// The same for a file; the problem names it. At most kLargestImport bytes.
[[nodiscard]] Import importTranscriptFile(const QString& path);

} // namespace phidelity
