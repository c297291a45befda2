// SPDX-License-Identifier: MIT
#include "ui/example_button.h"

#include <QPainter>

#include "ui/theme.h"

namespace phidelity {

ExampleButton::ExampleButton(QWidget* parent) : QPushButton(parent) {
    setAttribute(Qt::WA_Hover);
    setAutoDefault(false);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
}

int ExampleButton::pad() const {
    return 3 * gridUnit(this);
}

QSize ExampleButton::sizeHint() const {
    return {50 * gridUnit(this), 2 * fontMetrics().lineSpacing() + 2 * pad()};
}

QSize ExampleButton::minimumSizeHint() const {
    return {30 * gridUnit(this), sizeHint().height()};
}

void ExampleButton::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    const int unit = gridUnit(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(isDown() ? shades.line : underMouse() ? shades.hover : shades.page);
    const double line = hasFocus() ? 2 : 1;
    painter.setPen(QPen(hasFocus() ? shades.accent : shades.line, line));
    painter.drawRoundedRect(insideEdge(rect(), line), 2 * unit, 2 * unit);
    painter.setPen(shades.text);
    painter.drawText(rect().adjusted(pad(), pad(), -pad(), -pad()),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, text());
}

} // namespace phidelity
