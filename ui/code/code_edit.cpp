// SPDX-License-Identifier: MIT
#include "ui/code/code_edit.h"

#include <algorithm>

#include <QPainter>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTextBlock>
#include <QTimerEvent>

#include "ui/code/line_colors.h"

namespace phidelity {

namespace {

constexpr int kPauseMs = 600;
/// So far a matching bracket is looked for.
constexpr int kBracketReach = 20000;

class Numbers : public QWidget {
public:
    explicit Numbers(CodeEdit* edit) : QWidget(edit), m_edit(edit) {}
    [[nodiscard]] QSize sizeHint() const override { return {m_edit->numbersWidth(), 0}; }

protected:
    void paintEvent(QPaintEvent* event) override { m_edit->paintNumbers(event); }

private:
    CodeEdit* m_edit;
};

} // namespace

CodeEdit::CodeEdit(QWidget* parent)
    : QPlainTextEdit(parent), m_colors(new LineColors(this)), m_numbers(new Numbers(this)) {
    setObjectName(QStringLiteral("codeEdit"));
    setAccessibleName(tr("Code"));
    setFrameShape(QFrame::NoFrame);
    setLineWrapMode(NoWrap);
    connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { placeNumbers(); });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0) {
            m_numbers->scroll(0, dy);
        } else {
            m_numbers->update(0, rect.y(), m_numbers->width(), rect.height());
        }
    });
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, &CodeEdit::cursorMoved);
    connect(document(), &QTextDocument::contentsChange, this, &CodeEdit::contentsChanged);
    applyLook();
}

CodeEdit::~CodeEdit() = default;

void CodeEdit::applyLook() {
    m_shades = shadesOf(palette());
    QFont wanted = codeFont(scaledFont(QFont(), 1.05));
    if (parentWidget()) {
        wanted = codeFont(scaledFont(parentWidget()->font(), 1.05));
    }
    if (font() != wanted) {
        setFont(wanted);
    }
    setTabStopDistance(4 * QFontMetricsF(wanted).horizontalAdvance(u' '));
    m_colors->refresh();
    placeNumbers();
    markPlace();
}

void CodeEdit::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange) {
        applyLook();
    }
}

QPoint CodeEdit::place() const {
    return {textCursor().positionInBlock() + 1, textCursor().blockNumber() + 1};
}

void CodeEdit::goToLine(int line) {
    const QTextBlock block =
        document()->findBlockByNumber(std::clamp(line, 1, document()->blockCount()) - 1);
    setTextCursor(QTextCursor(block));
    centerCursor();
}

QString CodeEdit::textBetween(int from, int to) const {
    QTextCursor cursor(document());
    const int end = document()->characterCount() - 1;
    cursor.setPosition(std::clamp(from, 0, end));
    cursor.setPosition(std::clamp(to, 0, end), QTextCursor::KeepAnchor);
    return cursor.selectedText().replace(QChar::ParagraphSeparator, u'\n');
}

bool CodeEdit::hasTextBehind() const {
    const QTextCursor cursor = textCursor();
    QTextBlock block = cursor.block();
    if (!QStringView(block.text()).mid(cursor.positionInBlock()).trimmed().isEmpty()) {
        return true;
    }
    while ((block = block.next()).isValid()) {
        if (!block.text().trimmed().isEmpty()) {
            return true;
        }
    }
    return false;
}

// ---- Line numbers

int CodeEdit::numbersWidth() const {
    int digits = 2;
    for (int count = blockCount(); count >= 100; count /= 10) {
        ++digits;
    }
    return fontMetrics().horizontalAdvance(u'9') * (digits + 2);
}

void CodeEdit::placeNumbers() {
    setViewportMargins(numbersWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_numbers->setGeometry(inside.left(), inside.top(), numbersWidth(), viewport()->height());
}

void CodeEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    placeNumbers();
}

void CodeEdit::paintNumbers(QPaintEvent* event) {
    QPainter painter(m_numbers);
    painter.fillRect(event->rect(), mixed(m_shades.page, m_shades.text, 0.03));
    painter.setFont(font());
    const int current = textCursor().blockNumber();
    const int right = m_numbers->width() - fontMetrics().horizontalAdvance(u'9');
    QTextBlock block = firstVisibleBlock();
    double top = blockBoundingGeometry(block).translated(contentOffset()).top();
    while (block.isValid() && top <= event->rect().bottom()) {
        const double height = blockBoundingRect(block).height();
        if (top + height >= event->rect().top()) {
            painter.setPen(block.blockNumber() == current ? m_shades.text : m_shades.dimText);
            painter.drawText(QRectF(0, top, right, fontMetrics().height()), Qt::AlignRight,
                             QString::number(block.blockNumber() + 1));
        }
        top += height;
        block = block.next();
    }
}

// ---- What is marked

void CodeEdit::paintEvent(QPaintEvent* event) {
    const QTextBlock first = firstVisibleBlock();
    const int seen = viewport()->height() / std::max(1, fontMetrics().height()) + 2;
    m_colors->ensure(first.blockNumber() + seen);
    if (!m_marked.pattern().isEmpty() && m_marked.isValid()) {
        // Behind the text, which the base class draws over it.
        QPainter painter(viewport());
        QColor back = mixed(m_shades.page, QColor(255, 190, 0), m_shades.dark ? 0.35 : 0.4);
        QTextBlock block = first;
        for (int line = 0; line < seen && block.isValid(); ++line, block = block.next()) {
            auto hits = m_marked.globalMatch(block.text().left(5000));
            for (int count = 0; count < 200 && hits.hasNext(); ++count) {
                const auto hit = hits.next();
                QTextCursor cursor(block);
                cursor.setPosition(block.position() + static_cast<int>(hit.capturedStart()));
                const QRect from = cursorRect(cursor);
                cursor.setPosition(block.position() + static_cast<int>(hit.capturedEnd()));
                painter.fillRect(QRect(from.left(), from.top(),
                                       cursorRect(cursor).left() - from.left(), from.height()),
                                 back);
            }
        }
    }
    QPlainTextEdit::paintEvent(event);
    if (!m_ghost.isEmpty()) {
        QPainter painter(viewport());
        paintGhost(painter);
    }
}

void CodeEdit::setMarked(const QRegularExpression& pattern) {
    m_marked = pattern;
    viewport()->update();
}

int CodeEdit::matchOf(int position) const {
    static const QString open = QStringLiteral("([{");
    static const QString close = QStringLiteral(")]}");
    const QChar here = document()->characterAt(position);
    const bool forward = open.contains(here);
    if (!forward && !close.contains(here)) {
        return -1;
    }
    const QChar partner = forward ? close.at(open.indexOf(here)) : open.at(close.indexOf(here));
    int depth = 0;
    const int step = forward ? 1 : -1;
    const int end = document()->characterCount();
    for (int at = position, looked = 0; at >= 0 && at < end && looked < kBracketReach;
         at += step, ++looked) {
        const QChar c = document()->characterAt(at);
        depth += c == here ? 1 : c == partner ? -1 : 0;
        if (depth == 0) {
            return at;
        }
    }
    return -1;
}

void CodeEdit::markPlace() {
    QList<QTextEdit::ExtraSelection> marks;
    QTextEdit::ExtraSelection line;
    line.cursor = textCursor();
    line.cursor.clearSelection();
    line.format.setBackground(mixed(m_shades.page, m_shades.text, 0.05));
    line.format.setProperty(QTextFormat::FullWidthSelection, true);
    marks.append(line);
    if (m_token.hasSelection()) {
        QTextEdit::ExtraSelection token;
        token.cursor = m_token;
        token.format.setBackground(mixed(m_shades.page, m_shades.accent, 0.3));
        marks.append(token);
    }
    const int at = textCursor().position();
    for (const int position : {at, at - 1}) {
        const int match = position < 0 ? -1 : matchOf(position);
        if (match < 0) {
            continue;
        }
        for (const int bracket : {position, match}) {
            QTextEdit::ExtraSelection mark;
            mark.cursor = textCursor();
            mark.cursor.setPosition(bracket);
            mark.cursor.setPosition(bracket + 1, QTextCursor::KeepAnchor);
            mark.format.setBackground(mixed(m_shades.page, m_shades.accent, 0.3));
            mark.format.setFontWeight(QFont::Bold);
            marks.append(mark);
        }
        break;
    }
    setExtraSelections(marks);
}

void CodeEdit::markToken(int from, int to) {
    const int end = document()->characterCount() - 1;
    QTextCursor token(document());
    token.setPosition(std::clamp(from, 0, end));
    token.setPosition(std::clamp(to, 0, end), QTextCursor::KeepAnchor);
    if (token.selectionStart() != m_token.selectionStart() ||
        token.selectionEnd() != m_token.selectionEnd()) {
        m_token = token;
        markPlace();
    }
}

void CodeEdit::showPlace(int position) {
    QTextCursor cursor(document());
    cursor.setPosition(std::clamp(position, 0, document()->characterCount() - 1));
    const QRect place = cursorRect(cursor);
    if (place.top() < 0 || place.bottom() > viewport()->height()) {
        const int lines = viewport()->height() / std::max(1, fontMetrics().height());
        verticalScrollBar()->setValue(cursor.blockNumber() - lines / 2);
    }
}

void CodeEdit::cursorMoved() {
    markPlace();
    m_numbers->update();
    if (!m_ghost.isEmpty() && textCursor().position() != m_ghostAt) {
        dropGhost();
    }
    if (!m_typed) {
        m_pause.stop();
        emit completionDropped();
    }
}

void CodeEdit::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_pause.timerId()) {
        m_pause.stop();
        requestCompletion();
        return;
    }
    QPlainTextEdit::timerEvent(event);
}

void CodeEdit::focusOutEvent(QFocusEvent* event) {
    m_pause.stop();
    QPlainTextEdit::focusOutEvent(event);
}

} // namespace phidelity
