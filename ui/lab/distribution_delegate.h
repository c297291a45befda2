// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace phidelity {

/// Paints the rows of DistributionModel: a thin bar for what the model gives, a full one for what
/// is left of it, and a line through a token that was removed.
class DistributionDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
};

} // namespace phidelity
