// SPDX-License-Identifier: MIT
// Ghost text of a CodeEdit: what a model offers at the cursor.
#include <QPainter>

#include "code/completion.h"
#include "ui/code/code_edit.h"
#include "ui/code/line_colors.h"

namespace phidelity {

namespace {
constexpr int kPauseMs = 600;
}

void CodeEdit::setCompletesByItself(bool completes) {
    m_completesByItself = completes;
    m_pause.stop();
}

void CodeEdit::requestCompletion() {
    if (textCursor().hasSelection() || isReadOnly()) {
        return;
    }
    emit completionWanted();
}

void CodeEdit::setGhost(const QString& ghost) {
    m_ghost = ghost;
    m_ghostAt = textCursor().position();
    setAccessibleDescription(ghost.isEmpty() ? QString() : tr("Offered: %1").arg(ghost));
    viewport()->update();
    emit ghostChanged();
}

void CodeEdit::dropGhost() {
    if (!m_ghost.isEmpty()) {
        setGhost({});
    }
    emit completionDropped();
}

void CodeEdit::acceptGhost() {
    const QString text = m_ghost;
    m_ghost.clear();
    if (!text.isEmpty()) {
        insertPlainText(text);
        emit completionDropped();
        viewport()->update();
        emit ghostChanged();
    }
}

void CodeEdit::acceptGhostWord() {
    // The change that it makes shortens the ghost text, as if it had been typed.
    insertPlainText(firstWord(m_ghost));
}

void CodeEdit::contentsChanged(int position, int removed, int added) {
    if (m_colors->isColouring()) {
        return;
    }
    emit textEdited();
    m_typed = true;
    if (!m_ghost.isEmpty()) {
        const QString typed = document()->isEmpty() || added > 1000 ? QString() : [&] {
            QTextCursor cursor(document());
            cursor.setPosition(position);
            cursor.setPosition(position + added, QTextCursor::KeepAnchor);
            return cursor.selectedText().replace(QChar(0x2029), u'\n');
        }();
        const bool asOffered =
            removed == 0 && position == m_ghostAt && !typed.isEmpty() && m_ghost.startsWith(typed);
        if (asOffered) {
            m_ghost.remove(0, typed.size());
            m_ghostAt = position + added;
        } else {
            m_ghost.clear();
        }
        if (m_ghost.isEmpty()) {
            emit completionDropped();
        }
        viewport()->update();
        emit ghostChanged();
    } else {
        emit completionDropped();
    }
    if (m_completesByItself && m_ghost.isEmpty() && hasFocus()) {
        m_pause.start(kPauseMs, this);
    }
    // Until the cursor has followed the change.
    QMetaObject::invokeMethod(
        this, [this] { m_typed = false; }, Qt::QueuedConnection);
}

void CodeEdit::paintGhost(QPainter& painter) {
    const QRect cursor = cursorRect();
    const QStringList lines = m_ghost.split(u'\n');
    const QFontMetricsF metrics(font());
    QFont slanted = font();
    slanted.setItalic(true);
    painter.setFont(slanted);
    const QColor back = mixed(m_shades.page, m_shades.text, 0.05);
    const bool atEnd = textCursor().atBlockEnd();
    const double left = QPointF(contentOffset()).x() + document()->documentMargin();
    const auto shown = [](QString line) { return line.replace(u'\t', QLatin1String("    ")); };
    // Over what stands behind the cursor it would not be read: then all of it goes below.
    double y = cursor.top();
    if (atEnd) {
        painter.setPen(m_shades.dimText);
        painter.drawText(QPointF(cursor.left() + 1, y + metrics.ascent()), shown(lines.first()));
    }
    double widest = 0;
    const QStringList below = atEnd ? lines.mid(1) : lines;
    for (const QString& line : below) {
        widest = std::max(widest, metrics.horizontalAdvance(shown(line)));
    }
    if (below.isEmpty()) {
        return;
    }
    const double start = atEnd ? left : std::max<double>(left, cursor.left());
    const QRectF box(start - 2, cursor.bottom() + 1, widest + 8,
                     metrics.height() * static_cast<double>(below.size()) + 2);
    painter.fillRect(box, back);
    painter.setPen(QPen(m_shades.line, 1));
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
    painter.setPen(m_shades.dimText);
    y = box.top() + 1;
    for (const QString& line : below) {
        painter.drawText(QPointF(start, y + metrics.ascent()), shown(line));
        y += metrics.height();
    }
}

} // namespace phidelity
