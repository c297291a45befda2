// SPDX-License-Identifier: MIT
#include "ui/command_delegate.h"

#include <QPainter>
#include <QTextLayout>

#include "ui/command_palette.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

QSize CommandDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {0, 8 * gridUnit(option.widget)};
}

void CommandDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    const int unit = gridUnit(option.widget);
    const Shades shades = shadesOf(option.palette);
    const bool chosen = option.state & QStyle::State_Selected;
    const bool hover = option.state & QStyle::State_MouseOver;
    const QColor ground =
        chosen || hover ? mixed(shades.page, shades.text, chosen ? 0.11 : 0.05) : shades.page;
    const QColor dim = readableOn(ground, mixed(ground, shades.text, 0.6));
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (chosen || hover) {
        painter->setBrush(ground);
        painter->setPen(Qt::NoPen);
        painter->drawRoundedRect(insideEdge(option.rect, 1), 1.5 * unit, 1.5 * unit);
    }
    QRect place = option.rect.adjusted(3 * unit, 0, -3 * unit, 0);
    painter->setFont(option.font);
    const QFontMetrics metrics(option.font);

    const QString shortcut = index.data(CommandPalette::ShortcutRole).toString();
    if (!shortcut.isEmpty()) {
        painter->setPen(dim);
        painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, shortcut);
        place.setRight(place.right() - metrics.horizontalAdvance(shortcut) - 3 * unit);
    }
    if (index.data(CommandPalette::CheckedRole).toBool()) {
        const QRect mark(place.right() - 4 * unit, place.center().y() - 2 * unit, 4 * unit,
                         4 * unit);
        icon(QStringLiteral("check")).paint(painter, mark);
        place.setRight(mark.left() - unit);
    }

    QTextLayout layout(index.data().toString(), option.font);
    QList<QTextLayout::FormatRange> formats;
    const auto positions = index.data(CommandPalette::PositionsRole).value<QList<qsizetype>>();
    for (const qsizetype position : positions) {
        QTextLayout::FormatRange range;
        range.start = static_cast<int>(position);
        range.length = 1;
        range.format.setFontWeight(QFont::Bold);
        range.format.setForeground(readableOn(ground, shades.accent));
        formats.append(range);
    }
    layout.setFormats(formats);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    line.setLineWidth(1e6);
    layout.endLayout();
    painter->setClipRect(place);
    painter->setPen(shades.text);
    layout.draw(painter, QPointF(place.left(), place.center().y() - line.height() / 2 + 1));

    place.setLeft(place.left() + static_cast<int>(line.naturalTextWidth()) + 2 * unit);
    if (place.width() > 8 * unit) {
        const QString menu = index.data(CommandPalette::MenuRole).toString();
        painter->setPen(dim);
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(menu, Qt::ElideRight, place.width()));
    }
    painter->restore();
}

} // namespace phidelity
