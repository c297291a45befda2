// SPDX-License-Identifier: MIT
#include "ui/emoji_picture.h"

#include <cmath>

#include <QCache>
#include <QFontMetricsF>
#include <QHash>
#include <QPainter>
#include <QTextBoundaryFinder>

namespace phidelity {

namespace {

constexpr int kMostPictures = 2000;
/// More than any emoji needs; a longer cluster is a heap of accents.
constexpr qsizetype kLongest = 40;
constexpr char16_t kPictureSelector = 0xFE0F;

/// Part of a pair for a character of the planes of pictures.
bool isHighOfPictures(QChar letter) {
    return letter.unicode() >= 0xD83C && letter.unicode() <= 0xD83E;
}

bool isEmoji(QStringView cluster) {
    if (cluster.size() < 2 || cluster.size() > kLongest) {
        return false;
    }
    const bool isAscii = cluster.front().unicode() < 0x80; // a digit in a key cap too
    return isHighOfPictures(cluster.front()) || (!isAscii && cluster.contains(kPictureSelector));
}

struct Key {
    QString emoji;
    QString font;
    QRgb color = 0;
    double ratio = 1;
    bool operator==(const Key&) const = default;
};
size_t qHash(const Key& key, size_t seed = 0) {
    return qHashMulti(seed, key.emoji, key.font, key.color, key.ratio);
}

} // namespace

QList<TextBlock::Cell> emojiIn(QStringView text) {
    QList<TextBlock::Cell> found;
    bool any = false;
    for (const QChar letter : text) {
        any = any || isHighOfPictures(letter) || letter == kPictureSelector;
    }
    if (!any) {
        return found;
    }
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text.data(), text.size());
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype next = finder.toNextBoundary();
        if (next < 0) {
            break;
        }
        if (isEmoji(text.sliced(at, next - at))) {
            found.append({at, next - at});
        }
        at = next;
    }
    return found;
}

double emojiAdvance(const QString& emoji, const QFont& font) {
    static QCache<Key, double> cache(kMostPictures);
    const Key key{emoji, font.key(), 0, 0};
    if (const double* known = cache.object(key)) {
        return *known;
    }
    const double advance = QFontMetricsF(font).horizontalAdvance(emoji);
    cache.insert(key, new double(advance));
    return advance;
}

const EmojiPicture& emojiPicture(const QString& emoji, const QFont& font, const QColor& color,
                                 double ratio) {
    static QCache<Key, EmojiPicture> cache(kMostPictures);
    const Key key{emoji, font.key(), color.rgba(), ratio};
    if (const EmojiPicture* known = cache.object(key)) {
        return *known;
    }
    const QFontMetricsF metrics(font);
    auto* picture = new EmojiPicture;
    picture->advance = emojiAdvance(emoji, font);
    // Fonts of pictures reach beyond the lines of the font of the text.
    const double room = std::ceil(metrics.height() / 2);
    const QSizeF size(picture->advance + 2 * room, metrics.height() + 2 * room);
    picture->pixmap = QPixmap((size * ratio).toSize() + QSize(1, 1));
    picture->pixmap.setDevicePixelRatio(ratio);
    picture->pixmap.fill(Qt::transparent);
    const double ascent = std::ceil(metrics.ascent());
    picture->offset = QPointF(-room, -room - ascent);
    QPainter painter(&picture->pixmap);
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(QPointF(room, room + ascent), emoji);
    painter.end();
    cache.insert(key, picture);
    return *picture;
}

} // namespace phidelity
