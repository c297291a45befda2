// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// Where code is to be completed.
struct CompletionPlace {
    QString before; ///< all text before the cursor
    QString after;  ///< all behind it
};

/// What of the text before the cursor goes to the model: as much as fits in `characters`, from the
/// beginning of a line, a definition if there is one near.
[[nodiscard]] QString completionPrompt(const CompletionPlace& place, qsizetype characters);

struct FittedCompletion {
    QString text;
    bool ended = false; ///< more of what the model writes would not change it
    bool joins = true;  ///< brackets close as they should with what stands behind the cursor
};
/// Cuts what the model has written so far to what may be offered: it ends before a line that is
/// indented less than the cursor's, before the next definition, before what stands behind the
/// cursor anyway, and after `kCompletionLines`. Phi has no tokens for filling in, so the text
/// behind the cursor is honoured only by this check: an approximation.
[[nodiscard]] FittedCompletion fitCompletion(const CompletionPlace& place, const QString& written);

constexpr int kCompletionLines = 12;

/// The first word of a completion with the space before it: what Ctrl+Right takes.
[[nodiscard]] QString firstWord(const QString& completion);

} // namespace phidelity
