// SPDX-License-Identifier: MIT
// How the blocks of a MessageLayout are painted.
#include <QPainter>

#include "ui/icon.h"
#include "ui/message_layout.h"

namespace phidelity {

using Kind = TextBlock::Kind;

void MessageLayout::paint(QPainter& painter, QPoint origin, const QRect& clip,
                          const std::optional<Selection>& selection, const QColor& text,
                          qsizetype hotCode) const {
    if (isEmpty()) {
        return;
    }
    const qsizetype first = blockAt(clip.top() - origin.y());
    for (qsizetype index = first; index < blockCount(); ++index) {
        const int top = blockTop(index);
        if (origin.y() + top > clip.bottom()) {
            break;
        }
        const Item& item = m_items[static_cast<size_t>(index)];
        if (!item.layout) {
            continue;
        }
        const TextBlock& here = block(index);
        const Insets inset = insets(index);
        const QRect box(origin.x(), origin.y() + top + inset.above, m_width,
                        item.height - inset.above);
        paintFrame(painter, index, box, hotCode >= 0 && firstOfCode(index) == hotCode);
        QList<QTextLayout::FormatRange> selected;
        if (selection) {
            const qsizetype from =
                selection->from.block < index
                    ? 0
                    : (selection->from.block == index ? selection->from.offset : here.text.size());
            const qsizetype to = selection->to.block > index
                                     ? here.text.size()
                                     : (selection->to.block == index ? selection->to.offset : 0);
            if (to > from) {
                QTextLayout::FormatRange range;
                range.start = static_cast<int>(from);
                range.length = static_cast<int>(to - from);
                range.format.setBackground(m_look->palette.brush(QPalette::Highlight));
                range.format.setForeground(m_look->palette.brush(QPalette::HighlightedText));
                selected.append(range);
            }
        }
        painter.setPen(text);
        const QPoint at = origin + textOrigin(index);
        item.layout->draw(&painter, at, selected, clip);
        paintContainers(painter, index, origin);
    }
}

/// Bars of quotes and markers of items.
void MessageLayout::paintContainers(QPainter& painter, qsizetype index, QPoint origin) const {
    const TextBlock& here = block(index);
    const Item& item = m_items[static_cast<size_t>(index)];
    const Insets inset = insets(index);
    const int top = origin.y() + blockTop(index);
    for (qsizetype depth = 0; depth < here.containers.size(); ++depth) {
        const TextContainer& container = here.containers.at(depth);
        const bool begins = beginsContainer(here, depth, before(index));
        if (container.kind == TextContainer::Kind::Quote) {
            const int from = top + (begins ? inset.above : 0);
            const QRectF bar(origin.x() + containerLeft(index, depth), from, 3,
                             top + item.height - from);
            painter.fillRect(bar, m_look->shades.line);
            continue;
        }
        if (!begins) {
            continue;
        }
        const QString marker = markerOf(container);
        const QFontMetricsF metrics(m_look->text);
        const int gap = m_look->unit + m_look->unit / 2;
        const QTextLine line = item.layout->lineCount() > 0 ? item.layout->lineAt(0) : QTextLine();
        const double baseline = line.isValid() ? line.y() + line.ascent() : metrics.ascent();
        painter.setFont(m_look->text);
        painter.setPen(m_look->shades.dimText);
        painter.drawText(QPointF(origin.x() + containerLeft(index, depth + 1) - gap -
                                     metrics.horizontalAdvance(marker),
                                 top + inset.above + inset.top + baseline),
                         marker);
    }
}

void MessageLayout::paintFrame(QPainter& painter, qsizetype index, const QRect& box,
                               bool hot) const {
    const TextBlock& here = block(index);
    const Shades& shades = m_look->shades;
    const int unit = m_look->unit;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    if (here.kind == Kind::Code && m_frame == CodeFrame::Boxed) {
        // Pieces that touch are drawn as parts of one box: the rounded ends lie outside the clip.
        const int beyond = 3 * unit;
        painter.setClipRect(box, Qt::IntersectClip);
        painter.setBrush(shades.code);
        painter.setPen(QPen(shades.line, 1));
        const QRectF whole = QRectF(box).adjusted(0.5, here.continues ? -beyond : 0.5, -0.5,
                                                  here.continued ? beyond : -0.5);
        painter.drawRoundedRect(whole, 1.5 * unit, 1.5 * unit);
        if (!here.continues) {
            painter.setFont(m_look->label);
            painter.setPen(shades.dimText);
            const QRect strip(box.left() + 3 * unit, box.top() + unit, box.width() - 6 * unit,
                              m_look->labelLine + 2 * unit);
            painter.drawText(strip, Qt::AlignLeft | Qt::AlignVCenter,
                             CodeColors::instance().title(here.language));
            const QRect button = copyButton(index).translated(
                box.topLeft() - QPoint(0, blockTop(index) + insets(index).above));
            if (hot) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(mixed(shades.code, shades.text, 0.1));
                painter.drawRoundedRect(button, unit, unit);
            }
            icon(QStringLiteral("copy")).paint(&painter, button.adjusted(unit, unit, -unit, -unit));
        }
    } else if (here.kind == Kind::Rule) {
        painter.setBrush(shades.line);
        painter.drawRect(QRect(box.left(), box.center().y(), box.width(), 1));
    }
    painter.restore();
}

} // namespace phidelity
