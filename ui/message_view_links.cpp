// SPDX-License-Identifier: MIT
// Links of a MessageView.
#include <algorithm>
#include <cstdlib>

#include <QFontMetrics>
#include <QLabel>
#include <QScrollBar>
#include <QUrl>
#include <QWheelEvent>

#include "ui/message_model.h"
#include "ui/message_view.h"

namespace phidelity {

namespace {

/// An address in a width, so that the end of its host is seen whatever else is not.
QString fitted(const QString& address, const QFontMetrics& metrics, int width) {
    if (metrics.horizontalAdvance(address) <= width) {
        return address;
    }
    const qsizetype host = address.indexOf(QLatin1String("://"));
    const qsizetype path = host < 0 ? -1 : address.indexOf(u'/', host + 3);
    if (path < 0) {
        return metrics.elidedText(address, Qt::ElideMiddle, width);
    }
    const QString begin = address.left(path);
    const int left = width - metrics.horizontalAdvance(begin);
    return left > 0 ? begin + metrics.elidedText(address.mid(path), Qt::ElideRight, left)
                    : metrics.elidedText(begin, Qt::ElideLeft, width);
}

} // namespace

// ---- Links

QString MessageView::addressOf(int row, MessageLayout::LinkPlace link) const {
    if (row < 0 || row >= count() || link.block < 0 || !m_items[static_cast<size_t>(row)].row) {
        return {};
    }
    const MessageLayout& body = std::as_const(*m_items[static_cast<size_t>(row)].row).body();
    for (const MessageLayout::LinkPlace place : body.linksBetween(0, body.height())) {
        if (place == link) {
            return body.link(place).address;
        }
    }
    return {};
}

void MessageView::showAddress(int row, MessageLayout::LinkPlace link) {
    const QString address = addressOf(row, link);
    if (address.isEmpty()) {
        hideAddress();
        return;
    }
    m_shownRow = row;
    m_shownLink = link;
    m_address->setFont(m_look.label);
    m_address->setContentsMargins(2 * m_look.unit, m_look.unit, 2 * m_look.unit, m_look.unit);
    m_address->setText(
        fitted(address, QFontMetrics(m_look.label), viewport()->width() - 6 * m_look.unit));
    m_address->adjustSize();
    m_address->move(0, viewport()->height() - m_address->height());
    m_address->show();
    m_address->raise();
}

void MessageView::hideAddress() {
    m_shownRow = -1;
    m_shownLink = {};
    m_address->hide();
}

void MessageView::openLink(int row, MessageLayout::LinkPlace link) {
    const QString address = addressOf(row, link);
    const bool shown = row == m_shownRow && link == m_shownLink && m_address->isVisible();
    if (!address.isEmpty() && shown) {
        emit linkActivated(QUrl(address));
    } else {
        showAddress(row, link);
    }
}

QRect MessageView::linkRect(int row, int number) {
    if (row < 0 || row >= count()) {
        return {};
    }
    const MessageRow& found = rowAt(row);
    const auto places = found.body().linksBetween(0, found.body().height());
    if (number < 0 || number >= places.size()) {
        return {};
    }
    const QRect inBody = found.body().linkRect(places.at(number));
    return inBody.isEmpty() ? QRect()
                            : inBody.translated(rowRect(row).topLeft() + found.bodyOrigin());
}

/// Tab goes from link to link of what is seen, then on to the next widget.
bool MessageView::focusNextPrevChild(bool next) {
    struct Stop {
        int row;
        MessageLayout::LinkPlace link;
    };
    QList<Stop> stops;
    const int scroll = verticalScrollBar()->value();
    for (int row = count() > 0 ? rowAtY(scroll) : 0; row < count(); ++row) {
        const int top = rowTop(row);
        if (top > scroll + viewport()->height()) {
            break;
        }
        const MessageRow& found = rowAt(row);
        const int origin = top + found.bodyOrigin().y();
        const auto places = found.body().isEmpty()
                                ? QList<MessageLayout::LinkPlace>()
                                : found.body().linksBetween(scroll - origin,
                                                            scroll + viewport()->height() - origin);
        for (const MessageLayout::LinkPlace place : places) {
            stops.append({row, place});
        }
    }
    const auto current = std::find_if(stops.cbegin(), stops.cend(), [this](const Stop& stop) {
        return stop.row == m_focusRow && stop.link == m_focusLink;
    });
    const bool onLink = m_focusLink.block >= 0 && current != stops.cend();
    const qsizetype at = onLink ? current - stops.cbegin() : -1;
    const qsizetype to = next ? at + 1 : at - 1;
    viewport()->update();
    if ((!onLink && !next) || to >= stops.size() || to < -1 || (to < 0 && !onLink)) {
        m_focusLink = {};
        hideAddress();
        return QAbstractScrollArea::focusNextPrevChild(next);
    }
    if (to < 0) { // back from the first link to the view itself
        m_focusLink = {};
        hideAddress();
        return true;
    }
    m_focusRow = stops.at(to).row;
    m_focusLink = stops.at(to).link;
    showAddress(m_focusRow, m_focusLink);
    return true;
}

void MessageView::wheelEvent(QWheelEvent* event) {
    const QPoint steps = event->angleDelta();
    const bool sideways =
        std::abs(steps.x()) > std::abs(steps.y()) || (event->modifiers() & Qt::ShiftModifier);
    if (sideways && count() > 0) {
        const QPoint point = event->position().toPoint();
        const int row = rowAtY(verticalScrollBar()->value() + point.y());
        const int by = steps.x() != 0 ? steps.x() : steps.y();
        MessageRow& found = rowAt(row);
        if (found.body().scrollSideways(toRow(row, point) - found.bodyOrigin(), -by / 2)) {
            viewport()->update();
        }
        event->accept();
        return;
    }
    QAbstractScrollArea::wheelEvent(event);
}

} // namespace phidelity
