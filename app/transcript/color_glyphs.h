// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <tuple>

#include <QImage>
#include <QPointF>
#include <QRawFont>
#include <QString>

class QPainter;
class QTextLine;

namespace phidelity {

/// Paints the glyphs of fonts in colour, which are pictures (emoji): Qt's PDF engine embeds
/// outlines only, so of such a font it shows nothing. The text below them stays, to be selected.
/// Keeps each picture, so that a document holds it once. Not for several threads.
class ColorGlyphs {
public:
    /// Whether it is worth looking for such glyphs; false for nearly all texts.
    [[nodiscard]] static bool mayBeIn(const QString& text);

    /// `corner`: where the line was drawn.
    void paint(QPainter& painter, const QTextLine& line, QPointF corner);

private:
    struct Picture {
        QImage image; ///< null: nothing to see
        QRectF place; ///< from the glyph's origin, in pixels of the font
    };
    using Key = std::tuple<QString, QString, qreal, quint32>; ///< font, style, size, glyph

    const Picture& pictureOf(const QRawFont& font, quint32 glyph);

    std::map<Key, Picture> m_pictures;
};

} // namespace phidelity
