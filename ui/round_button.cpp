// SPDX-License-Identifier: MIT
#include "ui/round_button.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/theme.h"

namespace phidelity {

RoundButton::RoundButton(QWidget* parent) : QToolButton(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
}

QSize RoundButton::sizeHint() const {
    const int side = 8 * gridUnit(this);
    return {side, side};
}

void RoundButton::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    QColor fill = palette().color(QPalette::Highlight);
    if (!isEnabled()) {
        fill = mixed(shades.page, shades.text, 0.14);
    } else if (isDown()) {
        fill = mixed(fill, Qt::black, 0.2);
    } else if (underMouse()) {
        fill = mixed(fill, Qt::white, 0.12);
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    const double side = std::min(width(), height()) - 4;
    const QRectF circle((width() - side) / 2, (height() - side) / 2, side, side);
    painter.drawEllipse(circle);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(shades.accent, 1.5));
        painter.drawEllipse(circle.adjusted(-1, -1, 1, 1));
    }
    const int symbol = static_cast<int>(side * 0.56);
    const QRect place((width() - symbol) / 2, (height() - symbol) / 2, symbol, symbol);
    icon().paint(&painter, place, Qt::AlignCenter, isEnabled() ? QIcon::Selected : QIcon::Disabled);
}

} // namespace phidelity
