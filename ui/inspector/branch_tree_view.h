// SPDX-License-Identifier: MIT
#pragma once

#include <QListView>

#include "ui/inspector/branch_rows.h"

namespace phidelity {

/// Draws the tree of the versions of a reply: what they share once, and from each fork a line to
/// every way that was tried. A click or Enter shows the version that a row belongs to,
/// Delete takes the one away that ends in it.
class BranchTreeView : public QListView {
    Q_OBJECT

public:
    explicit BranchTreeView(QWidget* parent = nullptr);

    [[nodiscard]] BranchRows* rows() const { return m_rows; }
    void setTree(const BranchTree& tree);

signals:
    void versionChosen(phidelity::NodeId node);
    void removeChosen(phidelity::NodeId node);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    class Delegate;
    void choose(const QModelIndex& index);
    void remove(const QModelIndex& index);

    BranchRows* m_rows;
};

} // namespace phidelity
