// SPDX-License-Identifier: MIT
#include "ui/conversation_delegate.h"

#include <QPainter>
#include <QTextLayout>

#include "ui/conversation_model.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

using Kind = ConversationModel::Kind;

Kind kindOf(const QModelIndex& index) {
    return static_cast<Kind>(index.data(ConversationModel::KindRole).toInt());
}

QTextLine setOneLine(QTextLayout& layout) {
    layout.beginLayout();
    QTextLine line = layout.createLine();
    if (line.isValid()) {
        line.setLineWidth(1e6);
    }
    layout.endLayout();
    return line;
}

/// One line of text with what a search found set off; where there is no room, its end is left out.
void drawMarked(QPainter* painter, const QRect& place, const QString& text,
                const QList<TextMark>& marks, const QColor& markColor) {
    QTextLayout layout(text, painter->font());
    QList<QTextLayout::FormatRange> formats;
    for (const TextMark& mark : marks) {
        QTextLayout::FormatRange range;
        range.start = static_cast<int>(mark.start);
        range.length = static_cast<int>(mark.length);
        range.format.setFontWeight(QFont::Bold);
        range.format.setForeground(markColor);
        formats.append(range);
    }
    layout.setFormats(formats);
    QTextLine line = setOneLine(layout);
    if (line.isValid() && line.naturalTextWidth() > place.width()) {
        const QString dots(QChar(0x2026));
        const int room = place.width() - painter->fontMetrics().horizontalAdvance(dots);
        layout.setText(text.left(line.xToCursor(room)) + dots);
        layout.setFormats(formats);
        line = setOneLine(layout);
    }
    if (!line.isValid()) {
        return;
    }
    painter->save();
    painter->setClipRect(place);
    layout.draw(painter, QPointF(place.left(), place.center().y() - line.height() / 2));
    painter->restore();
}

} // namespace

QSize ConversationDelegate::sizeHint(const QStyleOptionViewItem& option,
                                     const QModelIndex& index) const {
    const int unit = gridUnit(option.widget);
    switch (kindOf(index)) {
    case Kind::Heading:
        return {0, 8 * unit};
    case Kind::Hit:
        return {0, index.data(ConversationModel::ExcerptRole).toString().isEmpty() ? 8 * unit
                                                                                   : 13 * unit};
    case Kind::Folder:
    case Kind::Conversation:
    case Kind::Remark:
        break;
    }
    return {0, 8 * unit};
}

void ConversationDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    const int unit = gridUnit(option.widget);
    const Shades shades = shadesOf(option.palette);
    const QColor window = option.palette.color(QPalette::Window);
    const QColor text = option.palette.color(QPalette::WindowText);
    const QColor dim = readableOn(window, mixed(window, text, 0.6));
    const Kind kind = kindOf(index);
    const bool active = index.flags().testFlag(Qt::ItemIsEnabled);
    const bool chosen = active && option.state & QStyle::State_Selected;
    const bool focus = chosen && (option.state & QStyle::State_HasFocus);
    const bool hover = active && option.state & QStyle::State_MouseOver;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (chosen || hover) {
        painter->setBrush(mixed(window, text, chosen ? 0.11 : 0.05));
        painter->setPen(focus ? QPen(shades.accent, 2) : QPen(Qt::NoPen));
        painter->drawRoundedRect(insideEdge(option.rect, 2), 1.5 * unit, 1.5 * unit);
    }
    QRect place = option.rect.adjusted(2 * unit + unit / 2, 0, -2 * unit, 0);
    const bool small = kind == Kind::Heading || kind == Kind::Remark;
    painter->setFont(small ? scaledFont(option.font, 0.9) : option.font);
    painter->setPen(small ? dim : text);
    const QString title = index.data().toString();
    if (kind == Kind::Folder) {
        const bool open = index.data(ConversationModel::OpenRole).toBool();
        const QRect symbol(place.left(), place.center().y() - 2 * unit, 4 * unit, 4 * unit);
        icon(open ? QStringLiteral("unfold") : QStringLiteral("next")).paint(painter, symbol);
        place.setLeft(symbol.right() + unit + unit / 2);
        QFont bold = option.font;
        bold.setWeight(QFont::DemiBold);
        painter->setFont(bold);
    } else if (!index.data(ConversationModel::FolderRole).toString().isEmpty()) {
        place.setLeft(place.left() + 4 * unit);
    }
    if (kind == Kind::Heading) {
        place.setTop(place.top() + 2 * unit);
    }
    const auto marks = index.data(ConversationModel::MarksRole).value<QList<TextMark>>();
    const QString excerpt = index.data(ConversationModel::ExcerptRole).toString();
    if (kind == Kind::Hit && excerpt.isEmpty()) {
        drawMarked(painter, place, title, marks, shades.accent);
    } else if (kind == Kind::Hit) {
        const QRect above(place.left(), place.top() + unit, place.width(), 5 * unit + unit / 2);
        painter->drawText(above, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(title, Qt::ElideRight, place.width()));
        painter->setFont(scaledFont(option.font, 0.92));
        painter->setPen(dim);
        drawMarked(painter, above.translated(0, 5 * unit + unit / 2), excerpt, marks, text);
    } else {
        painter->drawText(
            place, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(painter->font()).elidedText(title, Qt::ElideRight, place.width()));
    }
    painter->restore();
}

} // namespace phidelity
