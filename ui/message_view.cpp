// SPDX-License-Identifier: MIT
#include "ui/message_view.h"

#include <algorithm>
#include <cstdlib>

#include <QApplication>
#include <QEvent>
#include <QLabel>
#include <QScrollBar>
#include <QToolButton>

#include "ui/icon.h"
#include "ui/message_actions.h"
#include "ui/message_model.h"

namespace phidelity {

namespace {

/// Longer lines are hard to read; the column grows no wider than this many grid units.
constexpr int kColumnUnits = 164;
/// Rows around the visible ones whose layouts are kept.
constexpr int kKeptRows = 40;

/// What can be done with a message wherever it stands.
MessageActions::Offer offerOf(const Message& message) {
    MessageActions::Offer offer;
    const bool ended = !isUnfinished(message);
    offer.copy = !message.text.isEmpty();
    offer.edit = ended && !message.text.isEmpty();
    offer.branch = ended && !message.text.isEmpty();
    offer.regenerate = isEndedReply(message);
    offer.version = message.version;
    offer.versions = message.versions;
    return offer;
}

} // namespace

MessageView::MessageView(QWidget* parent)
    : QAbstractScrollArea(parent), m_look(this), m_lastActions(new MessageActions(viewport())),
      m_hoverActions(new MessageActions(viewport())), m_jump(new QToolButton(viewport())),
      m_address(new QLabel(viewport())) {
    setObjectName(QStringLiteral("messageView"));
    setAccessibleName(tr("Conversation"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    viewport()->setMouseTracking(true);
    m_lastActions->setObjectName(QStringLiteral("lastReplyActions"));
    m_hoverActions->setObjectName(QStringLiteral("hoverActions"));
    for (MessageActions* actions : {m_lastActions, m_hoverActions}) {
        actions->hide();
        connect(actions, &MessageActions::copyRequested, this, &MessageView::copyMessage);
        connect(actions, &MessageActions::regenerateRequested, this,
                &MessageView::regenerateRequested);
        connect(actions, &MessageActions::continueRequested, this, &MessageView::continueRequested);
        connect(actions, &MessageActions::editRequested, this, &MessageView::editRequested);
        connect(actions, &MessageActions::branchRequested, this, &MessageView::branchRequested);
        connect(actions, &MessageActions::versionRequested, this, &MessageView::versionRequested);
    }
    m_jump->setObjectName(QStringLiteral("jumpToLatest"));
    m_jump->setText(tr("Jump to latest"));
    m_jump->setIcon(icon(QStringLiteral("down")));
    m_jump->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_jump->setToolTip(tr("Go to the end and follow it again"));
    m_jump->setAccessibleName(tr("Jump to latest"));
    m_jump->hide();
    connect(m_jump, &QToolButton::clicked, this, &MessageView::jumpToLatest);
    m_address->setObjectName(QStringLiteral("linkAddress"));
    m_address->setTextFormat(Qt::PlainText);
    m_address->setAutoFillBackground(true);
    m_address->setBackgroundRole(QPalette::ToolTipBase);
    m_address->setForegroundRole(QPalette::ToolTipText);
    m_address->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_address->hide();
}

MessageView::~MessageView() = default;

void MessageView::setModel(MessageModel* model) {
    m_model = model;
    connect(model, &QAbstractItemModel::modelReset, this, &MessageView::rebuild);
    connect(model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { rowsInserted(first, last); });
    connect(model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) { rowsRemoved(first, last); });
    connect(model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex& last, const QList<int>& roles) {
                rowsChanged(first.row(), last.row(), roles);
            });
    rebuild();
}

QSize MessageView::minimumSizeHint() const {
    return {60 * m_look.unit, 20 * m_look.unit};
}

// ---- Rows and their heights

void MessageView::rebuild() {
    m_items.clear();
    m_validTops = 0;
    m_selectionStart = m_selectionEnd = {};
    m_hotRow = -1;
    m_token = m_hotToken = {};
    m_hovered = {};
    hideAddress();
    m_hitRow = -1;
    m_anchor = {};
    m_items.resize(static_cast<size_t>(m_model->rowCount()));
    for (int row = 0; row < count(); ++row) {
        m_items[static_cast<size_t>(row)].height =
            MessageRow::estimatedHeight(m_look, m_model->at(row), m_columnWidth);
    }
    setFollowing(true);
    relayout();
}

void MessageView::rowsInserted(int first, int last) {
    for (int row = first; row <= last; ++row) {
        Item item;
        item.height = MessageRow::estimatedHeight(m_look, m_model->at(row), m_columnWidth);
        m_items.insert(m_items.begin() + row, std::move(item));
    }
    m_validTops = std::min(m_validTops, static_cast<size_t>(first) + 1);
    relayout();
}

void MessageView::rowsRemoved(int first, int last) {
    m_items.erase(m_items.begin() + first, m_items.begin() + last + 1);
    m_validTops = std::min(m_validTops, static_cast<size_t>(first) + 1);
    if (m_selectionEnd.row >= first || m_selectionStart.row >= first) {
        m_selectionStart = m_selectionEnd = {};
    }
    m_hotRow = -1;
    m_hovered = {};
    if (m_hitRow >= first) {
        m_hitRow = -1;
    }
    for (TokenMark* mark : {&m_token, &m_hotToken}) {
        if (mark->row >= first) {
            *mark = {};
        }
    }
    relayout();
    updateHover(m_hoverPoint);
}

void MessageView::rowsChanged(int first, int last, const QList<int>& roles) {
    const bool appended = roles.size() == 1 && roles.front() == MessageModel::AppendedRole;
    for (int row = first; row <= last; ++row) {
        Item& item = m_items[static_cast<size_t>(row)];
        if (!item.row) {
            continue;
        }
        if (appended) {
            item.row->textAppended(m_model->at(row));
        } else {
            item.row->change(m_model->at(row));
            for (Position* edge : {&m_selectionStart, &m_selectionEnd}) {
                if (edge->row == row) {
                    edge->in = std::min(edge->in, item.row->body().end());
                }
            }
        }
        heightChanged(row);
    }
    relayout();
}

void MessageView::heightChanged(int row) {
    Item& item = m_items[static_cast<size_t>(row)];
    const int height = item.row->height();
    if (height != item.height) {
        item.height = height;
        m_validTops = std::min(m_validTops, static_cast<size_t>(row) + 1);
    }
}

int MessageView::rowTop(int row) const {
    m_tops.resize(m_items.size() + 1);
    if (m_validTops == 0) {
        m_tops[0] = 3 * m_look.unit;
        m_validTops = 1;
    }
    for (; m_validTops < m_tops.size(); ++m_validTops) {
        m_tops[m_validTops] = m_tops[m_validTops - 1] + m_items[m_validTops - 1].height;
    }
    return m_tops[static_cast<size_t>(row)];
}

int MessageView::rowAtY(int y) const {
    rowTop(count()); // brings m_tops up to date
    const auto after = std::upper_bound(m_tops.begin(), m_tops.end(), y);
    return std::clamp(static_cast<int>(std::distance(m_tops.begin(), after)) - 1, 0,
                      std::max(0, count() - 1));
}

int MessageView::contentHeight() const {
    return rowTop(count()) + 2 * m_look.unit;
}

MessageRow& MessageView::rowAt(int row) {
    Item& item = m_items[static_cast<size_t>(row)];
    if (!item.row) {
        item.row = std::make_unique<MessageRow>(&m_look, m_model->at(row), m_columnWidth);
        heightChanged(row);
    }
    return *item.row;
}

void MessageView::measureColumn() {
    // In the middle of the view with its scroll bar, so that it stands over the composer.
    const int margin = 8 * m_look.unit;
    m_columnWidth = std::clamp(width() - 2 * margin, 80, kColumnUnits * m_look.unit);
    m_columnLeft = (width() - m_columnWidth) / 2;
}

void MessageView::lookChanged() {
    m_look = MessageLook(this);
    m_look.runsCode = m_runOffered;
    m_look.checksArithmetic = m_arithmeticChecked;
    measureColumn();
    for (int row = 0; row < count(); ++row) {
        Item& item = m_items[static_cast<size_t>(row)];
        if (item.row) {
            item.row->setWidth(m_columnWidth);
            item.row->lookChanged();
            item.height = item.row->height();
        } else {
            item.height = MessageRow::estimatedHeight(m_look, m_model->at(row), m_columnWidth);
        }
    }
    m_validTops = 0;
    relayout();
}

// ---- Scrolling

bool MessageView::ensureVisible(int scroll) {
    bool changed = false;
    const int bottom = scroll + viewport()->height();
    for (int row = rowAtY(scroll); row < count(); ++row) {
        const int top = rowTop(row);
        if (top > bottom) {
            break;
        }
        const int before = m_items[static_cast<size_t>(row)].height;
        rowAt(row).ensure(scroll - top, bottom - top);
        heightChanged(row);
        changed = changed || before != m_items[static_cast<size_t>(row)].height;
    }
    return changed;
}

int MessageView::wantedScroll() {
    const int most = std::max(0, contentHeight() - viewport()->height());
    if (m_following || m_anchor.row >= count()) {
        return most;
    }
    MessageRow& row = rowAt(m_anchor.row);
    const int inRow =
        row.body().isEmpty()
            ? 0
            : row.bodyOrigin().y() +
                  row.body().blockTop(std::min(m_anchor.block, row.body().blockCount() - 1));
    return std::clamp(rowTop(m_anchor.row) + inRow + m_anchor.offset, 0, most);
}

void MessageView::takeAnchor(int scroll) {
    if (count() == 0) {
        m_anchor = {};
        return;
    }
    m_anchor.row = rowAtY(scroll);
    MessageRow& row = rowAt(m_anchor.row);
    const int inRow = scroll - rowTop(m_anchor.row);
    if (row.body().isEmpty()) {
        m_anchor.block = 0;
        m_anchor.offset = inRow;
        return;
    }
    const int inBody = inRow - row.bodyOrigin().y();
    m_anchor.block = row.body().blockAt(inBody);
    m_anchor.offset = inBody - row.body().blockTop(m_anchor.block);
}

void MessageView::relayout() {
    if (!m_model || m_inRelayout) {
        return;
    }
    m_inRelayout = true;
    int scroll = wantedScroll();
    // Each round lays out at least one more block, and the visible ones are few.
    for (int round = 0; count() > 0 && round < 200 && ensureVisible(scroll); ++round) {
        scroll = wantedScroll();
    }
    scroll = wantedScroll();
    const int most = std::max(0, contentHeight() - viewport()->height());
    if (scroll == most && m_hitRow < 0) {
        // A higher window or a shorter text has brought the end into view. Not where a hit did,
        // which is to stay in sight.
        setFollowing(true);
    }
    verticalScrollBar()->setRange(0, most);
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(m_look.textLine * 2);
    verticalScrollBar()->setValue(scroll);
    m_scroll = scroll;
    m_inRelayout = false;
    if (count() > 0) {
        takeAnchor(scroll);
        releaseFarRows(rowAtY(scroll), rowAtY(scroll + viewport()->height()));
    }
    placeActions();
    updateTimer();
    if (m_shownRow >= 0 && m_focusLink.block < 0) {
        updateHover(m_hoverPoint); // the link may have moved from under the pointer
    }
    viewport()->update();
}

void MessageView::releaseFarRows(int firstVisible, int lastVisible) {
    // Only the rows at the edges of what is kept can have come into reach of release.
    for (const int edge : {firstVisible - kKeptRows, lastVisible + kKeptRows}) {
        for (int row = std::max(0, edge - kKeptRows); row < std::min(count(), edge + kKeptRows);
             ++row) {
            const bool far = row < firstVisible - kKeptRows || row > lastVisible + kKeptRows;
            if (far && m_items[static_cast<size_t>(row)].row) {
                m_items[static_cast<size_t>(row)].row->release();
            }
        }
    }
}

void MessageView::scrollContentsBy(int, int) {
    if (m_inRelayout) {
        return;
    }
    const QScrollBar* bar = verticalScrollBar();
    setFollowing(bar->value() >= bar->maximum());
    m_placeTimer.start(kPlaceMs, this);
    const int step = bar->value() - m_scroll;
    if (std::abs(step) <= 2 * viewport()->height() && m_anchor.row < count()) {
        // What was read moves by just this step, whatever heights come to light above it.
        m_anchor.offset += step;
    } else {
        takeAnchor(bar->value());
    }
    relayout();
    updateHover(viewport()->mapFromGlobal(QCursor::pos()));
}

void MessageView::setFollowing(bool following) {
    if (following != m_following) {
        m_following = following;
        emit followingChanged(following);
    }
}

void MessageView::jumpToLatest() {
    setFollowing(true);
    relayout();
}

void MessageView::resizeEvent(QResizeEvent*) {
    const int before = m_columnWidth;
    measureColumn();
    if (m_columnWidth != before && m_model) {
        for (int row = 0; row < count(); ++row) {
            Item& item = m_items[static_cast<size_t>(row)];
            if (item.row) {
                item.row->setWidth(m_columnWidth);
                item.height = item.row->height();
            } else {
                item.height = MessageRow::estimatedHeight(m_look, m_model->at(row), m_columnWidth);
            }
        }
        m_validTops = 0;
    }
    relayout();
}

void MessageView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange) {
        lookChanged();
    }
}

QRect MessageView::rowRect(int row) const {
    return {m_columnLeft, rowTop(row) - verticalScrollBar()->value(), m_columnWidth,
            m_items[static_cast<size_t>(row)].height};
}

// ---- Buttons over the text

void MessageView::placeActions() {
    const int last = count() - 1;
    const auto place = [this](MessageActions* actions, int row,
                              const MessageActions::Offer& offer) {
        actions->row = row;
        MessageActions::Offer copyOnly;
        copyOnly.copy = offer.copy;
        actions->setOffer(m_actionsOffered ? offer : copyOnly);
        const QSize size = actions->sizeHint();
        const QRect place = m_items[static_cast<size_t>(row)].row->actionsRect(size).translated(
            rowRect(row).topLeft());
        actions->setGeometry(QRect(QPoint(std::max(0, place.left()), place.top()), size));
        actions->show();
    };
    const Message* message = last >= 0 ? &m_model->at(last) : nullptr;
    const bool lastVisible = message && message->speaker == Speaker::Model &&
                             (isEndedReply(*message) || message->versions > 1) &&
                             m_items[static_cast<size_t>(last)].row;
    if (lastVisible) {
        MessageActions::Offer offer = offerOf(*message);
        offer.goOn = canContinue(*message);
        place(m_lastActions, last, offer);
    } else {
        m_lastActions->hide();
    }
    const bool hover = m_hotRow >= 0 && m_hotRow < count() &&
                       m_items[static_cast<size_t>(m_hotRow)].row && !m_selecting &&
                       !(m_hotRow == last && m_model->at(last).speaker == Speaker::Model) &&
                       !m_model->at(m_hotRow).text.isEmpty();
    if (hover) {
        place(m_hoverActions, m_hotRow, offerOf(m_model->at(m_hotRow)));
    } else {
        m_hoverActions->hide();
    }
    const bool offerJump = !m_following && verticalScrollBar()->maximum() > 0;
    if (offerJump) {
        m_jump->adjustSize();
        m_jump->move((viewport()->width() - m_jump->width()) / 2,
                     viewport()->height() - m_jump->height() - 3 * m_look.unit);
        m_jump->raise();
    }
    m_jump->setVisible(offerJump);
}

} // namespace phidelity
