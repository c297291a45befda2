// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <stop_token>

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

/// Looks on while pages are painted. What it holds is called on the thread that paints.
struct PageWatch {
    std::function<void(int percent)> progress; ///< once for each percent; may be empty
    std::stop_token stop;                      ///< ends it after the message at hand
};

/// A PDF with text that can be selected, page numbers and links. Empty where it cannot be painted
/// or was stopped. Any thread; needs a QGuiApplication.
[[nodiscard]] QByteArray toPdf(const Transcript& transcript, const TranscriptOptions& options,
                               const PageWatch& watch = {});

enum class Painted { All, Stopped, Failed };

/// The same pages on a printer, or on whatever has pages; its own page layout. Laid out twice, the
/// first time to count the pages. Any thread, the only one that uses the device meanwhile; needs a
/// QGuiApplication.
[[nodiscard]] Painted paintPages(const Transcript& transcript, const TranscriptOptions& options,
                                 QPagedPaintDevice& device, const PageWatch& watch = {});

/// A transcript in any of the formats. Empty where pages cannot be painted or were stopped. PDF
/// needs a QGuiApplication.
[[nodiscard]] QByteArray transcriptBytes(const Transcript& transcript,
                                         const TranscriptOptions& options, TranscriptFormat format,
                                         const PageWatch& watch = {});

} // namespace phidelity
