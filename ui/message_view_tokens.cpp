// SPDX-License-Identifier: MIT
// Tokens in a MessageView: which character is pointed at, and where a token is marked.
#include <algorithm>

#include <QScrollBar>

#include "chat/markdown/source_places.h"
#include "ui/message_model.h"
#include "ui/message_view.h"

namespace phidelity {

void MessageView::setInspecting(bool inspecting) {
    m_inspecting = inspecting;
    if (!inspecting) {
        m_hovered = {};
    }
}

/// The character of a message's text that is shown at a position; -1 = none.
qsizetype MessageView::sourceOf(const Position& position) {
    if (position.row < 0 || position.row >= count() || position.in.block < 0) {
        return -1;
    }
    const QList<TextBlock>& blocks = rowAt(position.row).body().blocks();
    if (position.in.block >= blocks.size()) {
        return -1;
    }
    const QString& source = m_model->at(position.row).text;
    const QList<qsizetype> places = sourcePlaces(source, blocks, position.in.block);
    return places.value(position.in.offset, places.last());
}

/// Nothing where it is not shown or has not been laid out.
std::optional<MessageLayout::Selection> MessageView::shownPart(const TokenMark& mark) const {
    if (mark.row < 0 || mark.row >= count() || mark.from >= mark.to ||
        !m_items[static_cast<size_t>(mark.row)].row) {
        return std::nullopt;
    }
    const QString& source = m_model->at(mark.row).text;
    const QList<TextBlock>& blocks =
        std::as_const(*m_items[static_cast<size_t>(mark.row)].row).body().blocks();
    // Of pieces of one long line the last one is found: the ones before it say the same place.
    const auto positionOf = [&](qsizetype place) -> BlockPosition {
        qsizetype block = blockAtSource(blocks, place);
        while (block >= 0) {
            const QList<qsizetype> places = sourcePlaces(source, blocks, block);
            const bool earlier = block > 0 && places.first() > place &&
                                 blocks.at(block - 1).sourceStart == blocks.at(block).sourceStart;
            if (!earlier) {
                return {block,
                        std::lower_bound(places.begin(), places.end(), place) - places.begin()};
            }
            --block;
        }
        return {};
    };
    if (blocks.isEmpty()) {
        return std::nullopt;
    }
    const BlockPosition from = positionOf(mark.from);
    BlockPosition to = positionOf(mark.to - 1);
    // Behind the character, if it is shown itself and not markup.
    const QList<qsizetype> places = sourcePlaces(source, blocks, to.block);
    if (to.offset + 1 < places.size() && places.at(to.offset) == mark.to - 1) {
        ++to.offset;
    }
    if (!(from < to)) {
        return std::nullopt;
    }
    return MessageLayout::Selection{from, to};
}

QRect MessageView::textRect(int row, qsizetype from, qsizetype to) {
    if (row < 0 || row >= count()) {
        return {};
    }
    MessageRow& found = rowAt(row);
    const auto part = shownPart({row, from, to});
    return part ? found.body()
                      .rectOf(part->from)
                      .translated(rowRect(row).topLeft() + found.bodyOrigin())
                : QRect();
}

std::pair<int, qsizetype> MessageView::selectionBegin() {
    if (m_selectionStart == m_selectionEnd || m_selectionStart.row < 0) {
        return {-1, -1};
    }
    const Position begin = std::min(m_selectionStart, m_selectionEnd);
    return {begin.row, sourceOf(begin)};
}

void MessageView::markToken(int row, qsizetype from, qsizetype to) {
    const TokenMark mark{row, from, to};
    if (mark == m_token) {
        return;
    }
    m_token = mark;
    const QRect place = textRect(row, from, to);
    if (!place.isEmpty() && !viewport()->rect().contains(place)) {
        setFollowing(false);
        const int scroll = m_scroll + place.center().y() - viewport()->height() / 2;
        takeAnchor(std::max(0, scroll));
        relayout();
    }
    viewport()->update();
}

void MessageView::markHotToken(int row, qsizetype from, qsizetype to) {
    const TokenMark mark{row, from, to};
    if (mark != m_hotToken) {
        m_hotToken = mark;
        viewport()->update();
    }
}

MessageView::Position MessageView::characterAt(QPoint viewportPoint) {
    Position position = positionAt(viewportPoint);
    if (position.row >= 0) {
        MessageRow& found = rowAt(position.row);
        position.in =
            found.body().characterAt(toRow(position.row, viewportPoint) - found.bodyOrigin());
    }
    return position;
}

void MessageView::tellHovered(QPoint point) {
    if (!m_inspecting) {
        return;
    }
    Position position;
    if (m_hotRow >= 0 && viewport()->rect().contains(point)) {
        const MessageRow::Part part = rowAt(m_hotRow).hit(toRow(m_hotRow, point)).part;
        if (part == MessageRow::Part::Text || part == MessageRow::Part::Link) {
            position = characterAt(point);
        }
    }
    if (position != m_hovered) {
        m_hovered = position;
        emit textHovered(position.row, sourceOf(position));
    }
}

void MessageView::inspectAt(const Position& position) {
    if (position.row >= 0 && position.row < count()) {
        emit inspectRequested(position.row, sourceOf(position));
    }
}

} // namespace phidelity
