// SPDX-License-Identifier: MIT
#include "ui/format_preview.h"

#include <QEvent>
#include <QTextCursor>

#include "chat/escaped_text.h"
#include "ui/theme.h"

namespace phidelity {

FormatPreview::FormatPreview(QWidget* parent) : QTextEdit(parent) {
    setObjectName(QStringLiteral("formatPreview"));
    setAccessibleName(tr("The prompt of a short talk"));
    setReadOnly(true);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setLineWrapMode(QTextEdit::WidgetWidth);
    setWordWrapMode(QTextOption::WrapAnywhere);
}

void FormatPreview::showPrompt(const QList<PromptPiece>& pieces) {
    m_pieces = pieces;
    fill();
}

void FormatPreview::fill() {
    const Shades shades = shadesOf(palette());
    clear();
    QTextCursor cursor(document());
    for (const PromptPiece& piece : std::as_const(m_pieces)) {
        QTextCharFormat look;
        look.setFont(codeFont(font()));
        look.setForeground(piece.from == PromptPiece::From::Format ? shades.accent : shades.text);
        cursor.insertText(visiblePromptText(piece.text), look);
    }
}

void FormatPreview::changeEvent(QEvent* event) {
    QTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        fill();
    }
}

QString visiblePromptText(const QString& text) {
    QString visible;
    qsizetype from = 0;
    const auto upTo = [&](qsizetype end) {
        visible += escapedText(text.mid(from, end - from))
                       .replace(QLatin1String("\\\\"), QLatin1String("\\"));
        from = end + 1;
    };
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar c = text.at(at);
        if (c != u' ' && c != u'\n' && c != u'\t') {
            continue;
        }
        upTo(at);
        visible += c == u' '    ? QStringLiteral("·")
                   : c == u'\t' ? QStringLiteral("⇥")
                                : QStringLiteral("↵\n");
    }
    upTo(text.size());
    return visible;
}

} // namespace phidelity
