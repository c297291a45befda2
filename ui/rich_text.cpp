// SPDX-License-Identifier: MIT
#include "ui/rich_text.h"

#include <algorithm>
#include <cmath>

#include <QFontMetricsF>
#include <QPainter>

#include "ui/emoji_picture.h"
#include "ui/formula_cache.h"

namespace phidelity {

namespace {

/// A formula that is wider than its column shrinks, but not below this: then it is cut off.
constexpr double kSmallest = 0.45;
constexpr double kUnbroken = 1e6; ///< wide enough for any text of a block
/// Stands for a formula in the layout: breaks lines like a letter, paints nothing.
constexpr QChar kBlank{0x00A0};

QTextLayout::FormatRange rangeOf(qsizetype start, qsizetype length) {
    QTextLayout::FormatRange range;
    range.start = static_cast<int>(start);
    range.length = static_cast<int>(length);
    return range;
}

} // namespace

RichText::RichText(const MessageLook* look, const TextBlock& block, TextBlock::Cell stretch,
                   Style style)
    : m_look(look), m_style(std::move(style)), m_stretch(stretch),
      m_text(block.text.mid(stretch.start, stretch.length)) {
    const qsizetype end = stretch.start + stretch.length;
    for (Span span : block.spans) {
        if (span.start >= stretch.start && span.start + span.length <= end) {
            span.start -= stretch.start;
            m_spans.append(span);
        }
    }
    QString source = m_text;
    source.replace(u'\n', QChar(QChar::LineSeparator));
    QString shown;
    qsizetype copied = 0;
    const auto show = [&](qsizetype at, qsizetype length, const QString& instead) {
        shown += QStringView(source).sliced(copied, at - copied);
        m_insets.append({m_stretch.start + at, length, shown.size(), instead.size()});
        shown += instead;
        copied = at + length;
    };
    const QList<TextBlock::Cell> emoji =
        m_style.formats ? QList<TextBlock::Cell>() : emojiIn(source);
    auto nextEmoji = emoji.begin();
    const auto showEmojiBefore = [&](qsizetype place) {
        for (; nextEmoji != emoji.end() && nextEmoji->start < place; ++nextEmoji) {
            Picture picture;
            picture.emoji = source.mid(nextEmoji->start, nextEmoji->length);
            picture.font = fontAt(nextEmoji->start);
            picture.advance = emojiAdvance(picture.emoji, picture.font);
            show(nextEmoji->start, nextEmoji->length, QString(kBlank));
            picture.shownAt = m_insets.last().shownAt;
            m_pictures.append(picture);
        }
    };
    for (const TextFormula& written : block.formulas) {
        if (written.at < stretch.start || written.at >= end) {
            continue;
        }
        showEmojiBefore(written.at - stretch.start);
        Formula formula;
        formula.written = written;
        MathOptions options;
        options.style = written.display ? MathOptions::Style::Display : MathOptions::Style::Inline;
        formula.box = cachedMath(written.latex, m_style.font, options);
        QString instead(kBlank);
        if (!formula.box) {
            instead = written.source;
            instead.replace(u'\n', u' ');
        }
        formula.shownLength = instead.size();
        show(written.at - stretch.start, 1, instead);
        formula.shownAt = m_insets.last().shownAt;
        m_formulas.append(formula);
    }
    showEmojiBefore(source.size());
    shown += QStringView(source).sliced(copied);
    m_layout = std::make_unique<QTextLayout>(shown, m_style.font);
    QTextOption option(m_style.align);
    const bool rightToLeft = block.kind != TextBlock::Kind::Code && shown.isRightToLeft();
    option.setTextDirection(rightToLeft ? Qt::RightToLeft : Qt::LeftToRight);
    option.setTabStopDistance(m_look->codeCharacter * 4);
    m_layout->setTextOption(option);
    m_layout->setCacheEnabled(true);
}

RichText::~RichText() = default;

bool RichText::shows(const TextBlock& block, TextBlock::Cell stretch) const {
    if (stretch != m_stretch ||
        QStringView(block.text).sliced(stretch.start, stretch.length) != m_text) {
        return false;
    }
    const auto inside = [&stretch](qsizetype at) {
        return at >= stretch.start && at < stretch.start + stretch.length;
    };
    qsizetype spans = 0;
    for (const Span& span : block.spans) {
        if (inside(span.start)) {
            const Span here{span.start - stretch.start, span.length, span.looks};
            if (spans >= m_spans.size() || m_spans.at(spans) != here) {
                return false;
            }
            ++spans;
        }
    }
    qsizetype formulas = 0;
    for (const TextFormula& formula : block.formulas) {
        if (inside(formula.at)) {
            if (formulas >= m_formulas.size() || m_formulas.at(formulas).written != formula) {
                return false;
            }
            ++formulas;
        }
    }
    return spans == m_spans.size() && formulas == m_formulas.size();
}

QList<QTextLayout::FormatRange> RichText::formatsOf() const {
    if (m_style.formats) {
        return *m_style.formats;
    }
    QList<QTextLayout::FormatRange> formats;
    for (const Span& span : m_spans) {
        const qsizetype start = toShown(m_stretch.start + span.start);
        const qsizetype end = toShown(m_stretch.start + span.start + span.length);
        QTextLayout::FormatRange range = rangeOf(start, end - start);
        if (span.looks & Span::Code) {
            range.format.setFont(m_look->code);
            range.format.setBackground(mixed(m_look->shades.page, m_look->shades.text, 0.09));
        }
        if (span.looks & Span::Bold) {
            range.format.setFontWeight(QFont::Bold);
        }
        if (span.looks & (Span::Italic | Span::Image)) {
            range.format.setFontItalic(true);
        }
        if (span.looks & Span::Strike) {
            range.format.setFontStrikeOut(true);
        }
        if (span.looks & Span::Dim) {
            range.format.setForeground(m_look->shades.dimText);
        }
        if (span.looks & Span::Link) {
            range.format.setForeground(m_look->shades.accent);
            range.format.setFontUnderline(true);
        }
        formats.append(range);
    }
    const double blank = QFontMetricsF(m_style.font).horizontalAdvance(kBlank);
    for (const Formula& formula : m_formulas) {
        QTextLayout::FormatRange range = rangeOf(formula.shownAt, formula.shownLength);
        if (formula.box) {
            range.format.setFontLetterSpacingType(QFont::AbsoluteSpacing);
            range.format.setFontLetterSpacing(formula.width() - blank);
        } else {
            range.format.setFont(m_look->code);
            range.format.setForeground(m_look->shades.dimText);
        }
        formats.append(range);
    }
    addPictureFormats(formats);
    return formats;
}

/// The font of the text at an offset from the stretch's beginning.
QFont RichText::fontAt(qsizetype offset) const {
    QFont font = m_style.font;
    for (const Span& span : m_spans) {
        if (offset < span.start || offset >= span.start + span.length) {
            continue;
        }
        if (span.looks & Span::Code) {
            font = m_look->code;
        }
        if (span.looks & Span::Bold) {
            font.setWeight(QFont::Bold);
        }
        if (span.looks & (Span::Italic | Span::Image)) {
            font.setItalic(true);
        }
    }
    return font;
}

/// Room for the pictures: one range for those that follow each other and are as wide.
void RichText::addPictureFormats(QList<QTextLayout::FormatRange>& formats) const {
    for (qsizetype index = 0; index < m_pictures.size();) {
        const Picture& picture = m_pictures.at(index);
        qsizetype next = index + 1;
        while (next < m_pictures.size() && m_pictures.at(next).advance == picture.advance &&
               m_pictures.at(next).shownAt == picture.shownAt + next - index &&
               m_pictures.at(next).font == picture.font) {
            ++next;
        }
        QTextLayout::FormatRange range = rangeOf(picture.shownAt, next - index);
        range.format.setFontLetterSpacingType(QFont::AbsoluteSpacing);
        range.format.setFontLetterSpacing(picture.advance -
                                          QFontMetricsF(picture.font).horizontalAdvance(kBlank));
        formats.append(range);
        index = next;
    }
}

void RichText::fitFormulas() {
    for (Formula& formula : m_formulas) {
        if (!formula.box) {
            continue;
        }
        MathOptions options;
        if (formula.written.display) {
            options.style = MathOptions::Style::Display;
        }
        formula.box = cachedMath(formula.written.latex, m_style.font, options);
        if (formula.box->width() > m_width && formula.written.display) {
            options.breakWidth = std::floor(m_width);
            formula.box = cachedMath(formula.written.latex, m_style.font, options);
        }
        formula.scale = std::clamp(m_width / std::max(1.0, formula.box->width()), kSmallest, 1.0);
    }
}

void RichText::setWidth(double width) {
    if (width != m_width) {
        breakLines(width, QTextOption::WrapAtWordBoundaryOrAnywhere);
    }
}

void RichText::measure() {
    breakLines(kUnbroken, QTextOption::WordWrap);
}

void RichText::breakLines(double width, QTextOption::WrapMode mode) {
    QTextOption option = m_layout->textOption();
    option.setWrapMode(mode);
    m_layout->setTextOption(option);
    m_width = width;
    fitFormulas();
    m_layout->setFormats(formatsOf());
    m_lines.clear();
    double top = 0;
    m_layout->beginLayout();
    for (QTextLine line = m_layout->createLine(); line.isValid(); line = m_layout->createLine()) {
        line.setLineWidth(width);
        m_lines.append(placeLine(line, top));
        top += m_lines.last().height;
    }
    m_layout->endLayout();
}

RichText::Line RichText::placeLine(QTextLine line, double top) const {
    const double lineHeight = m_style.lineHeight;
    double above = std::floor((lineHeight - line.height()) / 2) + line.ascent();
    double below = lineHeight - above;
    double left = 0;
    for (const Formula& formula : m_formulas) {
        const bool here = formula.box && formula.shownAt >= line.textStart() &&
                          formula.shownAt < line.textStart() + line.textLength();
        if (!here) {
            continue;
        }
        const double air = formula.written.display ? m_look->unit : 1;
        above = std::max(above, std::ceil(formula.box->ascent() * formula.scale) + air);
        below = std::max(below, std::ceil(formula.box->descent() * formula.scale) + air);
        if (formula.written.display) {
            left = std::max(0.0, std::floor((m_width - formula.width()) / 2));
        }
    }
    line.setPosition(QPointF(left, top + above - line.ascent()));
    return {top, above + below};
}

int RichText::height() const {
    const double height =
        m_lines.isEmpty() ? m_style.lineHeight : m_lines.last().top + m_lines.last().height;
    return static_cast<int>(std::ceil(height));
}

double RichText::naturalWidth() const {
    double widest = 0;
    for (int line = 0; line < m_layout->lineCount(); ++line) {
        widest = std::max(widest, m_layout->lineAt(line).naturalTextWidth());
    }
    return widest;
}

double RichText::widestWord() const {
    return m_layout->minimumWidth();
}

double RichText::firstBaseline() const {
    if (m_layout->lineCount() == 0) {
        return m_style.lineHeight * 0.75;
    }
    const QTextLine line = m_layout->lineAt(0);
    return line.y() + line.ascent();
}

qsizetype RichText::toShown(qsizetype offset) const {
    const auto after =
        std::upper_bound(m_insets.begin(), m_insets.end(), offset - 1,
                         [](qsizetype wanted, const Inset& inset) { return wanted < inset.at; });
    qsizetype shown = offset - m_stretch.start;
    if (after != m_insets.begin()) {
        const Inset& before = *std::prev(after);
        // Within an emoji is before it.
        shown = offset < before.at + before.length
                    ? before.shownAt
                    : before.shownAt + before.shownLength + offset - before.at - before.length;
    }
    return std::clamp<qsizetype>(shown, 0, m_layout ? m_layout->text().size() : shown);
}

qsizetype RichText::toOffset(qsizetype shown) const {
    const auto after = std::upper_bound(
        m_insets.begin(), m_insets.end(), shown - 1,
        [](qsizetype wanted, const Inset& inset) { return wanted < inset.shownAt; });
    if (after == m_insets.begin()) {
        return m_stretch.start + shown;
    }
    const Inset& before = *std::prev(after);
    const qsizetype in = shown - before.shownAt;
    if (in < before.shownLength) {
        return before.at + (2 * in > before.shownLength ? before.length : 0);
    }
    return before.at + before.length + in - before.shownLength;
}

int RichText::lineAt(double y) const {
    const auto after =
        std::upper_bound(m_lines.begin(), m_lines.end(), y,
                         [](double wanted, const Line& line) { return wanted < line.top; });
    return std::max(0, static_cast<int>(after - m_lines.begin()) - 1);
}

qsizetype RichText::positionAt(QPointF point) const {
    if (m_lines.isEmpty() || point.y() < 0) {
        return m_stretch.start;
    }
    if (point.y() >= height()) {
        return m_stretch.start + m_stretch.length;
    }
    const QTextLine line = m_layout->lineAt(lineAt(point.y()));
    return toOffset(line.xToCursor(point.x()));
}

qsizetype RichText::characterAt(QPointF point) const {
    if (m_lines.isEmpty() || point.y() < 0 || point.y() >= height()) {
        return -1;
    }
    const QTextLine line = m_layout->lineAt(lineAt(point.y()));
    const QRectF text = line.naturalTextRect();
    if (point.x() < text.left() || point.x() > text.right()) {
        return -1;
    }
    const int shown = line.xToCursor(point.x(), QTextLine::CursorOnCharacter);
    return std::min(toOffset(shown), m_stretch.start + m_stretch.length - 1);
}

QList<QRectF> RichText::rectsOf(qsizetype from, qsizetype to) const {
    QList<QRectF> rects;
    const qsizetype first = toShown(std::max(from, m_stretch.start));
    const qsizetype last = toShown(std::min(to, m_stretch.start + m_stretch.length));
    for (int index = 0; index < m_layout->lineCount() && first < last; ++index) {
        const QTextLine line = m_layout->lineAt(index);
        const int start = std::max(line.textStart(), static_cast<int>(first));
        const int end = std::min(line.textStart() + line.textLength(), static_cast<int>(last));
        if (start >= end) {
            continue;
        }
        const double a = line.cursorToX(start);
        const double b = line.cursorToX(end);
        rects.append(QRectF(std::min(a, b), line.y(), std::abs(b - a), line.height()));
    }
    return rects;
}

/// A frame round the part of a token that stands here, over a ground.
void RichText::paintToken(QPainter& painter, QPointF at, TextBlock::Cell token,
                          const QBrush& ground) const {
    const qsizetype from = std::max(token.start, m_stretch.start);
    const qsizetype to = std::min(token.start + token.length, m_stretch.start + m_stretch.length);
    if (from >= to) {
        return;
    }
    painter.save();
    painter.setBrush(ground);
    painter.setPen(QPen(m_look->shades.accent, 1));
    const QList<QRectF> rects = rectsOf(from, to);
    for (const QRectF& rect : rects) {
        painter.drawRoundedRect(rect.translated(at).adjusted(-0.5, 0.5, 0.5, -0.5), 3, 3);
    }
    painter.restore();
}

void RichText::paint(QPainter& painter, QPointF at, const QRectF& clip, const TextMarks& marks,
                     const QColor& color) const {
    QColor ground = m_look->shades.accent;
    ground.setAlphaF(0.22F);
    paintToken(painter, at, marks.hotToken, Qt::NoBrush);
    paintToken(painter, at, marks.token, ground);
    QList<QTextLayout::FormatRange> marked;
    const auto mark = [&](TextBlock::Cell stretch, const QBrush& back, const QBrush& front) {
        const qsizetype from = std::max(stretch.start, m_stretch.start);
        const qsizetype to =
            std::min(stretch.start + stretch.length, m_stretch.start + m_stretch.length);
        if (from < to) {
            QTextLayout::FormatRange range = rangeOf(toShown(from), toShown(to) - toShown(from));
            range.format.setBackground(back);
            range.format.setForeground(front);
            marked.append(range);
        }
    };
    for (const TextBlock::Cell& hit : marks.hits) {
        mark(hit, hit.start == marks.currentHit ? m_look->currentHit : m_look->hit,
             m_look->shades.text);
    }
    mark(marks.selected, m_look->palette.brush(QPalette::Highlight),
         m_look->palette.brush(QPalette::HighlightedText));
    painter.setPen(color);
    m_layout->draw(&painter, at, marked, clip);
    paintPictures(painter, at, clip, marks, color);
    for (const Formula& formula : m_formulas) {
        if (!formula.box) {
            continue;
        }
        const QTextLine line = m_layout->lineForTextPosition(static_cast<int>(formula.shownAt));
        if (!line.isValid()) {
            continue;
        }
        const int place = static_cast<int>(formula.shownAt);
        const double x = std::min(line.cursorToX(place), line.cursorToX(place + 1));
        const QPointF baseline = at + QPointF(x, line.y() + line.ascent());
        const bool selected = formula.written.at >= marks.selected.start &&
                              formula.written.at < marks.selected.start + marks.selected.length;
        painter.save();
        painter.translate(baseline);
        painter.scale(formula.scale, formula.scale);
        formula.box->paint(painter, {},
                           selected ? m_look->palette.color(QPalette::HighlightedText) : color);
        painter.restore();
    }
}

void RichText::paintPictures(QPainter& painter, QPointF at, const QRectF& clip,
                             const TextMarks& marks, const QColor& color) const {
    if (m_pictures.isEmpty()) {
        return;
    }
    const double ratio = painter.device()->devicePixelRatioF();
    const qsizetype selectedFrom = toShown(std::max(marks.selected.start, m_stretch.start));
    const qsizetype selectedTo =
        toShown(std::clamp(marks.selected.start + marks.selected.length, m_stretch.start,
                           m_stretch.start + m_stretch.length));
    auto picture = m_pictures.begin();
    for (int index = 0; index < m_layout->lineCount(); ++index) {
        const QTextLine line = m_layout->lineAt(index);
        const double top = at.y() + line.y();
        if (!clip.isNull() && top > clip.bottom()) {
            break;
        }
        const int end = line.textStart() + line.textLength();
        if (!clip.isNull() && top + line.height() < clip.top()) {
            continue;
        }
        picture =
            std::lower_bound(picture, m_pictures.end(), line.textStart(),
                             [](const Picture& one, int place) { return one.shownAt < place; });
        for (; picture != m_pictures.end() && picture->shownAt < end; ++picture) {
            const int place = static_cast<int>(picture->shownAt);
            const double x = std::min(line.cursorToX(place), line.cursorToX(place + 1));
            const bool selected = place >= selectedFrom && place < selectedTo;
            const EmojiPicture& drawn = emojiPicture(
                picture->emoji, picture->font,
                selected ? m_look->palette.color(QPalette::HighlightedText) : color, ratio);
            painter.drawPixmap(QPointF(std::round(at.x() + x), std::round(top + line.ascent())) +
                                   drawn.offset,
                               drawn.pixmap);
        }
    }
}

} // namespace phidelity
