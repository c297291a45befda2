// SPDX-License-Identifier: MIT
// What the user does with a MessageView: pointer, keys, selection, clipboard.
#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>
#include <QUrl>

#include "ui/message_actions.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/plain_tip.h"

namespace phidelity {

QPoint MessageView::toRow(int row, QPoint viewportPoint) const {
    return viewportPoint - rowRect(row).topLeft();
}

MessageView::Position MessageView::positionAt(QPoint viewportPoint) {
    if (count() == 0) {
        return {};
    }
    const int row = rowAtY(verticalScrollBar()->value() + viewportPoint.y());
    MessageRow& found = rowAt(row);
    return {row, found.body().positionAt(toRow(row, viewportPoint) - found.bodyOrigin())};
}

std::optional<MessageLayout::Selection> MessageView::selectionIn(int row) const {
    const Position from = std::min(m_selectionStart, m_selectionEnd);
    const Position to = std::max(m_selectionStart, m_selectionEnd);
    if (from == to || row < from.row || row > to.row) {
        return std::nullopt;
    }
    const Item& item = m_items[static_cast<size_t>(row)];
    if (!item.row) {
        return std::nullopt;
    }
    return MessageLayout::Selection{row == from.row ? from.in : BlockPosition{},
                                    row == to.row ? to.in : item.row->body().end()};
}

QString MessageView::selectedText() const {
    QStringList parts;
    const int first = std::min(m_selectionStart.row, m_selectionEnd.row);
    const int last = std::min(std::max(m_selectionStart.row, m_selectionEnd.row), count() - 1);
    for (int row = std::max(0, first); first >= 0 && row <= last; ++row) {
        const auto selection = selectionIn(row);
        if (selection) {
            parts.append(m_items[static_cast<size_t>(row)].row->body().text(*selection));
        } else if (row > first && row < last) {
            // Never seen, but to be copied as it would have been shown.
            const MessageRow unseen(&m_look, m_model->at(row), m_columnWidth);
            parts.append(unseen.body().text({{}, unseen.body().end()}));
        }
    }
    return parts.join(QStringLiteral("\n\n"));
}

void MessageView::copyText(const QString& text) const {
    if (!text.isEmpty()) {
        QApplication::clipboard()->setText(text);
    }
}

void MessageView::copy() {
    copyText(selectedText());
}

void MessageView::copyMessage(int row) {
    if (m_model && row >= 0 && row < count()) {
        copyText(shownText(m_model->at(row)));
    }
}

void MessageView::copyLastCode() {
    for (int row = count() - 1; row >= 0; --row) {
        const MessageRow& found = rowAt(row);
        const QList<qsizetype> codes = found.body().codes();
        if (!codes.isEmpty()) {
            copyText(found.body().codeText(codes.last()));
            return;
        }
    }
}

void MessageView::selectAll() {
    if (count() == 0) {
        return;
    }
    m_selectionStart = {0, {}};
    m_selectionEnd = {count() - 1, rowAt(count() - 1).body().end()};
    rowAt(0);
    viewport()->update();
}

void MessageView::toggleCut() {
    if (count() == 0) {
        return;
    }
    const int last = count() - 1;
    MessageRow& row = rowAt(last);
    row.setCutShown(!row.cutShown());
    heightChanged(last);
    relayout();
}

void MessageView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || count() == 0) {
        return;
    }
    const QPoint point = event->position().toPoint();
    const int row = rowAtY(verticalScrollBar()->value() + point.y());
    MessageRow& pressed = rowAt(row);
    const MessageRow::Hit hit = pressed.hit(toRow(row, point));
    if (hit.part == MessageRow::Part::CopyCode) {
        copyText(pressed.body().codeText(hit.code));
        return;
    }
    if (hit.part == MessageRow::Part::RunCode) {
        emit runRequested(row, hit.code, pressed.body().codeText(hit.code));
        return;
    }
    if (hit.part == MessageRow::Part::CutToggle) {
        pressed.setCutShown(!pressed.cutShown());
        heightChanged(row);
        relayout();
        return;
    }
    // A link opens when the button is let go on it, if its address was shown before.
    m_pressed = hit.part == MessageRow::Part::Link && row == m_shownRow && hit.link == m_shownLink
                    ? hit
                    : MessageRow::Hit();
    if (hit.part == MessageRow::Part::Link) {
        showAddress(row, hit.link);
    }
    const Position position = positionAt(point);
    if (!(event->modifiers() & Qt::ShiftModifier) || m_selectionStart.row < 0) {
        m_selectionStart = position;
    }
    m_selectionEnd = position;
    m_selecting = true;
    m_dragPoint = point;
    viewport()->update();
}

void MessageView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (!m_selecting) {
        updateHover(point);
        tellHovered(point);
        return;
    }
    m_dragPoint = point;
    m_selectionEnd = positionAt(point);
    const bool outside = point.y() < 0 || point.y() > viewport()->height();
    if (outside && !m_autoScroll.isActive()) {
        m_autoScroll.start(30, this);
    } else if (!outside) {
        m_autoScroll.stop();
    }
    viewport()->update();
}

void MessageView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        return;
    }
    m_selecting = false;
    m_autoScroll.stop();
    const QPoint point = event->position().toPoint();
    if (m_pressed.part == MessageRow::Part::Link && m_selectionStart == m_selectionEnd) {
        const int row = rowAtY(verticalScrollBar()->value() + point.y());
        if (rowAt(row).hit(toRow(row, point)) == m_pressed) {
            openLink(row, m_pressed.link);
        }
    }
    m_pressed = {};
    if (m_inspecting && m_selectionStart == m_selectionEnd && m_selectionStart.row >= 0) {
        emit textPointed(m_selectionStart.row, sourceOf(characterAt(point)));
    }
    if (QApplication::clipboard()->supportsSelection() && m_selectionStart != m_selectionEnd) {
        QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
    }
}

void MessageView::mouseDoubleClickEvent(QMouseEvent* event) {
    const Position position = positionAt(event->position().toPoint());
    if (position.row < 0) {
        return;
    }
    const MessageLayout::Selection word = rowAt(position.row).body().wordAt(position.in);
    m_selectionStart = {position.row, word.from};
    m_selectionEnd = {position.row, word.to};
    viewport()->update();
}

void MessageView::updateHover(QPoint point) {
    m_hoverPoint = point;
    int row = -1;
    MessageRow::Hit hit;
    if (viewport()->rect().contains(point) && count() > 0) {
        const int found = rowAtY(verticalScrollBar()->value() + point.y());
        if (rowRect(found).adjusted(-40, 0, 40, 0).contains(point)) {
            row = found;
            hit = rowAt(row).hit(toRow(row, point));
        }
    }
    updateTip(row, hit, point);
    const bool same = row == m_hotRow && hit == m_hot;
    m_hotRow = row;
    m_hot = hit;
    if (same) {
        return;
    }
    using Part = MessageRow::Part;
    const bool hand = hit.part == Part::CopyCode || hit.part == Part::RunCode ||
                      hit.part == Part::CutToggle || hit.part == Part::Link;
    if (hit.part == Part::Link) {
        showAddress(row, hit.link);
    } else {
        hideAddress();
    }
    viewport()->setCursor(hand                     ? Qt::PointingHandCursor
                          : hit.part == Part::Text ? Qt::IBeamCursor
                                                   : Qt::ArrowCursor);
    placeActions();
    viewport()->update();
}

void MessageView::updateTip(int row, const MessageRow::Hit& hit, QPoint point) {
    using Part = MessageRow::Part;
    QString tip = hit.part == Part::CopyCode  ? tr("Copy this code")
                  : hit.part == Part::RunCode ? tr("Run this code in a sandbox")
                                              : QString();
    if (hit.part == Part::Text) {
        const MessageRow& found = rowAt(row);
        tip = plainTip(found.body().checkNoteAt(toRow(row, point) - found.bodyOrigin()));
    }
    if (viewport()->toolTip() != tip) {
        viewport()->setToolTip(tip);
    }
}

bool MessageView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && !m_hoverActions->underMouse()) {
        updateHover({-1, -1});
        tellHovered({-1, -1});
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void MessageView::keyPressEvent(QKeyEvent* event) {
    QScrollBar* bar = verticalScrollBar();
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
    } else if (m_focusLink.block >= 0 &&
               (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        openLink(m_focusRow, m_focusLink);
    } else if (event->key() == Qt::Key_Home) {
        bar->triggerAction(QAbstractSlider::SliderToMinimum);
    } else if (event->key() == Qt::Key_End) {
        jumpToLatest();
    } else if (event->key() == Qt::Key_PageUp) {
        bar->triggerAction(QAbstractSlider::SliderPageStepSub);
    } else if (event->key() == Qt::Key_PageDown) {
        bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
    } else if (event->key() == Qt::Key_Up) {
        bar->triggerAction(QAbstractSlider::SliderSingleStepSub);
    } else if (event->key() == Qt::Key_Down) {
        bar->triggerAction(QAbstractSlider::SliderSingleStepAdd);
    } else if (!event->text().isEmpty() && event->text().front().isPrint() &&
               !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
        emit typed(event->text());
    } else {
        event->ignore();
    }
}

void MessageView::fillMenu(QMenu& menu, int row, const MessageRow::Hit& hit) {
    const qsizetype code = hit.code;
    if (const QString address = addressOf(row, hit.link); !address.isEmpty()) {
        const QString shown = fontMetrics().elidedText(address, Qt::ElideRight, 90 * m_look.unit);
        menu.addAction(tr("Open %1").arg(QString(shown).replace(u'&', QLatin1String("&&"))), this,
                       [this, address] { emit linkActivated(QUrl(address)); });
        menu.addAction(tr("Copy Link Address"), this, [this, address] { copyText(address); });
        menu.addSeparator();
    }
    if (m_selectionStart != m_selectionEnd) {
        menu.addAction(tr("Copy Selection"), this, &MessageView::copy);
    }
    if (row >= 0) {
        menu.addAction(tr("Copy Message"), this, [this, row] { copyMessage(row); });
        if (code >= 0) {
            if (rowAt(row).body().canRun(code)) {
                menu.addAction(tr("Run Code"), this, [this, row, code] {
                    emit runRequested(row, code, rowAt(row).body().codeText(code));
                });
            }
            if (const CodeNote* note = rowAt(row).body().codeNote(code);
                note && !note->output.isEmpty()) {
                menu.addAction(tr("Copy Output"), this,
                               [this, output = note->output] { copyText(output); });
            }
            menu.addAction(tr("Copy Code"), this,
                           [this, row, code] { copyText(rowAt(row).body().codeText(code)); });
        }
        if (hasCut(m_model->at(row))) {
            const QString cut = m_model->at(row).cut;
            menu.addAction(tr("Copy What Was Cut"), this, [this, cut] { copyText(cut); });
        }
    }
    menu.addAction(tr("Select All"), this, &MessageView::selectAll);
    if (m_inspectOffered && row >= 0 && !m_model->at(row).text.isEmpty()) {
        menu.addAction(tr("Inspect Tokens"), this, [this] { inspectAt(m_menuPosition); });
    }
    if (!m_actionsOffered || row < 0 || row >= count() || isUnfinished(m_model->at(row))) {
        return;
    }
    const Message& message = m_model->at(row);
    menu.addSeparator();
    menu.addAction(tr("Edit Message"), this, [this, row] { emit editRequested(row); });
    menu.addAction(tr("Branch From Here"), this, [this, row] { emit branchRequested(row); });
    if (message.speaker == Speaker::User) {
        return;
    }
    menu.addAction(tr("Write This Reply Again"), this,
                   [this, row] { emit regenerateRequested(row); });
    if (m_replayOffered) {
        menu.addAction(tr("Replay This Reply"), this, [this, row] { emit replayRequested(row); });
    }
    if (row == count() - 1) {
        if (canContinue(message)) {
            menu.addAction(tr("Continue This Reply"), this, &MessageView::continueRequested);
        }
        if (hasCut(message)) {
            menu.addAction(tr("Show or Hide What Was Cut"), this, &MessageView::toggleCut);
        }
    }
}

void MessageView::contextMenuEvent(QContextMenuEvent* event) {
    int row = -1;
    MessageRow::Hit hit;
    if (event->reason() == QContextMenuEvent::Keyboard) {
        row = m_focusLink.block >= 0 ? m_focusRow : count() - 1;
        hit.link = m_focusLink;
        m_menuPosition = m_selectionStart.row >= 0 ? std::min(m_selectionStart, m_selectionEnd)
                                                   : Position{row, {-1, 0}};
    } else if (count() > 0) {
        const QPoint point = viewport()->mapFromGlobal(event->globalPos());
        row = rowAtY(verticalScrollBar()->value() + point.y());
        hit = rowAt(row).hit(toRow(row, point));
        m_menuPosition = characterAt(point);
    }
    QMenu menu(this);
    fillMenu(menu, row, hit);
    menu.exec(event->globalPos());
}

} // namespace phidelity
