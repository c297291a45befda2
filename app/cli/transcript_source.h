// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

#include <QString>

#include "chat/transcript/import.h"
#include "inference/result.h"

namespace phidelity {

/// A failure that has its own sentence: exit code 1.
struct TranscriptFailure : std::runtime_error {
    explicit TranscriptFailure(const QString& sentence)
        : std::runtime_error(sentence.toStdString()) {}
};

/// The conversations of a file, or of standard input for "-". Throws TranscriptFailure.
[[nodiscard]] Import readTranscripts(const std::string& path);

/// Writes a file whole or not at all. Throws TranscriptFailure.
void writeWhole(const QString& path, const QByteArray& bytes);

} // namespace phidelity
