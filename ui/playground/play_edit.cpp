// SPDX-License-Identifier: MIT
#include "ui/playground/play_edit.h"

#include <algorithm>
#include <cmath>

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QToolTip>

#include "chat/token_text.h"
#include "ui/plain_tip.h"
#include "ui/playground/play_text.h"
#include "ui/theme.h"

namespace phidelity {

PlayEdit::PlayEdit(Room room) : m_room(room) {
    setObjectName(QStringLiteral("playEdit"));
    setAccessibleName(tr("Text of the page"));
    setAccessibleDescription(tr("Ctrl+Tab and Shift+Tab lead out of it."));
    setPlaceholderText(tr("Write anything. Ctrl+Enter lets the model go on from the cursor, or "
                          "from what is selected."));
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(false);
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, &PlayEdit::cursorMoved);
    applyLook();
}

void PlayEdit::setText(PlayText* text) {
    if (m_text != text) {
        m_text = text;
        setDocument(text);
        applyLook();
    }
}

WritingPlace PlayEdit::writingPlace() const {
    const QTextCursor cursor = textCursor();
    if (cursor.hasSelection()) {
        QString selected = cursor.selectedText();
        selected.replace(QChar::ParagraphSeparator, u'\n').replace(QChar::LineSeparator, u'\n');
        return {selected, cursor.selectionEnd()};
    }
    return {toPlainText().left(cursor.position()), cursor.position()};
}

void PlayEdit::setCursorPosition(int position) {
    QTextCursor cursor(document());
    cursor.setPosition(std::clamp(position, 0, document()->characterCount() - 1));
    setTextCursor(cursor);
}

bool PlayEdit::focusNextPrevChild(bool next) {
    return next ? QPlainTextEdit::focusNextPrevChild(true) : QWidget::focusNextPrevChild(false);
}

bool PlayEdit::event(QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Tab && key->modifiers() == Qt::ControlModifier) {
            return QWidget::focusNextPrevChild(true);
        }
    }
    if (event->type() == QEvent::ToolTip && m_text) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QPoint at = viewport()->mapFrom(this, help->pos());
        const QTextCursor cursor = cursorForPosition(at);
        // The cursor goes to the nearest gap; the character is on the side where the pointer is.
        const int position =
            cursor.position() - (cursorRect(cursor).x() > at.x() && !cursor.atBlockStart() ? 1 : 0);
        if (const std::optional<TextPiece> piece = m_text->knownAt(position)) {
            QToolTip::showText(help->globalPos(), plainTip(describePiece(*piece)), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QPlainTextEdit::event(event);
}

void PlayEdit::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void PlayEdit::applyLook() {
    if (m_text) {
        m_text->setDefaultFont(font());
        m_text->setDocumentMargin((m_room == Room::Page ? 4 : 1) * gridUnit(this));
        m_text->setLook(palette());
    }
}

QString describePiece(const TextPiece& piece) {
    const QLocale locale;
    QStringList lines;
    for (const TokenDetail& token : piece.tokens) {
        QString line = QStringLiteral("“%1”").arg(visibleText(token.bytes));
        if (!std::isnan(token.logprob)) {
            line += PlayEdit::tr(": %1 %").arg(
                locale.toString(100 * std::exp(static_cast<double>(token.logprob)), 'f', 1));
        }
        if (token.rank >= 0) {
            line += PlayEdit::tr(", choice %1").arg(locale.toString(token.rank + 1));
        }
        if (!std::isnan(token.entropy)) {
            line += PlayEdit::tr(", uncertainty %1 nats")
                        .arg(locale.toString(static_cast<double>(token.entropy), 'f', 2));
        }
        lines.append(line);
    }
    return lines.isEmpty() ? PlayEdit::tr("Generated; its tokens are not known")
                           : lines.join(u'\n');
}

} // namespace phidelity
