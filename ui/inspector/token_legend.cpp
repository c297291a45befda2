// SPDX-License-Identifier: MIT
#include "ui/inspector/token_legend.h"

#include <algorithm>

#include <QEvent>
#include <QFontMetrics>
#include <QPainter>

#include "ui/inspector/token_chips.h"
#include "ui/theme.h"

namespace phidelity {

TokenLegend::TokenLegend(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("tokenLegend"));
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    hide();
}

void TokenLegend::setMeasure(TokenMeasure measure) {
    m_measure = measure;
    setAccessibleName(tr("Colours"));
    setAccessibleDescription(scaleWords(measure).join(QStringLiteral(", ")));
    setVisible(measure != TokenMeasure::None);
    updateGeometry();
    update();
}

QList<QRect> TokenLegend::places(int width) const {
    const QFontMetrics metrics(scaledFont(font(), 0.92));
    const int unit = gridUnit(this);
    const int height = metrics.height() + unit + unit / 2;
    QList<QRect> places;
    QPoint at;
    for (const QString& word : scaleWords(m_measure)) {
        const int wide = metrics.horizontalAdvance(word) + 3 * unit;
        if (at.x() > 0 && at.x() + wide > width) {
            at = {0, at.y() + height + unit};
        }
        places.append(QRect(at, QSize(wide, height)));
        at.rx() += wide + unit;
    }
    return places;
}

QSize TokenLegend::sizeHint() const {
    return {60 * gridUnit(this), heightForWidth(std::max(width(), 60 * gridUnit(this)))};
}

int TokenLegend::heightForWidth(int width) const {
    const QList<QRect> all = places(width);
    return all.isEmpty() ? 0 : all.last().bottom() + 1;
}

void TokenLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(scaledFont(font(), 0.92));
    const QStringList words = scaleWords(m_measure);
    const QList<QRect> all = places(width());
    for (int step = 0; step < all.size(); ++step) {
        paintTokenGround(painter, all.at(step), palette(), step);
        painter.setPen(readableOn(scaleColor(palette(), step), shadesOf(palette()).text));
        painter.drawText(all.at(step), Qt::AlignCenter, words.at(step));
    }
}

void TokenLegend::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        updateGeometry();
    }
}

} // namespace phidelity
