// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace phidelity {

/// Draws a row of the conversation list: its title on a rounded ground when chosen.
class ConversationDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace phidelity
