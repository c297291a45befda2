// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "store/store_messages.h"

namespace phidelity {

/// The character at `*at`, which moves behind it; half a character counts as one.
[[nodiscard]] char32_t takeCharacter(const QString& text, qsizetype* at);

/// Text as it is compared in a search: no case, no accents ("Crème" = "creme"), compatible forms
/// alike ("ﬁ" = "fi"), every white space and NUL a space. Cost: about 100 MB/s, ASCII faster.
[[nodiscard]] QString folded(const QString& text);

/// The same, and for each QChar of it the place in `text` that it comes from, with text.size() at
/// the end.
[[nodiscard]] QString folded(const QString& text, QList<qsizetype>* origins);

/// Changes when folded() gives other results for the same text: the rules, and Qt's version of
/// Unicode. An index of another version is built again.
[[nodiscard]] QString foldingVersion();

/// What a user types to search: words, and "words in quotes" that stand together. Folded, without
/// those that are part of another.
[[nodiscard]] QList<QString> searchTerms(const QString& query);

/// Where the terms stand in a text, in its own QChars: sorted, without overlaps, `limit` at most.
/// Empty unless all of them occur.
[[nodiscard]] QList<TextMark> findTerms(const QString& text, const QList<QString>& terms,
                                        qsizetype limit);

} // namespace phidelity
