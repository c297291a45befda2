// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractListModel>

#include "chat/branch_tree.h"

namespace phidelity {

/// The segments of a BranchTree as rows that can be drawn, walked and read out one by one.
class BranchRows : public QAbstractListModel {
    Q_OBJECT

public:
    using QAbstractListModel::QAbstractListModel;

    struct Row {
        QString text;       ///< what the segment says, with nothing hidden
        QList<bool> rails;  ///< of each depth before its own: a line goes on there to a row below
        bool last = false;  ///< none of the same fork follows
        bool shown = false; ///< a part of the version that is looked at
        QString chance;     ///< of its first token: how likely this way was at the fork
        QString path;       ///< of all tokens from the beginning
        QString versions;   ///< that end with it: "version 2"
        NodeId ends = 0;    ///< the version that ends with it, to be removed; 0 = none
        NodeId target = 0;  ///< the version that a click shows
    };
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    void setTree(const BranchTree& tree);
    [[nodiscard]] const Row& at(int row) const { return m_rows.at(row); }
    /// The row in which the version that is looked at ends; -1 for none.
    [[nodiscard]] int shownRow() const { return m_shownRow; }

private:
    QList<Row> m_rows;
    int m_shownRow = -1;
};

} // namespace phidelity
