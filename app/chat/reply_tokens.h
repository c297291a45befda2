// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include "chat/generation_record.h"

namespace phidelity {

/// The tokens that a reply is made of, as its records tell. Plain value.
struct ReplyTokens {
    QList<quint32> prompt; ///< what the reply follows
    QList<quint32> tokens;
    QList<float> logprobs; ///< as many; NaN where not known
    /// As many, or fewer: empty where none were kept.
    QList<QList<RecordedAlternative>> alternatives;
};

/// Puts together what the records of one reply hold, in their order: what it was given to begin
/// with (GenerationRecord::given), what was written first, and what was written on from there. A
/// later record wins, since its prompt holds what stood before it. Empty where a record does not
/// go on from the ones before: then only the text is known. Linear.
[[nodiscard]] ReplyTokens replyTokens(const QList<GenerationRecord>& records);

/// Which piece of a text each token is.
struct TokenSpans {
    /// Where each token begins, in characters of the text; one more for the end of the last one.
    /// A token that begins in the middle of a character begins with it.
    QList<qsizetype> begins;
    [[nodiscard]] qsizetype count() const { return begins.isEmpty() ? 0 : begins.size() - 1; }
    /// The token in which a character of the text lies; -1 = in none.
    [[nodiscard]] qsizetype tokenAt(qsizetype offset) const;
};

/// How many bytes are left without the beginning of a character at the end that is not whole.
[[nodiscard]] qsizetype wholeCharacters(const QByteArray& utf8);

/// Lays tokens over a text that begins with the first of them. Tokens behind the end of the text
/// are left out, but one without bytes (the end of the text itself) that stands just there. Empty
/// where the tokens do not say what the text says. Linear.
[[nodiscard]] TokenSpans spansOf(const QList<QByteArray>& tokens, const QString& text);

} // namespace phidelity
