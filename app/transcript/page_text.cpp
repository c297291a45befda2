// SPDX-License-Identifier: MIT
#include "app/transcript/page_text.h"

#include <algorithm>
#include <cmath>

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QGlyphRun>
#include <QPainter>
#include <QTextBoundaryFinder>

namespace phidelity {

namespace {

constexpr QRgb kText = 0xFF1D1F21;
constexpr QRgb kDim = 0xFF5B6066;
constexpr QRgb kLink = 0xFF0B57A4;

QFont sized(QFont font, qreal pixels) {
    font.setPixelSize(std::max(1, static_cast<int>(std::lround(pixels))));
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

} // namespace

PageFonts::PageFonts(qreal pointSize) : point(pointSize) {
    constexpr qreal kBody = 10;
    constexpr qreal kCode = 8.5;
    constexpr qreal kSmall = 8;
    body = sized(QFontDatabase::systemFont(QFontDatabase::GeneralFont), kBody * point);
    code = sized(QFontDatabase::systemFont(QFontDatabase::FixedFont), kCode * point);
    small = sized(body, kSmall * point);
}

QFont PageFonts::heading(int level) const {
    static constexpr qreal kSizes[] = {17, 14, 12.5, 11.5, 11, 10.5};
    QFont font = sized(body, kSizes[std::clamp(level, 1, 6) - 1] * point);
    font.setWeight(QFont::DemiBold);
    return font;
}

void PageText::append(const QString& text, const QTextCharFormat& format) {
    if (text.isEmpty()) {
        return;
    }
    QTextLayout::FormatRange range;
    range.start = static_cast<int>(m_text.size());
    range.length = static_cast<int>(text.size());
    range.format = format;
    m_formats.append(range);
    m_text += text;
    m_mayHaveColor = m_mayHaveColor || ColorGlyphs::mayBeIn(text);
}

void PageText::addFormula(const TextFormula& formula, const PageFonts& fonts, const QFont& font) {
    QTextCharFormat format;
    MathOptions options;
    options.style = formula.display ? MathOptions::Style::Display : MathOptions::Style::Inline;
    const std::optional<MathBox> box = setMath(formula.latex, font, options);
    if (!box) {
        format.setFont(fonts.code);
        format.setForeground(QColor(kText));
        append(formula.source, format);
        return;
    }
    Formula one;
    one.at = static_cast<int>(m_text.size());
    one.box = *box;
    one.alone = formula.display;
    one.color = QColor(kText);
    m_formulas.append(one);
    // A blank as wide as the formula keeps its place; its width comes with the width of lines.
    append(QString(QChar(QChar::Nbsp)), format);
}

PageText PageText::ofBlock(const TextBlock& block, qsizetype from, qsizetype to,
                           const PageFonts& fonts, const QFont& font) {
    PageText text;
    const QList<InlineRun> runs = inlineRuns(block, from, to);
    for (const InlineRun& run : runs) {
        if (run.formula) {
            text.addFormula(*run.formula, fonts, font);
            continue;
        }
        QTextCharFormat format;
        const auto has = [&run](Span::Look look) { return (run.looks & look) != 0; };
        format.setForeground(QColor(has(Span::Dim) ? kDim : kText));
        if (has(Span::Code)) {
            format.setFont(fonts.code);
            format.setBackground(QColor(kCodeGround));
        }
        if (has(Span::Bold)) {
            format.setFontWeight(QFont::DemiBold);
        }
        if (has(Span::Italic)) {
            format.setFontItalic(true);
        }
        format.setFontStrikeOut(has(Span::Strike));
        if (run.link && run.link->opens) {
            format.setAnchor(true);
            format.setAnchorHref(run.link->address);
            format.setForeground(QColor(kLink));
        }
        text.append(block.text.mid(run.start, run.length).replace(u'\n', QChar::LineSeparator),
                    format);
    }
    text.makeLayout(font);
    return text;
}

PageText PageText::ofCode(const QString& code, const PageFonts& fonts, CodeKinds& kinds) {
    PageText text;
    text.m_leading = 1.15;
    QTextCharFormat plain;
    plain.setForeground(QColor(kText));
    qsizetype at = 0;
    QString shown = code;
    shown.replace(u'\n', QChar::LineSeparator);
    const QList<CodeRun> runs = kinds.runs(code);
    for (const CodeRun& run : runs) {
        text.append(shown.mid(at, run.start - at), plain);
        const CodeLook look = kinds.look(run.kind);
        QTextCharFormat format;
        format.setForeground(look.light);
        if (look.bold) {
            format.setFontWeight(QFont::DemiBold);
        }
        format.setFontItalic(look.italic);
        text.append(shown.mid(run.start, run.length), format);
        at = run.start + run.length;
    }
    text.append(shown.mid(at), plain);
    text.makeLayout(fonts.code);
    return text;
}

PageText PageText::ofLine(const QString& line, const QFont& font, const QColor& color) {
    PageText text;
    QTextCharFormat format;
    format.setForeground(color);
    text.append(line, format);
    text.makeLayout(font);
    return text;
}

QTextOption PageText::option() const {
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setTextDirection(Qt::LayoutDirectionAuto);
    return option;
}

void PageText::makeLayout(const QFont& font) {
    m_layout = std::make_unique<QTextLayout>(m_text, font);
    m_layout->setCacheEnabled(true);
}

qreal PageText::naturalWidth() const {
    constexpr qreal kEndless = 1e7;
    PageText copy;
    copy.m_text = m_text;
    copy.m_formats = m_formats;
    copy.m_formulas = m_formulas;
    copy.makeLayout(m_layout->font());
    copy.setLines(kEndless);
    qreal width = 0;
    for (int line = 0; line < copy.m_layout->lineCount(); ++line) {
        width = std::max(width, copy.m_layout->lineAt(line).naturalTextWidth());
    }
    return std::ceil(width) + 1;
}

void PageText::setLines(qreal width, Qt::Alignment alignment) {
    m_width = width;
    const QFont font = m_layout->font();
    const qreal blank = QFontMetricsF(font).horizontalAdvance(QChar(QChar::Nbsp));
    QList<QTextLayout::FormatRange> formats = m_formats;
    for (Formula& formula : m_formulas) {
        formula.scale = std::min(1.0, width / std::max(formula.box.width(), 1.0));
        QTextLayout::FormatRange place;
        place.start = formula.at;
        place.length = 1;
        place.format.setFontLetterSpacingType(QFont::AbsoluteSpacing);
        place.format.setFontLetterSpacing(
            std::max(0.0, formula.box.width() * formula.scale - blank));
        formats.append(place);
    }
    m_layout->setFormats(formats);
    QTextOption lines = option();
    const bool leading = alignment == Qt::Alignment(Qt::AlignLeading);
    lines.setAlignment(leading && m_text.isRightToLeft() ? Qt::AlignRight : alignment);
    lines.setTabStopDistance(4 * QFontMetricsF(font).horizontalAdvance(u' '));
    m_layout->setTextOption(lines);
    m_lines.clear();
    m_layout->beginLayout();
    int next = 0;
    for (QTextLine line = m_layout->createLine(); line.isValid(); line = m_layout->createLine()) {
        line.setLineWidth(width);
        line.setPosition({0, 0});
        Line measured;
        measured.ascent = line.ascent();
        qreal descent = line.descent();
        const int end = line.textStart() + line.textLength();
        for (; next < m_formulas.size() && m_formulas.at(next).at < end; ++next) {
            const Formula& formula = m_formulas.at(next);
            measured.ascent = std::max(measured.ascent, formula.box.ascent() * formula.scale);
            descent = std::max(descent, formula.box.descent() * formula.scale);
            measured.formulas.append(next);
        }
        const qreal extra = (line.ascent() + line.descent()) * (m_leading - 1);
        measured.ascent += extra / 2;
        measured.height = measured.ascent + descent + extra / 2;
        m_lines.append(measured);
    }
    m_layout->endLayout();
}

qreal PageText::height() const {
    qreal sum = 0;
    for (const Line& line : m_lines) {
        sum += line.height;
    }
    return sum;
}

QPointF PageText::cornerOf(int line, QPointF place) const {
    return {place.x(), place.y() + m_lines.at(line).ascent - m_layout->lineAt(line).ascent()};
}

QList<PaintedSign> PageText::signsOf(int index, QPointF place) const {
    QList<PaintedSign> signs;
    if (!m_mayHaveColor) {
        return signs;
    }
    const QTextLine line = m_layout->lineAt(index);
    const QPointF corner = cornerOf(index, place);
    /// False where it is not one glyph.
    const auto take = [&](int from, int length) {
        const QList<QGlyphRun> runs = line.glyphRuns(from, length);
        if (runs.size() != 1 || runs.first().positions().size() != 1) {
            return false;
        }
        signs.append({0, corner + runs.first().positions().first(), m_text.mid(from, length)});
        return true;
    };
    const int end = line.textStart() + line.textLength();
    QTextBoundaryFinder graphemes(QTextBoundaryFinder::Grapheme, m_text);
    graphemes.setPosition(line.textStart());
    for (int from = line.textStart(); from < end;) {
        const auto next = static_cast<int>(graphemes.toNextBoundary());
        if (next < 0) {
            break;
        }
        const QStringView sign = QStringView(m_text).mid(from, next - from);
        if (sign.size() > 1 && !take(from, next - from)) {
            // The font has no picture for all of it together.
            for (int at = from; at < next;) {
                const int length = m_text.at(at).isHighSurrogate() ? 2 : 1;
                if (length > 1) {
                    take(at, length);
                }
                at += length;
            }
        }
        from = next;
    }
    return signs;
}

void PageText::paintLine(QPainter& painter, ColorGlyphs& colorGlyphs, int index,
                         QPointF place) const {
    const Line& line = m_lines.at(index);
    const QTextLine text = m_layout->lineAt(index);
    const QPointF corner = cornerOf(index, place);
    text.draw(&painter, corner);
    if (m_mayHaveColor) {
        colorGlyphs.paint(painter, text, corner);
    }
    for (const int number : line.formulas) {
        const Formula& formula = m_formulas.at(number);
        qreal x = std::min(text.cursorToX(formula.at), text.cursorToX(formula.at + 1));
        if (formula.alone) {
            x = std::max(0.0, (m_width - formula.box.width() * formula.scale) / 2);
        }
        painter.save();
        painter.translate(place.x() + x, place.y() + line.ascent);
        painter.scale(formula.scale, formula.scale);
        formula.box.paint(painter, {0, 0}, formula.color);
        painter.restore();
    }
}

} // namespace phidelity
