// SPDX-License-Identifier: MIT
#include "ui/drop_hint.h"

#include <QPainter>

#include "ui/theme.h"

namespace phidelity {

DropHint::DropHint(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("dropHint"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropHint::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    const int unit = gridUnit(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = shades.page;
    veil.setAlphaF(0.88F);
    painter.fillRect(rect(), veil);
    painter.setPen(QPen(shades.accent, 2, Qt::DashLine));
    painter.drawRoundedRect(QRectF(rect()).adjusted(4 * unit, 4 * unit, -4 * unit, -4 * unit),
                            3 * unit, 3 * unit);
    painter.setFont(scaledFont(font(), 1.4));
    painter.setPen(shades.text);
    painter.drawText(rect().adjusted(8 * unit, 0, -8 * unit, 0), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("Drop to open this model"));
}

} // namespace phidelity
