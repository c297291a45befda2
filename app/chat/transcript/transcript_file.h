// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace phidelity {

/// What a transcript can be written as.
enum class TranscriptFormat { Markdown, Html, Pdf, Odt, Text, Json, Notebook };
inline constexpr TranscriptFormat kTranscriptFormats[] = {
    TranscriptFormat::Markdown, TranscriptFormat::Html, TranscriptFormat::Pdf,
    TranscriptFormat::Odt,      TranscriptFormat::Text, TranscriptFormat::Json,
    TranscriptFormat::Notebook};

/// "md", "html", ...: on the command line and behind a file's name.
[[nodiscard]] QString suffixOf(TranscriptFormat format);
/// The format of a suffix; false in *ok where there is none.
[[nodiscard]] TranscriptFormat formatOfSuffix(const QString& suffix, bool* ok);
/// What the window shows: "Web page".
[[nodiscard]] QString titleOf(TranscriptFormat format);
/// One sentence on what it is good for.
[[nodiscard]] QString hintOf(TranscriptFormat format);
/// Whether it is text that a clipboard or a terminal can take.
[[nodiscard]] bool isText(TranscriptFormat format);

/// Whether it is laid out for a paper.
[[nodiscard]] bool hasPages(TranscriptFormat format);

/// Writes a file whole or not at all: what was there stays until the new one is on the disk.
/// Returns what failed as a sentence, empty for nothing.
[[nodiscard]] QString writeFile(const QString& path, const QByteArray& bytes);

} // namespace phidelity
