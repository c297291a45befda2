// SPDX-License-Identifier: MIT
#include "ui/code/diff_view.h"

#include <algorithm>

#include <QKeyEvent>
#include <QScrollBar>
#include <QTextBlock>

#include "ui/theme.h"

namespace phidelity {

DiffView::DiffView(QWidget* parent) : QPlainTextEdit(parent) {
    setObjectName(QStringLiteral("answerDiff"));
    setAccessibleName(tr("Changes"));
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFrameShape(QFrame::NoFrame);
    setLineWrapMode(NoWrap);
    applyLook();
}

void DiffView::applyLook() {
    const QFont wanted = codeFont(parentWidget() ? parentWidget()->font() : QFont());
    if (font() != wanted) {
        setFont(wanted);
    }
    setTabStopDistance(4 * QFontMetricsF(wanted).horizontalAdvance(u' '));
    rebuild();
}

void DiffView::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange) {
        applyLook();
    }
}

void DiffView::setChanges(const QList<ShownChange>& changes) {
    m_changes = changes;
    const int before = m_current;
    m_current =
        changes.isEmpty() ? -1 : std::clamp(m_current, 0, static_cast<int>(changes.size()) - 1);
    rebuild();
    if (m_current != before) {
        emit currentChanged(m_current);
    }
}

QString DiffView::titleOf(int index) const {
    const ShownChange& shown = m_changes.at(index);
    const QString which = tr("Change %1 of %2").arg(index + 1).arg(m_changes.size());
    switch (shown.place.state) {
    case ChangeState::Open:
        return tr("%1, line %2").arg(which).arg(shown.place.line + 1);
    case ChangeState::Taken:
        return tr("%1, taken").arg(which);
    case ChangeState::Lost:
        break;
    }
    return tr("%1, does not fit any more").arg(which);
}

void DiffView::rebuild() {
    const Shades shades = shadesOf(palette());
    const int across = horizontalScrollBar()->value();
    const int down = verticalScrollBar()->value();
    // A hue of their own beside the signs; the text stays readable on both.
    const double weight = shades.dark ? 0.24 : 0.16;
    const QColor addedBack = mixed(shades.page, QColor(30, 160, 70), weight);
    const QColor removedBack = mixed(shades.page, QColor(215, 40, 50), weight);
    QTextCharFormat plain;
    plain.setForeground(shades.text);
    QTextCharFormat dim;
    dim.setForeground(shades.dimText);
    QTextCharFormat title;
    title.setForeground(shades.dimText);
    QTextCharFormat currentTitle;
    currentTitle.setForeground(shades.accent);
    currentTitle.setFontWeight(QFont::Bold);

    clear();
    m_titles.clear();
    QTextCursor cursor(document());
    cursor.beginEditBlock();
    bool first = true;
    int lines = 0;
    const auto add = [&](const QString& text, const QTextCharFormat& format, const QBrush& back) {
        QTextBlockFormat block;
        block.setBackground(back);
        if (!first) {
            cursor.insertBlock();
        }
        first = false;
        cursor.setBlockFormat(block);
        cursor.setCharFormat(format);
        cursor.insertText(text, format);
        ++lines;
    };
    for (int index = 0; index < m_changes.size(); ++index) {
        const ShownChange& shown = m_changes.at(index);
        const bool open = shown.place.state == ChangeState::Open;
        if (index > 0) {
            add({}, dim, Qt::NoBrush);
        }
        m_titles.append(lines);
        const bool current = index == m_current;
        add((current ? QStringLiteral("▸ ") : QStringLiteral("  ")) + titleOf(index),
            current ? currentTitle : title, shades.card);
        if (shown.change.before) {
            add(QStringLiteral("  ") + *shown.change.before, dim, Qt::NoBrush);
        }
        for (const QString& line : shown.change.removed) {
            add(QStringLiteral("- ") + line, open ? plain : dim,
                open ? QBrush(removedBack) : QBrush(Qt::NoBrush));
        }
        for (const QString& line : shown.change.added) {
            add(QStringLiteral("+ ") + line, open ? plain : dim,
                open ? QBrush(addedBack) : QBrush(Qt::NoBrush));
        }
        if (shown.change.after) {
            add(QStringLiteral("  ") + *shown.change.after, dim, Qt::NoBrush);
        }
    }
    cursor.endEditBlock();
    if (m_current >= 0) {
        QTextCursor at(document()->findBlockByNumber(m_titles.at(m_current)));
        setTextCursor(at);
    }
    horizontalScrollBar()->setValue(across);
    verticalScrollBar()->setValue(down);
    setAccessibleDescription(m_current < 0 ? QString() : titleOf(m_current));
}

int DiffView::changeAt(int line) const {
    const auto next = std::upper_bound(m_titles.begin(), m_titles.end(), line);
    return static_cast<int>(next - m_titles.begin()) - 1;
}

void DiffView::setCurrent(int index) {
    if (index < 0 || index >= m_changes.size()) {
        return;
    }
    const bool other = index != m_current;
    m_current = index;
    if (other) {
        rebuild();
        emit currentChanged(index);
    }
    // From its title on, as much of it as there is room for.
    const int end = index + 1 < m_titles.size() ? m_titles.at(index + 1) - 2 : blockCount() - 1;
    QTextCursor last(document()->findBlockByNumber(end));
    setTextCursor(last);
    ensureCursorVisible();
    setTextCursor(QTextCursor(document()->findBlockByNumber(m_titles.at(index))));
    ensureCursorVisible();
}

void DiffView::keyPressEvent(QKeyEvent* event) {
    const bool plain =
        event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier;
    if (plain && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        emit takeRequested(m_current);
        return;
    }
    if (plain && (event->key() == Qt::Key_Down || event->key() == Qt::Key_Up)) {
        setCurrent(m_current + (event->key() == Qt::Key_Down ? 1 : -1));
        return;
    }
    if (event->matches(QKeySequence::Undo)) {
        emit undoRequested();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void DiffView::mouseReleaseEvent(QMouseEvent* event) {
    QPlainTextEdit::mouseReleaseEvent(event);
    if (event->button() == Qt::LeftButton && !textCursor().hasSelection()) {
        setCurrent(changeAt(cursorForPosition(event->position().toPoint()).blockNumber()));
    }
}

} // namespace phidelity
