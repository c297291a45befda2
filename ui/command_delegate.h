// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace phidelity {

/// Draws an action in the command palette: its name with the letters that were found, its menu
/// dimmed, its shortcut at the end.
class CommandDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
};

} // namespace phidelity
