// SPDX-License-Identifier: MIT
#pragma once

#include <QLabel>

namespace phidelity {

/// A label that does something when it is clicked, or has the focus and Space or Enter is pressed.
class LinkLabel : public QLabel {
    Q_OBJECT

public:
    explicit LinkLabel(QWidget* parent = nullptr);

signals:
    void activated();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void underline(bool on);
};

} // namespace phidelity
