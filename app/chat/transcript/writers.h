// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include "chat/transcript/transcript.h"

namespace phidelity {

// Writers that need nothing but text; each gives the whole file, UTF-8. Linear in the transcript.

/// For reading anywhere: "[1] User", the text, an empty line. Markup stands there as it was
/// written; what is invisible is shown (readableText()).
[[nodiscard]] QByteArray toPlainText(const Transcript& transcript,
                                     const TranscriptOptions& options);

/// CommonMark with a heading a message ("## 1. User"). Tags and pictures are disarmed
/// (disarmMarkdown()), fences that a reply left open are closed. readMarkdown() brings messages
/// and branches back.
[[nodiscard]] QByteArray toMarkdown(const Transcript& transcript, const TranscriptOptions& options);

/// A Jupyter notebook (nbformat 4.5): Python of replies as code cells, the rest as Markdown. A
/// prompt in the code format and the code that the model wrote for it are one cell that runs.
/// Records, where they are asked for, are kept whole in the cells' metadata.
[[nodiscard]] QByteArray toNotebook(const Transcript& transcript, const TranscriptOptions& options);

/// What a message shows as text: without the blank that a format's replies begin with, line ends
/// as '\n', invisible characters made visible.
[[nodiscard]] QString transcriptText(const Message& message);

} // namespace phidelity
