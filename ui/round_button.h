// SPDX-License-Identifier: MIT
#pragma once

#include <QToolButton>

namespace phidelity {

/// A round button in the palette's highlight: the one main act of a place.
class RoundButton : public QToolButton {
    Q_OBJECT

public:
    explicit RoundButton(QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace phidelity
