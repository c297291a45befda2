// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include "chat/transcript/transcript.h"
#include "chat/transcript/transcript_file.h"

class QPagedPaintDevice;

namespace phidelity {

// Writers that show messages as the window does: blocks, highlighted code, set mathematics.

/// A web page in one file: no script, nothing that is loaded (a content security policy says so),
/// colours that follow the reader's light or dark setting. XML as well as HTML. Any thread, no
/// QGuiApplication.
[[nodiscard]] QByteArray toHtml(const Transcript& transcript, const TranscriptOptions& options);

/// An OpenDocument text: headings, lists, tables, page numbers, formulas as formulas. Needs no
/// QGuiApplication.
[[nodiscard]] QByteArray toOdt(const Transcript& transcript, const TranscriptOptions& options);

/// A PDF with text that can be selected, page numbers and links. A4. Needs a QGuiApplication.
[[nodiscard]] QByteArray toPdf(const Transcript& transcript, const TranscriptOptions& options);

/// The same pages on a printer, or on whatever has pages; its own page layout. False where it
/// cannot be painted on. Needs a QGuiApplication.
[[nodiscard]] bool paintPages(const Transcript& transcript, const TranscriptOptions& options,
                              QPagedPaintDevice& device);

/// A transcript in any of the formats. Empty where pages cannot be painted. PDF needs a
/// QGuiApplication.
[[nodiscard]] QByteArray transcriptBytes(const Transcript& transcript,
                                         const TranscriptOptions& options, TranscriptFormat format);

} // namespace phidelity
