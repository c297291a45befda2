// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace phidelity {

/// A thin horizontal measure of a fraction, 0..1; it warns by its colour above nine tenths.
class ThinBar : public QWidget {
    Q_OBJECT

public:
    explicit ThinBar(QWidget* parent = nullptr);
    void setFraction(double fraction);
    [[nodiscard]] double fraction() const { return m_fraction; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_fraction = 0;
};

} // namespace phidelity
