// SPDX-License-Identifier: MIT
#include "ui/chat_find.h"

#include <limits>

#include <QApplication>
#include <QElapsedTimer>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/find_row.h"
#include "ui/hit_counter.h"
#include "ui/message_model.h"
#include "ui/message_view.h"

namespace phidelity {

namespace {

/// How long the way to the next hit may hold the window before it goes on in the next slice.
constexpr int kLookMs = 6;
/// A longer selection is hardly what one looks for.
constexpr qsizetype kMostSelected = 200;

} // namespace

ChatFind::ChatFind(MessageView* view, const MessageModel* messages, QWidget* parent)
    : QWidget(parent), m_view(view), m_row(new FindRow(QStringLiteral("chatFind"))),
      m_counter(new HitCounter(
          messages, [view](int row) { return view->hitCount(row); }, this)) {
    setObjectName(QStringLiteral("chatFindBar"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_row);
    connect(m_row, &FindRow::changed, this, &ChatFind::typed);
    connect(m_row, &FindRow::nextRequested, this, &ChatFind::findNext);
    connect(m_row, &FindRow::previousRequested, this, &ChatFind::findPrevious);
    connect(m_row, &FindRow::closeRequested, this, &ChatFind::close);
    connect(m_counter, &HitCounter::counted, this, [this] {
        if (m_shown.row >= 0 && m_shown.number >= m_counter->at(m_shown.row)) {
            m_shown = {}; // its message is another now
        }
        look();
        tell();
    });
    const auto forget = [this](int firstRow) {
        m_direction = 0;
        if (m_shown.row >= firstRow) {
            m_shown = {};
        }
    };
    connect(messages, &QAbstractItemModel::modelReset, this, [forget] { forget(0); });
    connect(messages, &QAbstractItemModel::rowsRemoved, this,
            [forget](const QModelIndex&, int first, int) { forget(first); });
    hide();
}

void ChatFind::open() {
    if (!isVisible()) {
        m_before = QApplication::focusWidget();
    }
    const QString selected = m_view->selectedText();
    const bool wanted =
        !selected.isEmpty() && selected.size() <= kMostSelected && !selected.contains(u'\n');
    const bool fresh = wanted && selected != m_row->text();
    const bool opening = !isVisible();
    show();
    if (fresh) {
        m_row->setText(selected);
    } else if (opening) {
        typed();
    }
    m_row->focusField();
}

void ChatFind::close() {
    if (!isVisible()) {
        return;
    }
    const bool focused = isAncestorOf(QApplication::focusWidget());
    hide();
    m_counter->stop();
    m_direction = 0;
    m_shown = {};
    m_view->selectShownHit();
    m_view->setFind({});
    if (focused) {
        QWidget* next = m_before && m_before->isVisible() ? m_before.data() : m_view;
        next->setFocus(Qt::OtherFocusReason);
    }
}

void ChatFind::typed() {
    if (!isVisible()) {
        return;
    }
    m_shown = {};
    m_direction = 0;
    if (m_row->text().isEmpty()) {
        m_counter->stop();
        m_view->setFind({});
    } else {
        m_view->setFind({{m_row->text()}, m_row->sensitivity()});
        const auto [row, number] = m_view->findFrom();
        m_counter->restart(row);
        m_at = {row, number};
        lookAlong(1);
    }
    tell();
}

void ChatFind::findNext() {
    step(1);
}

void ChatFind::findPrevious() {
    step(-1);
}

void ChatFind::step(int by) {
    if (!isVisible() || m_row->text().isEmpty()) {
        open();
        return;
    }
    if (m_shown.row >= 0) {
        m_at = {m_shown.row, m_shown.number + by};
    } else {
        const auto [row, number] = m_view->findFrom();
        m_at = {row, by > 0 ? number : number - 1};
    }
    lookAlong(by);
    tell();
}

void ChatFind::lookAlong(int direction) {
    if (m_counter->rows() > 0) {
        m_direction = direction;
        m_rowsLeft = m_counter->rows() + 1; // round to the rest of the first one
        look();
    }
}

/// On the way from m_at to the next hit.
void ChatFind::look() {
    QElapsedTimer clock;
    clock.start();
    const int rows = m_counter->rows();
    for (; m_direction != 0 && clock.elapsed() < kLookMs; --m_rowsLeft) {
        if (m_rowsLeft == 0) {
            m_direction = 0;
            return;
        }
        const int hits = m_counter->at(m_at.row);
        if (m_direction > 0 && m_at.number < hits) {
            goTo(m_at);
        } else if (m_direction < 0 && m_at.number >= 0 && hits > 0) {
            goTo({m_at.row, std::min(m_at.number, hits - 1)});
        } else {
            m_at.row = (m_at.row + m_direction + rows) % rows;
            m_at.number = m_direction > 0 ? 0 : std::numeric_limits<int>::max();
        }
    }
}

void ChatFind::goTo(Place place) {
    m_direction = 0;
    m_shown = place;
    m_view->showHit(place.row, place.number);
}

void ChatFind::tell() {
    const int total = m_counter->total();
    const QLocale locale;
    if (m_row->text().isEmpty() || (total == 0 && !m_counter->isDone())) {
        m_row->say({});
    } else if (total == 0) {
        m_row->say(tr("Not found"), FindRow::Tone::Problem);
    } else if (!m_counter->isDone()) {
        m_row->say(tr("%1 so far").arg(locale.toString(total)));
    } else if (m_shown.row < 0) {
        m_row->say(tr("%1 found").arg(locale.toString(total)));
    } else {
        const int number = m_counter->before(m_shown.row) + m_shown.number + 1;
        m_row->say(tr("%1 of %2").arg(locale.toString(number), locale.toString(total)));
    }
}

} // namespace phidelity
