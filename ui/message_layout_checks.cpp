// SPDX-License-Identifier: MIT
// What a MessageLayout shows of a text beyond the text: marks of checked arithmetic, and what code
// said when it was run. Neither is ever copied or exported.
#include <algorithm>

#include <QPainter>
#include <QPainterPath>

#include "chat/arithmetic/block_checks.h"
#include "chat/markdown/code_language.h"
#include "ui/icon.h"
#include "ui/message_layout.h"

namespace phidelity {

using Kind = TextBlock::Kind;

namespace {

constexpr qsizetype kShownOutput = 4000;

} // namespace

void MessageLayout::check(qsizetype index) {
    Item& item = m_items[static_cast<size_t>(index)];
    item.checks = m_frame == CodeFrame::Boxed && m_look->checksArithmetic
                      ? checksOfBlock(block(index))
                      : QList<ArithmeticMark>();
}

QList<ArithmeticMark> MessageLayout::checksOf(qsizetype index) const {
    return m_items[static_cast<size_t>(index)].checks;
}

QRect MessageLayout::checkRect(qsizetype index, qsizetype number) const {
    const Item& item = m_items[static_cast<size_t>(index)];
    QRectF rect;
    if (item.layout && number < item.checks.size()) {
        const ArithmeticMark& mark = item.checks.at(number);
        rect = item.layout.rectsOf(mark.start, mark.start + mark.length).value(0);
    }
    return rect.translated(textOrigin(index)).toAlignedRect();
}

QString MessageLayout::checkNoteAt(QPoint point) const {
    if (isEmpty() || point.y() < 0 || point.y() >= height()) {
        return {};
    }
    const qsizetype index = blockAt(point.y());
    const Item& item = m_items[static_cast<size_t>(index)];
    if (!item.layout || item.checks.isEmpty()) {
        return {};
    }
    const QPoint inside = point - textOrigin(index);
    for (const ArithmeticMark& mark : item.checks) {
        for (const QRectF& rect : item.layout.rectsOf(mark.start, mark.start + mark.length)) {
            // With what hangs under the line.
            if (rect.adjusted(0, 0, 2 * m_look->unit, m_look->unit).contains(inside)) {
                return mark.note;
            }
        }
    }
    return {};
}

/// A line under a statement and a sign at its end. They differ in shape, not in colour alone:
/// straight with a tick, dotted with a tick, waves with a cross.
void MessageLayout::paintChecks(QPainter& painter, qsizetype index, QPoint origin) const {
    const Item& item = m_items[static_cast<size_t>(index)];
    if (item.checks.isEmpty()) {
        return;
    }
    const Shades& shades = m_look->shades;
    const double unit = m_look->unit;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const ArithmeticMark& mark : item.checks) {
        const bool wrong = mark.verdict == ArithmeticVerdict::Wrong;
        const bool value = mark.verdict == ArithmeticVerdict::Value;
        const QColor color = wrong   ? shades.danger
                             : value ? shades.dimText
                                     : readableOn(shades.page, QColor::fromHsl(140, 150, 90), 3.0);
        const QList<QRectF> rects = item.layout.rectsOf(mark.start, mark.start + mark.length);
        // A line would strike through what hangs below the baseline of a formula.
        const bool formula = block(index).text.at(mark.start) == TextFormula::kMark;
        for (const QRectF& part : formula ? QList<QRectF>() : rects) {
            const QRectF rect = part.translated(origin + textOrigin(index));
            const double y = rect.bottom() + 0.5;
            QPainterPath line(QPointF(rect.left(), y));
            if (wrong) {
                const double wave = unit * 0.75;
                int step = 0;
                for (double x = rect.left() + wave; x <= rect.right() + wave / 2; x += wave) {
                    line.lineTo(x, y + (++step % 2 == 1 ? unit * 0.35 : 0));
                }
            } else {
                line.lineTo(rect.right(), y);
            }
            const bool dotted = mark.verdict == ArithmeticVerdict::Rounded || value;
            painter.setPen(QPen(color, unit * 0.3, dotted ? Qt::DotLine : Qt::SolidLine));
            painter.drawPath(line);
        }
        if (rects.isEmpty() || value) {
            continue;
        }
        const QPointF end = rects.last().translated(origin + textOrigin(index)).bottomRight() +
                            QPointF(formula ? unit : 1, 0);
        const double side = unit * (formula ? 1.4 : 0.9);
        painter.setPen(QPen(color, unit * 0.35, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        if (wrong) {
            const QRectF box(end.x(), end.y() - side / 2, side, side);
            painter.drawLine(box.topLeft(), box.bottomRight());
            painter.drawLine(box.bottomLeft(), box.topRight());
        } else {
            painter.drawPolyline(
                QPolygonF({end + QPointF(0, 0), end + QPointF(side * 0.4, side / 2),
                           end + QPointF(side * 1.1, -side / 2)}));
        }
    }
    painter.restore();
}

// ---- Running code

bool MessageLayout::canRun(qsizetype firstBlock) const {
    return m_look->runsCode && m_frame == CodeFrame::Boxed &&
           block(firstBlock).kind == Kind::Code &&
           codeFileName(block(firstBlock).language).endsWith(QLatin1String(".py"));
}

QRect MessageLayout::runButton(qsizetype firstBlock) const {
    const QRect copy = copyButton(firstBlock);
    return copy.translated(-copy.width() - m_look->unit / 2, 0);
}

qsizetype MessageLayout::runButtonAt(QPoint point) const {
    const qsizetype code = codeAt(point);
    return code >= 0 && canRun(code) && runButton(code).contains(point) ? code : -1;
}

const CodeNote* MessageLayout::codeNote(qsizetype firstBlock) const {
    const auto found = m_notes.find(firstBlock);
    return found == m_notes.end() ? nullptr : &found->second.note;
}

void MessageLayout::setCodeNote(qsizetype firstBlock, const CodeNote& note) {
    if (firstBlock < 0 || firstBlock >= blockCount() || block(firstBlock).kind != Kind::Code) {
        return;
    }
    Note& entry = m_notes[firstBlock];
    entry.note = note;
    entry.note.output = note.output.left(kShownOutput);
    entry.text.reset();
    qsizetype last = firstBlock;
    while (last + 1 < blockCount() && block(last + 1).continues) {
        ++last;
    }
    Item& item = m_items[static_cast<size_t>(last)];
    const Insets inset = insets(last);
    item.height = item.layout ? inset.above + inset.top + item.layout.height() + inset.bottom
                              : estimate(last);
    m_validTops = std::min(m_validTops, static_cast<size_t>(last) + 1);
}

/// The output of a note laid out for the width that it has; null where there is none.
const RichText* MessageLayout::noteText(qsizetype firstBlock) const {
    const auto found = m_notes.find(firstBlock);
    if (found == m_notes.end() || found->second.note.output.isEmpty()) {
        return nullptr;
    }
    Note& note = found->second;
    const int left = containerLeft(firstBlock, block(firstBlock).containers.size());
    const int width = std::max(16, m_width - left - 6 * m_look->unit);
    if (!note.text || note.width != width) {
        TextBlock text;
        text.kind = Kind::Code;
        text.text = note.note.output;
        RichText::Style style;
        style.font = m_look->code;
        style.lineHeight = m_look->codeLine;
        style.formats = QList<QTextLayout::FormatRange>();
        note.text = std::make_unique<RichText>(m_look, text, TextBlock::Cell{0, text.text.size()},
                                               std::move(style));
        note.text->setWidth(width);
        note.width = width;
    }
    return note.text.get();
}

int MessageLayout::noteHeight(qsizetype index) const {
    if (m_notes.empty() || block(index).kind != Kind::Code || block(index).continued) {
        return 0;
    }
    const qsizetype first = firstOf(index);
    if (!codeNote(first)) {
        return 0;
    }
    const RichText* text = noteText(first);
    const int unit = m_look->unit;
    return 4 * unit + m_look->labelLine + (text ? unit + text->height() : 0);
}

void MessageLayout::paintNote(QPainter& painter, qsizetype index, const QRect& box) const {
    const int height = noteHeight(index);
    if (height == 0) {
        return;
    }
    const qsizetype first = firstOf(index);
    const CodeNote& note = *codeNote(first);
    const Shades& shades = m_look->shades;
    const int unit = m_look->unit;
    const int top = box.bottom() + 1 - height - unit / 2;
    painter.setPen(QPen(shades.line, 1));
    painter.drawLine(QPointF(box.left() + 0.5, top + 0.5), QPointF(box.right() + 0.5, top + 0.5));
    const int side = m_look->labelLine;
    const QRect symbol(box.left() + 3 * unit, top + 2 * unit, side, side);
    const char* const name = note.kind == CodeNote::Kind::Good  ? "check"
                             : note.kind == CodeNote::Kind::Bad ? "warning"
                                                                : "run";
    icon(QString::fromLatin1(name)).paint(&painter, symbol);
    painter.setFont(m_look->label);
    painter.setPen(note.kind == CodeNote::Kind::Bad ? readableOn(shades.code, shades.danger)
                                                    : shades.dimText);
    const QRect line(symbol.right() + 1 + unit, symbol.top(), box.width() - 7 * unit - side, side);
    painter.drawText(
        line, Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetrics(m_look->label).elidedText(note.status, Qt::ElideRight, line.width()));
    if (const RichText* text = noteText(first)) {
        text->paint(painter, QPointF(box.left() + 3 * unit, symbol.bottom() + 1 + unit), box, {},
                    shades.text);
    }
}

} // namespace phidelity
