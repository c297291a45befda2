// SPDX-License-Identifier: MIT
#pragma once

#include <QPushButton>

namespace phidelity {

/// A card with a prompt to try; its text wraps.
class ExampleButton : public QPushButton {
    Q_OBJECT

public:
    explicit ExampleButton(QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] int pad() const;
};

} // namespace phidelity
