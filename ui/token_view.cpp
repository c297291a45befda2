// SPDX-License-Identifier: MIT
#include "ui/token_view.h"

#include <algorithm>

#include <QEvent>
#include <QMimeData>
#include <QScrollBar>
#include <QTextCursor>

#include "chat/token_text.h"
#include "ui/theme.h"

namespace phidelity {

TokenView::TokenView(QWidget* parent) : QPlainTextEdit(parent) {
    setObjectName(QStringLiteral("promptTokens"));
    setAccessibleName(tr("Tokens of the prompt"));
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setWordWrapMode(QTextOption::WrapAnywhere);
    connect(this, &QPlainTextEdit::cursorPositionChanged, this,
            [this] { emit currentTokenChanged(currentToken()); });
}

QColor TokenView::ground(const QPalette& palette, bool cached, bool odd) {
    const Shades shades = shadesOf(palette);
    const QColor base = palette.color(QPalette::Base);
    return cached ? mixed(base, shades.accent, odd ? 0.26 : 0.13)
                  : mixed(base, shades.text, odd ? 0.17 : 0.07);
}

void TokenView::setTokens(const QList<PromptToken>& tokens, int cached) {
    if (tokens == m_tokens && cached == m_cached && m_raw.isEmpty()) {
        return;
    }
    m_tokens = tokens;
    m_cached = cached;
    m_raw.clear();
    rebuild();
}

void TokenView::setRaw(const QString& text) {
    if (m_tokens.isEmpty() && m_raw == text) {
        return;
    }
    m_tokens.clear();
    m_cached = 0;
    m_raw = text;
    rebuild();
}

void TokenView::rebuild() {
    const QScrollBar* bar = verticalScrollBar();
    const int place = bar->value();
    const bool atEnd = place == bar->maximum();
    const int position = textCursor().position();
    QSignalBlocker blocker(this);
    clear();
    m_begins.clear();
    m_begins.reserve(m_tokens.size());
    QTextCharFormat formats[2][2];
    for (const bool cached : {false, true}) {
        for (const bool odd : {false, true}) {
            QTextCharFormat& format = formats[cached ? 1 : 0][odd ? 1 : 0];
            const QColor back = ground(palette(), cached, odd);
            format.setBackground(back);
            format.setForeground(readableOn(back, shadesOf(palette()).text));
        }
    }
    QTextCursor cursor(document());
    cursor.beginEditBlock();
    cursor.insertText(visibleText(m_raw.toUtf8()));
    for (int index = 0; index < m_tokens.size(); ++index) {
        const PromptToken& token = m_tokens.at(index);
        m_begins.append(cursor.position());
        QTextCharFormat format = formats[index < m_cached ? 1 : 0][index % 2];
        if (token.special) {
            format.setFontWeight(QFont::Bold);
        }
        cursor.insertText(visibleText(token.text), format);
    }
    cursor.endEditBlock();
    cursor.setPosition(std::min(position, document()->characterCount() - 1));
    setTextCursor(cursor);
    verticalScrollBar()->setValue(atEnd ? bar->maximum() : place);
    blocker.unblock();
    emit currentTokenChanged(currentToken());
}

int TokenView::tokenAt(int position) const {
    const auto after = std::upper_bound(m_begins.begin(), m_begins.end(), position);
    return static_cast<int>(after - m_begins.begin()) - 1;
}

int TokenView::currentToken() const {
    return tokenAt(textCursor().position());
}

QMimeData* TokenView::createMimeDataFromSelection() const {
    const QTextCursor cursor = textCursor();
    auto* data = new QMimeData;
    if (m_tokens.isEmpty()) {
        data->setText(m_raw);
        return data;
    }
    // A mark stands for what it shows: whole tokens are taken.
    QByteArray bytes;
    const int last = tokenAt(std::max(cursor.selectionStart(), cursor.selectionEnd() - 1));
    for (int index = tokenAt(cursor.selectionStart()); index <= last; ++index) {
        bytes += m_tokens.at(index).text;
    }
    data->setText(QString::fromUtf8(bytes));
    return data;
}

void TokenView::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        rebuild();
    }
}

} // namespace phidelity
