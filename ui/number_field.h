// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace phidelity {

/// A number with its name, a field to type it in and a slider to try it out.
class NumberField : public QWidget {
    Q_OBJECT

public:
    struct Range {
        double lowest = 0; ///< of the slider
        double highest = 1;
        double step = 0.05;
        int decimals = 2;
        // What the field takes beyond the slider, if it is beyond it.
        double most = -std::numeric_limits<double>::infinity();
        double least = std::numeric_limits<double>::infinity();
    };
    enum class Shape {
        TwoLines, ///< the slider below
        OneLine,  ///< the slider between name and field; names of one length line up
    };
    NumberField(const QString& name, const QString& objectName, const Range& range,
                const QString& explanation, QWidget* parent = nullptr);
    NumberField(const QString& name, const QString& objectName, const Range& range,
                const QString& explanation, Shape shape, QWidget* parent = nullptr);

    void setValue(double value);
    [[nodiscard]] double value() const;
    /// Shown instead of the lowest value.
    void setLowestText(const QString& text);

signals:
    void valueChanged(double value);

private:
    QDoubleSpinBox* m_field;
    QSlider* m_slider;
};

} // namespace phidelity
