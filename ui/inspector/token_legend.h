// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

#include "ui/inspector/token_scale.h"

namespace phidelity {

/// What the grounds of tokens mean; wraps where it is narrow. Hidden while nothing is measured.
class TokenLegend : public QWidget {
    Q_OBJECT

public:
    explicit TokenLegend(QWidget* parent = nullptr);

    void setMeasure(TokenMeasure measure);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// Where each word of the scale goes in a width.
    [[nodiscard]] QList<QRect> places(int width) const;

    TokenMeasure m_measure = TokenMeasure::None;
};

} // namespace phidelity
