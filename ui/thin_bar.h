// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace phidelity {

/// A thin horizontal measure of a fraction, 0..1.
class ThinBar : public QWidget {
    Q_OBJECT

public:
    /// Fullness warns by its colour above nine tenths.
    enum class Measure { Progress, Fullness };
    explicit ThinBar(Measure measure, QWidget* parent = nullptr);
    void setFraction(double fraction);
    [[nodiscard]] double fraction() const { return m_fraction; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Measure m_measure;
    double m_fraction = 0;
};

} // namespace phidelity
