// SPDX-License-Identifier: MIT
// How the blocks of a MessageLayout are painted.
#include <QPainter>

#include "ui/icon.h"
#include "ui/message_layout.h"

namespace phidelity {

using Kind = TextBlock::Kind;

TextMarks MessageLayout::marksIn(qsizetype index, const Marks& marks) const {
    const TextBlock& here = block(index);
    const auto partOf = [&](const std::optional<Selection>& marked) -> TextBlock::Cell {
        if (!marked || marked->from.block > index || marked->to.block < index) {
            return {};
        }
        const qsizetype from = marked->from.block == index ? marked->from.offset : 0;
        const qsizetype to = marked->to.block == index ? marked->to.offset : here.text.size();
        return {from, std::max<qsizetype>(0, to - from)};
    };
    TextMarks in;
    in.selected = partOf(marks.selection);
    in.token = partOf(marks.token);
    in.hotToken = partOf(marks.hotToken);
    if (!marks.hits.isEmpty()) {
        in.hits = findHits(here.text, marks.hits);
        in.currentHit = marks.currentHit.block == index ? marks.currentHit.offset : -1;
    }
    return in;
}

void MessageLayout::paint(QPainter& painter, QPoint origin, const QRect& clip, const Marks& marks,
                          const QColor& text) const {
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
        const Insets inset = insets(index);
        const int left = containerLeft(index, block(index).containers.size());
        const QRect box(origin.x() + left, origin.y() + top + inset.above, m_width - left,
                        item.height - inset.above);
        paintFrame(painter, index, box, marks);
        const bool sideways = hiddenWidth(index) > 0;
        if (sideways) {
            painter.save();
            painter.setClipRect(box, Qt::IntersectClip);
        }
        item.layout.paint(painter, origin + textOrigin(index), clip, marksIn(index, marks), text);
        paintChecks(painter, index, origin);
        if (sideways) {
            painter.restore();
            paintSideways(painter, index, origin);
        }
        paintContainers(painter, index, origin);
        if (marks.focusedLink.block == index) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(m_look->shades.accent, 2));
            painter.drawRoundedRect(
                linkRect(marks.focusedLink).translated(origin).adjusted(-2, -1, 2, 1), 3, 3);
        }
    }
}

/// Under a table that is wider than the text: which part of it is shown.
void MessageLayout::paintSideways(QPainter& painter, qsizetype index, QPoint origin) const {
    if (block(index).continued) {
        return;
    }
    const Insets inset = insets(index);
    const double room = m_width - inset.left;
    const double whole = room + hiddenWidth(index);
    const double thick = m_look->unit * 0.75;
    const QRectF groove(origin.x() + inset.left,
                        origin.y() + blockTop(index) + m_items[static_cast<size_t>(index)].height -
                            2 * thick,
                        room, thick);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(m_look->shades.page, m_look->shades.text, 0.08));
    painter.drawRoundedRect(groove, thick / 2, thick / 2);
    painter.setBrush(mixed(m_look->shades.page, m_look->shades.text, 0.4));
    painter.drawRoundedRect(QRectF(groove.left() + scrolled(index) / whole * room, groove.top(),
                                   room / whole * room, thick),
                            thick / 2, thick / 2);
}

/// Bars of quotes and markers of items.
void MessageLayout::paintContainers(QPainter& painter, qsizetype index, QPoint origin) const {
    const TextBlock& here = block(index);
    const Item& item = m_items[static_cast<size_t>(index)];
    const Insets inset = insets(index);
    const int top = origin.y() + blockTop(index);
    const bool mirrored = isMirrored(index);
    // `x` from the side where the text begins, of something so wide.
    const auto place = [&](double x, double width) {
        return origin.x() + (mirrored ? m_width - x - width : x);
    };
    for (qsizetype depth = 0; depth < here.containers.size(); ++depth) {
        const TextContainer& container = here.containers.at(depth);
        const bool begins = beginsContainer(here, depth, before(index));
        if (container.kind == TextContainer::Kind::Quote) {
            const int from = top + (begins ? inset.above : 0);
            const QRectF bar(place(containerLeft(index, depth), 3), from, 3,
                             top + item.height - from);
            painter.fillRect(bar, m_look->shades.line);
            continue;
        }
        if (!begins) {
            continue;
        }
        const QString marker = markerOf(container);
        const double width = QFontMetricsF(m_look->text).horizontalAdvance(marker);
        const int gap = m_look->unit + m_look->unit / 2;
        painter.setFont(m_look->text);
        painter.setPen(m_look->shades.dimText);
        painter.drawText(QPointF(place(containerLeft(index, depth + 1) - gap - width, width),
                                 top + inset.above + inset.top + item.layout.firstBaseline()),
                         marker);
    }
}

void MessageLayout::paintFrame(QPainter& painter, qsizetype index, const QRect& box,
                               const Marks& marks) const {
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
            const auto paintButton = [&](const QRect& inside, const char* symbol, bool hot) {
                const QRect button(box.right() + 1 - (m_width - inside.left()),
                                   box.top() + inside.top() - blockTop(index) - insets(index).above,
                                   inside.width(), inside.height());
                if (hot) {
                    painter.setPen(Qt::NoPen);
                    painter.setBrush(mixed(shades.code, shades.text, 0.1));
                    painter.drawRoundedRect(button, unit, unit);
                }
                icon(QString::fromLatin1(symbol))
                    .paint(&painter, button.adjusted(unit, unit, -unit, -unit));
            };
            paintButton(copyButton(index), "copy", marks.hotCode == index);
            if (canRun(index)) {
                paintButton(runButton(index), "run", marks.hotRun == index);
            }
        }
        paintNote(painter, index, box);
    } else if (here.kind == Kind::Rule) {
        painter.setBrush(shades.line);
        painter.drawRect(QRect(box.left(), box.center().y(), box.width(), 1));
    }
    painter.restore();
}

} // namespace phidelity
