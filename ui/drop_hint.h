// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace phidelity {

/// Lies over the window while a file is dragged above it and says what dropping it does.
class DropHint : public QWidget {
    Q_OBJECT

public:
    explicit DropHint(QWidget* parent);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace phidelity
