// SPDX-License-Identifier: MIT
// Keys of a CodeEdit: indentation, comments, brackets, ghost text.
#include <algorithm>

#include <QKeyEvent>
#include <QTextBlock>

#include "ui/code/code_edit.h"
#include "ui/code/line_colors.h"

namespace phidelity {

namespace {

QString indentOf(const QString& line) {
    qsizetype end = 0;
    while (end < line.size() && (line[end] == u' ' || line[end] == u'\t')) {
        ++end;
    }
    return line.left(end);
}

} // namespace

QString CodeEdit::indentUnit() const {
    // As the file does it: the first indented lines tell.
    QTextBlock block = document()->begin();
    for (int line = 0; line < 200 && block.isValid(); ++line, block = block.next()) {
        if (block.text().startsWith(u'\t')) {
            return QStringLiteral("\t");
        }
    }
    return QStringLiteral("    ");
}

bool CodeEdit::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && !m_ghost.isEmpty()) {
        // Keys that menus have as well belong to the ghost text while there is one.
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape || key->key() == Qt::Key_Tab) {
            event->accept();
            return true;
        }
    }
    return QPlainTextEdit::event(event);
}

void CodeEdit::keyPressEvent(QKeyEvent* event) {
    const Qt::KeyboardModifiers keys = event->modifiers();
    const bool plain = keys == Qt::NoModifier || keys == Qt::KeypadModifier;
    if (!m_ghost.isEmpty()) {
        if (event->key() == Qt::Key_Tab && plain) {
            acceptGhost();
            return;
        }
        if (event->key() == Qt::Key_Right && keys == Qt::ControlModifier) {
            acceptGhostWord();
            return;
        }
        if (event->key() == Qt::Key_Escape) {
            dropGhost();
            return;
        }
    }
    if (keys == Qt::AltModifier &&
        (event->key() == Qt::Key_BracketRight || event->key() == Qt::Key_BracketLeft)) {
        emit alternativeWanted(event->key() == Qt::Key_BracketRight ? 1 : -1);
        return;
    }
    if (event->key() == Qt::Key_Tab && plain) {
        indentMore();
    } else if (event->key() == Qt::Key_Backtab) {
        indentLess();
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && plain) {
        newLine();
    } else if (event->key() == Qt::Key_Home && (plain || keys == Qt::ShiftModifier)) {
        // First to the text of the line, then to its beginning.
        QTextCursor cursor = textCursor();
        const int indent = static_cast<int>(indentOf(cursor.block().text()).size());
        const int to = cursor.positionInBlock() == indent ? 0 : indent;
        cursor.setPosition(cursor.block().position() + to,
                           plain ? QTextCursor::MoveAnchor : QTextCursor::KeepAnchor);
        setTextCursor(cursor);
    } else if (event->key() == Qt::Key_Backspace && plain && !textCursor().hasSelection()) {
        QTextCursor cursor = textCursor();
        const QString before = cursor.block().text().left(cursor.positionInBlock());
        const bool spaces = !before.isEmpty() && before.trimmed().isEmpty() &&
                            before.endsWith(QLatin1String("    ")) && before.size() % 4 == 0;
        cursor.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, spaces ? 4 : 1);
        cursor.removeSelectedText();
    } else if (event->text() == QLatin1String("}") || event->text() == QLatin1String(")") ||
               event->text() == QLatin1String("]")) {
        closeBracket(event->text().front());
    } else {
        QPlainTextEdit::keyPressEvent(event);
    }
}

void CodeEdit::newLine() {
    QTextCursor cursor = textCursor();
    cursor.beginEditBlock();
    cursor.removeSelectedText();
    const QString before = cursor.block().text().left(cursor.positionInBlock());
    QString indent = indentOf(before);
    const QString said = before.trimmed();
    if (said.endsWith(u':') || said.endsWith(u'{') || said.endsWith(u'(') || said.endsWith(u'[')) {
        indent += indentUnit();
    } else if (said == QLatin1String("return") || said.startsWith(QLatin1String("return ")) ||
               said == QLatin1String("pass") || said == QLatin1String("break") ||
               said == QLatin1String("continue")) {
        indent.chop(std::min(indent.size(), indentUnit().size()));
    }
    cursor.insertText(u'\n' + indent);
    cursor.endEditBlock();
    setTextCursor(cursor);
    ensureCursorVisible();
}

void CodeEdit::closeBracket(QChar bracket) {
    QTextCursor cursor = textCursor();
    const QString before = cursor.block().text().left(cursor.positionInBlock());
    cursor.beginEditBlock();
    // Alone on its line it stands under what it closes.
    if (!cursor.hasSelection() && !before.isEmpty() && before.trimmed().isEmpty()) {
        const QString unit = indentUnit();
        const int back = static_cast<int>(std::min(before.size(), unit.size()));
        cursor.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, back);
    }
    cursor.insertText(bracket);
    cursor.endEditBlock();
    setTextCursor(cursor);
}

void CodeEdit::shiftLines(int direction) {
    QTextCursor cursor = textCursor();
    const int start = std::min(cursor.anchor(), cursor.position());
    const int end = std::max(cursor.anchor(), cursor.position());
    const QString unit = indentUnit();
    QTextBlock block = document()->findBlock(start);
    QTextBlock last = document()->findBlock(end);
    if (end > start && last.position() == end) {
        last = last.previous();
    }
    QTextCursor edit(document());
    edit.beginEditBlock();
    for (; block.isValid() && block.blockNumber() <= last.blockNumber(); block = block.next()) {
        edit.setPosition(block.position());
        if (direction > 0) {
            if (!block.text().isEmpty()) {
                edit.insertText(unit);
            }
        } else {
            const QString indent = indentOf(block.text());
            const int most = indent.startsWith(u'\t') ? 1 : static_cast<int>(unit.size());
            edit.setPosition(block.position() + std::min(most, static_cast<int>(indent.size())),
                             QTextCursor::KeepAnchor);
            edit.removeSelectedText();
        }
    }
    edit.endEditBlock();
}

void CodeEdit::indentMore() {
    if (textCursor().hasSelection()) {
        shiftLines(1);
    } else if (indentUnit() == QLatin1String("\t")) {
        insertPlainText(QStringLiteral("\t"));
    } else {
        insertPlainText(QString(4 - textCursor().positionInBlock() % 4, u' '));
    }
}

void CodeEdit::indentLess() {
    shiftLines(-1);
}

void CodeEdit::toggleComment() {
    const QString mark =
        m_colors->commentMark().isEmpty() ? QStringLiteral("#") : m_colors->commentMark();
    QTextCursor cursor = textCursor();
    const int start = std::min(cursor.anchor(), cursor.position());
    const int end = std::max(cursor.anchor(), cursor.position());
    const QTextBlock first = document()->findBlock(start);
    QTextBlock last = document()->findBlock(end);
    if (end > start && last.position() == end) {
        last = last.previous();
    }
    bool all = true;
    qsizetype least = 1000;
    for (QTextBlock block = first; block.isValid() && block.blockNumber() <= last.blockNumber();
         block = block.next()) {
        if (block.text().trimmed().isEmpty()) {
            continue;
        }
        const QString indent = indentOf(block.text());
        least = std::min(least, indent.size());
        all = all && block.text().mid(indent.size()).startsWith(mark);
    }
    cursor.beginEditBlock();
    for (QTextBlock block = first; block.isValid() && block.blockNumber() <= last.blockNumber();
         block = block.next()) {
        if (block.text().trimmed().isEmpty()) {
            continue;
        }
        QTextCursor edit(block);
        if (all) {
            const auto at = static_cast<int>(indentOf(block.text()).size());
            const QString after = block.text().mid(at + mark.size());
            edit.setPosition(block.position() + at);
            edit.setPosition(block.position() + at + static_cast<int>(mark.size()) +
                                 (after.startsWith(u' ') ? 1 : 0),
                             QTextCursor::KeepAnchor);
            edit.removeSelectedText();
        } else {
            edit.setPosition(block.position() + static_cast<int>(least));
            edit.insertText(mark + u' ');
        }
    }
    cursor.endEditBlock();
}

} // namespace phidelity
