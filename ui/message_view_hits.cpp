// SPDX-License-Identifier: MIT
// What is looked for in a MessageView.
#include <algorithm>

#include <QScrollBar>

#include "ui/message_model.h"
#include "ui/message_view.h"

namespace phidelity {

void MessageView::setHits(const QString& text) {
    m_words = {searchWords(text), Qt::CaseInsensitive};
    m_hitRow = -1;
    viewport()->update();
}

void MessageView::setFind(const HitQuery& query) {
    if (query.isEmpty() || m_find.isEmpty()) {
        m_hitRow = -1;
    } // otherwise it is where one goes on from
    m_find = query;
    if (query.isEmpty()) {
        relayout(); // at the end it may follow again
    }
    viewport()->update();
}

int MessageView::hitCount(int row) const {
    if (!m_model || row < 0 || row >= count() || hitQuery().isEmpty()) {
        return 0;
    }
    const Item& item = m_items[static_cast<size_t>(row)];
    return item.row ? static_cast<int>(item.row->hits(hitQuery()).size())
                    : MessageRow::hitCount(m_model->at(row), hitQuery());
}

std::pair<int, int> MessageView::findFrom() {
    if (count() == 0) {
        return {0, 0};
    }
    int row = m_hitRow;
    MessageRow::TextHit from = m_hit;
    if (row < 0) {
        row = rowAtY(verticalScrollBar()->value());
        const bool belowBody = rowRect(row).top() + rowAt(row).frame().bottom() < 0;
        from = belowBody ? MessageRow::TextHit{MessageRow::Piece::Cut, {}, 0}
                         : MessageRow::TextHit{MessageRow::Piece::Body,
                                               positionAt({m_columnLeft, 0}).in, 0};
    }
    from.length = 0;
    const QList<MessageRow::TextHit> hits = rowAt(row).hits(hitQuery());
    const auto first = std::lower_bound(hits.cbegin(), hits.cend(), from);
    return {row, static_cast<int>(first - hits.cbegin())};
}

void MessageView::showHit(int row, int number) {
    if (!m_model || row < 0 || row >= count()) {
        return;
    }
    MessageRow& found = rowAt(row);
    const QList<MessageRow::TextHit> hits = found.hits(hitQuery());
    m_hitRow = -1;
    if (hits.isEmpty()) {
        showRow(row);
        return;
    }
    m_hitRow = row;
    m_hit = hits.at(std::clamp<qsizetype>(number, 0, hits.size() - 1));
    setFollowing(false);
    const QRect place = found.reveal(m_hit);
    const MessageLayout& body = std::as_const(found).body();
    m_anchor = {row, 0, place.top() - viewport()->height() / 3};
    if (!body.isEmpty()) {
        const bool cut = m_hit.piece == MessageRow::Piece::Cut;
        m_anchor.block = cut ? body.blockCount() - 1 : m_hit.at.block;
        m_anchor.offset -= found.bodyOrigin().y() + body.blockTop(m_anchor.block);
    }
    heightChanged(row);
    relayout();
    m_placeTimer.start(kPlaceMs, this);
}

void MessageView::selectShownHit() {
    if (m_hitRow >= 0 && m_hitRow < count() && m_hit.piece == MessageRow::Piece::Body) {
        m_selectionStart = {m_hitRow, m_hit.at};
        m_selectionEnd = {m_hitRow, {m_hit.at.block, m_hit.at.offset + m_hit.length}};
    }
    m_hitRow = -1;
    viewport()->update();
}

} // namespace phidelity
