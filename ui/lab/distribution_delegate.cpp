// SPDX-License-Identifier: MIT
#include "ui/lab/distribution_delegate.h"

#include <algorithm>

#include <QPainter>

#include "ui/lab/distribution_model.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

/// A bar is never so short that a chance looks like none.
double barWidth(double probability, double full) {
    return probability > 0 ? std::max(1.0, full * probability) : 0.0;
}

void paintBars(QPainter* painter, const QRectF& rect, const LabToken& token, const Shades& shades) {
    const double thick = std::max(4.0, rect.height() * 0.36);
    const double thin = std::max(2.0, rect.height() * 0.12);
    const double top = rect.center().y() - (thick + thin + 1) / 2;
    painter->setPen(Qt::NoPen);
    painter->setBrush(shades.edge);
    painter->drawRect(QRectF(rect.left(), top, barWidth(token.before, rect.width()), thin));
    painter->setBrush(shades.accent);
    painter->drawRect(
        QRectF(rect.left(), top + thin + 1, barWidth(token.after, rect.width()), thick));
}

} // namespace

void DistributionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    cell.text.clear();
    const QWidget* widget = option.widget;
    const QStyle* style = widget->style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, widget);

    const auto token = index.data(DistributionModel::kLabTokenRole).value<LabToken>();
    const Shades shades = shadesOf(option.palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const int unit = gridUnit(widget);
    const QRect rect = option.rect.adjusted(unit, 0, -unit, 0);
    painter->save();
    if (index.column() == DistributionModel::Bars) {
        paintBars(painter, rect, token, shades);
        painter->restore();
        return;
    }
    const bool removed = token.removedBy.has_value();
    QFont font = index.column() == DistributionModel::Token ? codeFont(option.font) : option.font;
    font.setStrikeOut(removed && index.column() == DistributionModel::Token);
    QColor color = shades.text;
    if (index.column() == DistributionModel::Before ||
        (removed && index.column() == DistributionModel::Token)) {
        color = shades.dimText;
    } else if (removed && index.column() == DistributionModel::After) {
        color = shades.warning;
    }
    if (selected) {
        color = readableOn(option.palette.color(QPalette::Highlight), color);
    }
    painter->setFont(font);
    painter->setPen(color);
    const QString text = QFontMetrics(font).elidedText(index.data().toString().remove(u'\n'),
                                                       Qt::ElideRight, rect.width());
    const auto alignment =
        Qt::Alignment(index.data(Qt::TextAlignmentRole).value<int>()) | Qt::AlignVCenter;
    painter->drawText(rect, static_cast<int>(alignment), text);
    painter->restore();
}

QSize DistributionDelegate::sizeHint(const QStyleOptionViewItem& option,
                                     const QModelIndex& index) const {
    const QFont font =
        index.column() == DistributionModel::Token ? codeFont(option.font) : option.font;
    const QFontMetrics metrics(font);
    const int unit = gridUnit(option.widget);
    return {metrics.horizontalAdvance(index.data().toString()) + 2 * unit + 2,
            metrics.height() + unit};
}

} // namespace phidelity
