// SPDX-License-Identifier: MIT
#include "ui/number_field.h"

#include <algorithm>
#include <cmath>

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include "ui/calm_wheel.h"
#include "ui/theme.h"

namespace phidelity {

NumberField::NumberField(const QString& name, const QString& objectName, const Range& range,
                         const QString& explanation, QWidget* parent)
    : NumberField(name, objectName, range, explanation, Shape::TwoLines, parent) {}

NumberField::NumberField(const QString& name, const QString& objectName, const Range& range,
                         const QString& explanation, Shape shape, QWidget* parent)
    : QWidget(parent), m_field(new QDoubleSpinBox), m_slider(new QSlider(Qt::Horizontal)) {
    auto* label = new QLabel(name);
    label->setBuddy(m_field);
    m_field->setObjectName(objectName);
    m_field->setAccessibleName(name);
    m_field->setAccessibleDescription(explanation);
    m_field->setDecimals(range.decimals);
    m_field->setRange(std::min(range.lowest, range.least), std::max(range.highest, range.most));
    m_field->setSingleStep(range.step);
    m_field->setKeyboardTracking(false);
    m_field->setAlignment(Qt::AlignRight);
    m_slider->setObjectName(objectName + QStringLiteral("Slider"));
    m_slider->setAccessibleName(tr("%1, slider").arg(name));
    m_slider->setRange(static_cast<int>(std::lround(range.lowest / range.step)),
                       static_cast<int>(std::lround(range.highest / range.step)));
    for (QWidget* widget : {static_cast<QWidget*>(label), static_cast<QWidget*>(m_field),
                            static_cast<QWidget*>(m_slider)}) {
        widget->setToolTip(explanation);
    }
    ignoreWheelWithoutFocus(m_field);
    ignoreWheelWithoutFocus(m_slider);
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setVerticalSpacing(gridUnit(this) / 2);
    layout->addWidget(label, 0, 0);
    if (shape == Shape::OneLine) {
        label->setMinimumWidth(11 * fontMetrics().averageCharWidth());
        m_slider->setMinimumWidth(8 * gridUnit(this));
        layout->addWidget(m_slider, 0, 1);
        layout->addWidget(m_field, 0, 2);
        layout->setColumnStretch(1, 1);
    } else {
        layout->addWidget(m_field, 0, 1);
        layout->addWidget(m_slider, 1, 0, 1, 2);
        layout->setColumnStretch(0, 1);
    }
    connect(m_field, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(static_cast<int>(std::lround(value / m_field->singleStep())));
        emit valueChanged(value);
    });
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int value) { m_field->setValue(value * m_field->singleStep()); });
}

void NumberField::setValue(double value) {
    m_field->setValue(value);
}

double NumberField::value() const {
    return m_field->value();
}

void NumberField::setLowestText(const QString& text) {
    m_field->setSpecialValueText(text);
}

} // namespace phidelity
