// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QRandomGenerator>
#include <QString>

#include "chat/transcript/transcript.h"

namespace phidelity {

/// A conversation of four messages and another version of the last reply, as it could have been:
/// prose with code, a table and a formula, a reply that was stopped.
[[nodiscard]] Transcript smallTranscript();

/// A conversation in the code format: a signature and the body that the model wrote.
[[nodiscard]] Transcript codeTranscript();

/// A random tree of `messages` with random texts, states and records.
[[nodiscard]] Transcript randomTranscript(QRandomGenerator& random, int messages);

/// Texts that break careless writers: markup, controls, half surrogates, directions, ...
[[nodiscard]] QStringList hostileTexts();

/// A conversation with each of `texts` as a message, by turns of the user and the model.
[[nodiscard]] Transcript transcriptOf(const QStringList& texts);

} // namespace phidelity
