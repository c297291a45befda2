// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QStringList>

#include "chat/markdown/text_block.h"

namespace phidelity {

/// The words of a search as the user typed it: parted by white space, "a phrase" as one.
[[nodiscard]] QStringList searchWords(const QString& typed);
/// Where they stand in a text, in order, without regard to case; hits do not overlap.
[[nodiscard]] QList<TextBlock::Cell> findHits(const QString& text, const QStringList& words);

} // namespace phidelity
