// SPDX-License-Identifier: MIT
#pragma once

#include <QDockWidget>

class QLabel;
class QToolButton;

namespace phidelity {

/// A side panel: its content under a line with its name, by which it is dragged, and buttons that
/// let it float and hide it. It only asks to be hidden: PanelDocks decides.
class PanelDock : public QDockWidget {
    Q_OBJECT

public:
    /// Takes the content.
    PanelDock(QWidget* content, const QString& key, const QString& title);

    /// As narrow as the content allows.
    [[nodiscard]] QSize sizeHint() const override;
    /// What it had when it was last docked and seen, or would like.
    [[nodiscard]] QSize dockedSize() const;

signals:
    void closeRequested();

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QToolButton* addButton(const char* name, const QString& symbol, const QString& tip);
    void applyLook();
    void showFloating(bool floating);

    QWidget* m_line;
    QLabel* m_name;
    QToolButton* m_float;
    QSize m_docked;
};

} // namespace phidelity
