// SPDX-License-Identifier: MIT
#include "ui/conversation_delegate.h"

#include <QPainter>

#include "ui/theme.h"

namespace phidelity {

void ConversationDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    const int unit = gridUnit(option.widget);
    const QColor window = option.palette.color(QPalette::Window);
    const QColor text = option.palette.color(QPalette::WindowText);
    const bool chosen = option.state & QStyle::State_Selected;
    const bool focus = chosen && (option.state & QStyle::State_HasFocus);
    const bool hover = option.state & QStyle::State_MouseOver;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (chosen || hover) {
        painter->setBrush(mixed(window, text, chosen ? 0.11 : 0.05));
        painter->setPen(focus ? QPen(shadesOf(option.palette).accent, 2) : QPen(Qt::NoPen));
        painter->drawRoundedRect(insideEdge(option.rect, 2), 1.5 * unit, 1.5 * unit);
    }
    painter->setFont(option.font);
    painter->setPen(text);
    const QRect place = option.rect.adjusted(2 * unit + unit / 2, 0, -2 * unit, 0);
    painter->drawText(
        place, Qt::AlignLeft | Qt::AlignVCenter,
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, place.width()));
    painter->restore();
}

} // namespace phidelity
