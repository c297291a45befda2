// SPDX-License-Identifier: MIT
// What a conversation's view paints, and when it does so by itself.
#include "ui/message_view.h"

#include <algorithm>

#include <QPainter>
#include <QScrollBar>

#include "ui/message_model.h"

namespace phidelity {

void MessageView::updateTimer() {
    const Message* message = count() > 0 ? &m_model->at(count() - 1) : nullptr;
    const bool thinking = message && message->text.isEmpty() && isUnfinished(*message);
    if (thinking && !m_dots.isActive()) {
        m_dots.start(400, this);
    } else if (!thinking) {
        m_dots.stop();
    }
}

MessageLayout::Marks MessageView::marksIn(int row) const {
    MessageLayout::Marks marks;
    marks.selection = selectionIn(row);
    marks.hits = hitQuery();
    if (row == m_hotRow && m_hot.part == MessageRow::Part::CopyCode) {
        marks.hotCode = m_hot.code;
    }
    if (row == m_hotRow && m_hot.part == MessageRow::Part::RunCode) {
        marks.hotRun = m_hot.code;
    }
    if (row == m_focusRow && !addressOf(row, m_focusLink).isEmpty()) {
        marks.focusedLink = m_focusLink;
    }
    if (row == m_token.row) {
        marks.token = shownPart(m_token);
    }
    if (row == m_hotToken.row) {
        marks.hotToken = shownPart(m_hotToken);
    }
    return marks;
}

void MessageView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    if (!m_model) {
        return;
    }
    const int scroll = verticalScrollBar()->value();
    const QRect clip = event->rect();
    for (int row = count() > 0 ? rowAtY(scroll + clip.top()) : 0; row < count(); ++row) {
        const QRect rect = rowRect(row);
        if (rect.top() > clip.bottom()) {
            break;
        }
        const Item& item = m_items[static_cast<size_t>(row)];
        if (!item.row) {
            continue;
        }
        MessageRow::PaintState state;
        state.marks = marksIn(row);
        state.cutMarks.hits = state.marks.hits;
        if (row == m_hitRow) {
            const bool cut = m_hit.piece == MessageRow::Piece::Cut;
            (cut ? state.cutMarks : state.marks).currentHit = m_hit.at;
        }
        state.phase = m_phase;
        state.hotToggle = row == m_hotRow && m_hot.part == MessageRow::Part::CutToggle;
        item.row->paint(painter, rect.topLeft(), clip, state);
    }
    if (hasFocus() && m_selectionStart == m_selectionEnd) {
        painter.setPen(QPen(m_look.shades.accent, 1));
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

void MessageView::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_dots.timerId()) {
        ++m_phase;
        if (count() > 0) {
            viewport()->update(rowRect(count() - 1));
        }
    } else if (event->timerId() == m_placeTimer.timerId()) {
        tellPlace();
    } else if (event->timerId() == m_autoScroll.timerId()) {
        const int above = -m_dragPoint.y();
        const int below = m_dragPoint.y() - viewport()->height();
        const int step = above > 0 ? -above : std::max(0, below);
        verticalScrollBar()->setValue(verticalScrollBar()->value() + step / 2);
        m_selectionEnd = positionAt(m_dragPoint);
        viewport()->update();
    }
}

void MessageView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void MessageView::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    if (m_focusLink.block >= 0 && event->reason() != Qt::PopupFocusReason) {
        m_focusLink = {};
        hideAddress();
    }
    viewport()->update();
}

} // namespace phidelity
