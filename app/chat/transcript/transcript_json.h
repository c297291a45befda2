// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonObject>

#include "chat/transcript/import_report.h"
#include "chat/transcript/transcript.h"

namespace phidelity {

/// "format" of our JSON files and the version of their schema (transcript.schema.json).
inline constexpr const char* kTranscriptFormatName = "phidelity-transcript";
inline constexpr int kTranscriptVersion = 2;

/// A transcript as JSON, one message a line: lossless where `options` ask for all parts, lone
/// surrogates and NULs included. Draft, folder and pin belong to the tree, the place in the window
/// to none. A reply that is still being written is written as stopped. The same value gives the
/// same bytes.
[[nodiscard]] QByteArray toTranscriptJson(const Transcript& transcript,
                                          const TranscriptOptions& options);

/// The records of a reply as they stand in the JSON, no more of them than `parts`.
[[nodiscard]] QJsonArray recordsJson(const QList<GenerationRecord>& records, TranscriptParts parts);

/// Whether an object says that it is one of ours, of whatever version.
[[nodiscard]] bool isTranscriptJson(const QJsonObject& object);

/// Reads what toTranscriptJson() wrote, and assumes nothing of it: messages without a place, with
/// an id that is taken or huge, or of a wrong type are left out and counted in *report. False: the
/// object as a whole is of no use, told in *problem as a sentence.
[[nodiscard]] bool readTranscriptJson(const QJsonObject& object, Transcript* transcript,
                                      ImportReport* report, QString* problem);

} // namespace phidelity
