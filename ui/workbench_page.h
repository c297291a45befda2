// SPDX-License-Identifier: MIT
#pragma once

#include <QAction>
#include <QList>
#include <QString>
#include <QWidget>

namespace phidelity {

/// One of the things that can fill the window: chat, playground, code. MainWindow::addPage shows it
/// in the switch and the View menu, and gives it a menu of its own. GUI thread; the window owns it.
class WorkbenchPage : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    /// In the switch, and the title of the menu: "Playground".
    [[nodiscard]] virtual QString title() const = 0;
    /// The name of its icon (ui/icon.h).
    [[nodiscard]] virtual QString symbol() const = 0;
    /// What can be done here, in the order of the menu; one that is a separator becomes a line. By
    /// default what was given to addAction. Asked for once, by MainWindow::addPage. Shortcuts act
    /// while the page is shown, so pages may use the same keys.
    [[nodiscard]] virtual QList<QAction*> actions() const { return QWidget::actions(); }
    /// What stands in the header and the window's title while the page is shown.
    [[nodiscard]] virtual QString heading() const { return title(); }
    /// The page is shown now: put the focus where one goes on.
    virtual void activated() { setFocus(); }
    /// Escape was pressed: end or stop what runs. False where there was nothing to end.
    virtual bool escape() { return false; }

signals:
    void headingChanged();
};

} // namespace phidelity
