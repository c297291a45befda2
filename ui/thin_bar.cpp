// SPDX-License-Identifier: MIT
#include "ui/thin_bar.h"

#include <algorithm>

#include <QPainter>

#include "ui/theme.h"

namespace phidelity {

ThinBar::ThinBar(Measure measure, QWidget* parent) : QWidget(parent), m_measure(measure) {}

void ThinBar::setFraction(double fraction) {
    m_fraction = std::clamp(fraction, 0.0, 1.0);
    setAccessibleDescription(tr("%1 percent").arg(static_cast<int>(m_fraction * 100)));
    update();
}

QSize ThinBar::sizeHint() const {
    const int unit = gridUnit(this);
    return {16 * unit, 2 * unit};
}

void ThinBar::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    const double thickness = std::max(4, gridUnit(this));
    const QRectF track(0, (height() - thickness) / 2, width(), thickness);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(palette().color(QPalette::Window), shades.text, 0.16));
    painter.drawRoundedRect(track, thickness / 2, thickness / 2);
    if (m_fraction > 0) {
        QRectF filled = track;
        filled.setWidth(std::max(thickness, track.width() * m_fraction));
        const bool warns = m_measure == Measure::Fullness && m_fraction > 0.9;
        painter.setBrush(warns ? shades.warning : palette().color(QPalette::Highlight));
        painter.drawRoundedRect(filled, thickness / 2, thickness / 2);
    }
}

} // namespace phidelity
