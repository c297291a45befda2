// SPDX-License-Identifier: MIT
#include "ui/elided_label.h"

#include <QPainter>
#include <QStyle>

#include "ui/plain_tip.h"

namespace phidelity {

ElidedLabel::ElidedLabel(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void ElidedLabel::setText(const QString& text) {
    m_text = text;
    setToolTip(plainTip(text));
    setAccessibleName(text);
    update();
}

void ElidedLabel::setAlignment(Qt::Alignment alignment) {
    m_alignment = alignment;
    update();
}

QString ElidedLabel::shownText() const {
    return fontMetrics().elidedText(m_text, Qt::ElideRight, width());
}

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(m_text), fontMetrics().height()};
}

QSize ElidedLabel::minimumSizeHint() const {
    return {0, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Qt::Alignment across = QStyle::visualAlignment(layoutDirection(), m_alignment);
    painter.drawText(rect(), static_cast<int>(across | Qt::AlignVCenter) | Qt::TextSingleLine,
                     shownText());
}

} // namespace phidelity
