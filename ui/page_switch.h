// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QToolButton;

namespace phidelity {

/// Chooses the page of the window: a row of buttons, names beside the pictures where there is room.
/// Hidden while there is nothing to choose from.
class PageSwitch : public QWidget {
    Q_OBJECT

public:
    /// `header`: what it stands in. Where it would take more than its share of that, the names fall
    /// away.
    explicit PageSwitch(QWidget* header);

    /// `action` is checkable, has the page's name and picture, and shows the page.
    void add(QAction* action);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fit();

    QHBoxLayout* m_row;
    QList<QToolButton*> m_buttons;
};

} // namespace phidelity
