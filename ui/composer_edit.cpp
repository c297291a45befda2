// SPDX-License-Identifier: MIT
#include "ui/composer_edit.h"

#include <algorithm>

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextLayout>

#include "ui/theme.h"

namespace phidelity {

ComposerEdit::ComposerEdit(QWidget* parent) : QPlainTextEdit(parent) {
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
            &ComposerEdit::fitHeight);
    connect(this, &QPlainTextEdit::textChanged, this, &ComposerEdit::fitHeight);
}

void ComposerEdit::fitHeight() {
    const int line = fontMetrics().lineSpacing();
    const int third = std::max(3 * line, window()->height() / 3);
    // One line more than can be shown is enough to know.
    const int most = third / line + 1;
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid() && lines < most;
         block = block.next()) {
        lines += std::max(1, block.layout()->lineCount());
    }
    const int height = std::clamp(lines * line + 4, line + 4, third);
    if (height != minimumHeight() || height != maximumHeight()) {
        setFixedHeight(height);
    }
}

QSize ComposerEdit::sizeHint() const {
    return {30 * fontMetrics().averageCharWidth(), minimumHeight()};
}

QSize ComposerEdit::minimumSizeHint() const {
    return {12 * fontMetrics().averageCharWidth(), fontMetrics().lineSpacing() + 2};
}

void ComposerEdit::replaceText(const QString& text) {
    QTextCursor cursor(document());
    cursor.select(QTextCursor::Document);
    cursor.insertText(text);
    moveCursor(QTextCursor::End);
}

void ComposerEdit::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !(event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier))) {
        emit submitted();
        return;
    }
    if (enter) {
        // QPlainTextEdit would insert a line separator, which is not a line end for the model.
        textCursor().insertBlock();
        ensureCursorVisible();
        return;
    }
    if (event->key() == Qt::Key_Up && event->modifiers() == Qt::NoModifier &&
        document()->isEmpty()) {
        emit recallRequested();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void ComposerEdit::focusInEvent(QFocusEvent* event) {
    QPlainTextEdit::focusInEvent(event);
    emit focusChanged();
}

void ComposerEdit::focusOutEvent(QFocusEvent* event) {
    QPlainTextEdit::focusOutEvent(event);
    emit focusChanged();
}

void ComposerEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
}

void ComposerEdit::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        fitHeight();
    }
}

bool ComposerEdit::canInsertFromMimeData(const QMimeData* source) const {
    // Files that are dropped are for the window.
    return !source->hasUrls() && QPlainTextEdit::canInsertFromMimeData(source);
}

void ComposerEdit::insertFromMimeData(const QMimeData* source) {
    if (source->hasText()) {
        textCursor().insertText(source->text());
        ensureCursorVisible();
    }
}

} // namespace phidelity
