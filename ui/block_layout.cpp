// SPDX-License-Identifier: MIT
#include "ui/block_layout.h"

namespace phidelity {

void LaidOutBlock::reset() {
    m_text.reset();
    m_table.reset();
}

int LaidOutBlock::height() const {
    return m_table ? m_table->height() : m_text->height();
}

double LaidOutBlock::naturalWidth() const {
    return m_table ? m_table->fullWidth() : m_text->naturalWidth();
}

double LaidOutBlock::firstBaseline() const {
    return m_table ? m_table->firstBaseline() : m_text->firstBaseline();
}

void LaidOutBlock::paint(QPainter& painter, QPoint at, const QRect& clip, const TextMarks& marks,
                         const QColor& color) const {
    if (m_table) {
        m_table->paint(painter, at, clip, marks, color);
    } else {
        m_text->paint(painter, at, clip, marks, color);
    }
}

qsizetype LaidOutBlock::positionAt(QPointF point) const {
    return m_table ? m_table->positionAt(point) : m_text->positionAt(point);
}

qsizetype LaidOutBlock::characterAt(QPointF point) const {
    return m_table ? m_table->characterAt(point) : m_text->characterAt(point);
}

QList<QRectF> LaidOutBlock::rectsOf(qsizetype from, qsizetype to) const {
    return m_table ? m_table->rectsOf(from, to) : m_text->rectsOf(from, to);
}

} // namespace phidelity
