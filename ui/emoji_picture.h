// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QFont>
#include <QList>
#include <QPixmap>
#include <QString>
#include <QStringView>

#include "chat/markdown/text_block.h"

namespace phidelity {

/// Where emoji stand in a text, each with all that belongs to it (skin tones, joined persons, the
/// two letters of a flag), in their order. Fast where there are none. Linear.
[[nodiscard]] QList<TextBlock::Cell> emojiIn(QStringView text);

/// An emoji as a picture. Qt takes the picture of a coloured glyph out of its font anew each time
/// that it is painted, some 70 µs, and lays joined ones out by several fonts.
struct EmojiPicture {
    QPixmap pixmap;     ///< with room around
    QPointF offset;     ///< of its top left from the left end of the baseline
    double advance = 0; ///< to what follows
};
/// From a cache of some thousands; `ratio`: pixels of the device a pixel. GUI thread.
[[nodiscard]] const EmojiPicture& emojiPicture(const QString& emoji, const QFont& font,
                                               const QColor& color, double ratio);
/// The advance alone. GUI thread.
[[nodiscard]] double emojiAdvance(const QString& emoji, const QFont& font);

} // namespace phidelity
