// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace phidelity {

/// Draws a row of the conversation list: a title on a rounded ground when chosen, a heading, or
/// what a search found with its marks.
class ConversationDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace phidelity
