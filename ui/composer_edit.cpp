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

namespace {

/// Longest block; longer lines go on in the next one, which carries kGoesOn in its format (and so
/// in the history of undo).
constexpr qsizetype kPiece = 4000;
constexpr int kGoesOn = QTextFormat::UserProperty + 1;

} // namespace

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
    // A little more than can be shown is enough to know.
    double text = 0;
    for (QTextBlock block = document()->begin(); block.isValid() && text < third;
         block = block.next()) {
        text += std::max<double>(line, block.layout()->boundingRect().height());
    }
    const int height = std::clamp(static_cast<int>(text) + 8, line + 8, third);
    if (height != minimumHeight() || height != maximumHeight()) {
        setFixedHeight(height);
    }
}

QSize ComposerEdit::sizeHint() const {
    return {30 * fontMetrics().averageCharWidth(), minimumHeight()};
}

QSize ComposerEdit::minimumSizeHint() const {
    return {12 * fontMetrics().averageCharWidth(), fontMetrics().lineSpacing() + 8};
}

void ComposerEdit::replaceText(const QString& text) {
    QTextCursor cursor(document());
    cursor.select(QTextCursor::Document);
    insertPieces(cursor, text);
    moveCursor(QTextCursor::End);
}

void ComposerEdit::insertPieces(QTextCursor cursor, const QString& text) {
    QTextBlockFormat goesOn;
    goesOn.setProperty(kGoesOn, true);
    cursor.beginEditBlock();
    cursor.removeSelectedText();
    for (qsizetype start = 0; start <= text.size();) {
        qsizetype end = text.indexOf(u'\n', start);
        end = end < 0 ? text.size() : end;
        if (start > 0) {
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat());
        }
        for (qsizetype at = start; at < end;) {
            qsizetype stop = std::min(end, at + kPiece);
            if (stop < end && text.at(stop - 1).isHighSurrogate()) {
                --stop;
            }
            if (at > start) {
                cursor.insertBlock(goesOn, QTextCharFormat());
            }
            cursor.insertText(text.mid(at, stop - at));
            at = stop;
        }
        start = end + 1;
    }
    cursor.endEditBlock();
}

QString ComposerEdit::text() const {
    QString text;
    text.reserve(document()->characterCount());
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        if (block.blockNumber() > 0 && !block.blockFormat().hasProperty(kGoesOn)) {
            text += u'\n';
        }
        text += block.text();
    }
    text.replace(QChar::LineSeparator, u'\n');
    return text;
}

void ComposerEdit::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !(event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier))) {
        emit submitted();
        return;
    }
    if (enter) {
        // QPlainTextEdit would insert a line separator, which is not a line end for the model.
        // A format of its own: a new line never goes on with the one before.
        textCursor().insertBlock(QTextBlockFormat(), QTextCharFormat());
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
        insertPieces(textCursor(),
                     source->text().replace(QLatin1String("\r\n"), QLatin1String("\n")));
        ensureCursorVisible();
    }
}

} // namespace phidelity
