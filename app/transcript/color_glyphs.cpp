// SPDX-License-Identifier: MIT
#include "app/transcript/color_glyphs.h"

#include <algorithm>
#include <cmath>

#include <QGlyphRun>
#include <QPainter>
#include <QTextLayout>

namespace phidelity {

namespace {

bool isInColor(const QRawFont& font) {
    for (const char* table : {"CBDT", "COLR", "sbix", "SVG "}) {
        if (!font.fontTable(table).isEmpty()) {
            return true;
        }
    }
    return false;
}

} // namespace

bool ColorGlyphs::mayBeIn(const QString& text) {
    return std::any_of(text.begin(), text.end(), [](QChar c) {
        constexpr char16_t kFirst = 0x203C;      // the first sign that is an emoji by itself
        constexpr char16_t kEmojiStyle = 0xFE0F; // makes one of what stands before
        constexpr char16_t kCjk = 0x3300;
        return c.isHighSurrogate() || c == QChar(kEmojiStyle) ||
               (c >= QChar(kFirst) && c < QChar(kCjk));
    });
}

void ColorGlyphs::paint(QPainter& painter, const QTextLine& line, QPointF corner) {
    painter.setRenderHint(QPainter::LosslessImageRendering);
    const QList<QGlyphRun> runs = line.glyphRuns();
    for (const QGlyphRun& run : runs) {
        const QRawFont font = run.rawFont();
        if (!isInColor(font)) {
            continue;
        }
        const QList<quint32> glyphs = run.glyphIndexes();
        const QList<QPointF> places = run.positions();
        for (qsizetype at = 0; at < glyphs.size(); ++at) {
            const Picture& picture = pictureOf(font, glyphs.at(at));
            if (!picture.image.isNull()) {
                painter.drawImage(picture.place.translated(corner + places.at(at)), picture.image);
            }
        }
    }
}

const ColorGlyphs::Picture& ColorGlyphs::pictureOf(const QRawFont& font, quint32 glyph) {
    const Key key(font.familyName(), font.styleName(), font.pixelSize(), glyph);
    const auto found = m_pictures.find(key);
    if (found != m_pictures.end()) {
        return found->second;
    }
    // Emoji fonts hold pictures of about this size; more pixels would show no more.
    constexpr qreal kMostPixels = 128;
    QRawFont drawn = font;
    const qreal scale = std::min(1.0, kMostPixels / std::max(font.pixelSize(), 1.0));
    drawn.setPixelSize(font.pixelSize() * scale);
    const QRectF ink = drawn.boundingRect(glyph);
    Picture picture;
    if (!ink.isEmpty()) {
        const QRect pixels = ink.toAlignedRect().adjusted(-1, -1, 1, 1);
        picture.image = QImage(pixels.size(), QImage::Format_ARGB32_Premultiplied);
        picture.image.fill(Qt::transparent);
        QGlyphRun run;
        run.setRawFont(drawn);
        run.setGlyphIndexes({glyph});
        run.setPositions({QPointF(0, 0)});
        QPainter brush(&picture.image);
        brush.setRenderHint(QPainter::SmoothPixmapTransform);
        brush.drawGlyphRun(-pixels.topLeft(), run);
        brush.end();
        picture.place = QRectF(QPointF(pixels.topLeft()) / scale, QSizeF(pixels.size()) / scale);
    }
    return m_pictures.emplace(key, picture).first->second;
}

} // namespace phidelity
