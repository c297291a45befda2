// SPDX-License-Identifier: MIT
#include "ui/message_row.h"

#include <algorithm>

#include <QCoreApplication>
#include <QFontMetrics>
#include <QPainter>

#include "ui/message_model.h"

namespace phidelity {

namespace {

TextKind kindOf(const Message& message) {
    const ReplyText replies = message.format.rules().replies;
    if (replies == ReplyText::Code) {
        return TextKind::Python;
    }
    const bool markdown = message.speaker == Speaker::Model && replies == ReplyText::Markdown;
    return markdown ? TextKind::Markdown : TextKind::Plain;
}

/// Characters at the beginning that are not shown.
qsizetype hiddenStart(const Message& message) {
    if (message.speaker == Speaker::User) {
        return 0;
    }
    const QString beginning = message.text.left(4);
    return beginning.size() - displayedReply(message.format, beginning).size();
}

BlockSplitter::Ending endingOf(const Message& message) {
    return message.state == MessageState::Writing ? BlockSplitter::Ending::Open
                                                  : BlockSplitter::Ending::Final;
}

/// The part of the column that a user's card may fill.
constexpr double kCardShare = 0.82;

/// What was cut off, as it is shown.
QString shownCut(const QString& cut) {
    qsizetype start = 0;
    while (start < cut.size() && cut.at(start) == u'\n') {
        ++start;
    }
    return cut.mid(start);
}

void addHits(QList<MessageRow::TextHit>& hits, MessageRow::Piece piece,
             const QList<TextBlock>& blocks, const HitQuery& query) {
    for (qsizetype index = 0; index < blocks.size(); ++index) {
        for (const TextBlock::Cell& hit : findHits(blocks.at(index).text, query)) {
            hits.append({piece, {index, hit.start}, hit.length});
        }
    }
}

void addCutHits(QList<MessageRow::TextHit>& hits, const QString& cut, const HitQuery& query) {
    BlockSplitter splitter;
    splitter.update(shownCut(cut), BlockSplitter::Ending::Final);
    addHits(hits, MessageRow::Piece::Cut, splitter.blocks(), query);
}

QString toggleText(bool shown) {
    return shown ? QCoreApplication::translate("MessageRow", "Hide")
                 : QCoreApplication::translate("MessageRow", "Show what was cut");
}

} // namespace

MessageRow::MessageRow(const MessageLook* look, const Message& message, int width)
    : m_look(look), m_width(width) {
    takeFacts(message);
    makeBody(message);
}

int MessageRow::estimatedHeight(const MessageLook& look, const Message& message, int width) {
    const double usable = message.speaker == Speaker::User ? width * kCardShare : width;
    const auto perLine =
        std::max<qsizetype>(8, static_cast<qsizetype>(usable / look.textCharacter));
    const qsizetype lines = 1 + message.text.size() / perLine + message.text.count(u'\n');
    const int around = message.speaker == Speaker::User ? 10 * look.unit : 18 * look.unit;
    return static_cast<int>(lines) * look.textLine + around;
}

void MessageRow::takeFacts(const Message& message) {
    m_speaker = message.speaker;
    m_state = message.state;
    m_note = noteOf(message);
    m_cutText = hasCut(message) ? message.cut : QString();
    if (isUser()) {
        m_label.clear();
    } else if (message.author.isEmpty()) { // no model has been open yet
        m_label = formatTitle(message.format);
    } else {
        m_label = QCoreApplication::translate("MessageRow", "%1 · %2")
                      .arg(message.author, formatTitle(message.format));
    }
    m_length = message.text.size();
    m_version = message.version;
}

void MessageRow::makeBody(const Message& message) {
    m_kind = kindOf(message);
    m_start = hiddenStart(message);
    m_body = std::make_unique<MessageLayout>(m_look, m_kind, m_start,
                                             isUser() ? MessageLayout::CodeFrame::Bare
                                                      : MessageLayout::CodeFrame::Boxed);
    m_body->setWidth(textWidth());
    m_body->update(message.text, endingOf(message));
}

void MessageRow::change(const Message& message) {
    // A text of the same length and version is the same text: replies only grow, are cut, or are
    // replaced by another version.
    const bool sameText = message.speaker == m_speaker && kindOf(message) == m_kind &&
                          hiddenStart(message) == m_start && message.text.size() == m_length &&
                          message.version == m_version;
    takeFacts(message);
    if (m_cut) {
        setCutShown(false);
    }
    if (sameText) {
        m_body->update(message.text, endingOf(message));
    } else {
        makeBody(message);
    }
}

void MessageRow::textAppended(const Message& message) {
    m_length = message.text.size();
    m_state = message.state;
    if (hiddenStart(message) != m_start) {
        makeBody(message);
    } else {
        m_body->update(message.text, endingOf(message));
    }
}

void MessageRow::setWidth(int width) {
    m_width = width;
    m_body->setWidth(textWidth());
    if (m_cut) {
        m_cut->setWidth(textWidth());
    }
}

void MessageRow::lookChanged() {
    m_body->setWidth(textWidth());
    m_body->lookChanged();
    if (m_cut) {
        m_cut->setWidth(textWidth());
        m_cut->lookChanged();
    }
}

void MessageRow::setCutShown(bool shown) {
    m_cut.reset();
    if (shown && !m_cutText.isEmpty()) {
        m_cut = std::make_unique<MessageLayout>(m_look, TextKind::Plain, 0,
                                                MessageLayout::CodeFrame::Bare);
        m_cut->setWidth(textWidth());
        m_cut->update(shownCut(m_cutText), BlockSplitter::Ending::Final);
    }
}

int MessageRow::textWidth() const {
    const int pad = 3 * m_look->unit;
    return std::max(40, isUser() ? static_cast<int>(m_width * kCardShare) - 2 * pad : m_width);
}

int MessageRow::labelHeight() const {
    return isUser() ? 0 : m_look->labelLine + 2 * m_look->unit;
}

bool MessageRow::isThinking() const {
    return !isUser() && m_body->isEmpty() &&
           (m_state == MessageState::Writing || m_state == MessageState::Waiting);
}

QPoint MessageRow::bodyOrigin() const {
    const int unit = m_look->unit;
    if (!isUser()) {
        return {0, 2 * unit + labelHeight()};
    }
    return {frame().left() + 3 * unit, 2 * unit + 2 * unit};
}

int MessageRow::bodyBottom() const {
    const int text = isThinking() ? m_look->textLine : m_body->height();
    return bodyOrigin().y() + text;
}

QRect MessageRow::frame() const {
    const int unit = m_look->unit;
    if (!isUser()) {
        const QPoint origin = bodyOrigin();
        return {origin.x(), origin.y(), m_width, bodyBottom() - origin.y()};
    }
    const int width = std::min(m_body->naturalWidth(), textWidth()) + 6 * unit;
    return {m_width - width, 2 * unit, width, m_body->height() + 4 * unit};
}

QRect MessageRow::noteRect() const {
    if (m_note.isEmpty() || isThinking()) {
        return {0, bodyBottom(), m_width, 0};
    }
    const QFontMetrics metrics(m_look->label);
    const int space = m_width - (m_cutText.isEmpty() ? 0 : toggleRect().width() + 3 * m_look->unit);
    const QRect text =
        metrics.boundingRect(QRect(0, 0, std::max(80, space), 10000), Qt::TextWordWrap, m_note);
    return {0, bodyBottom() + 2 * m_look->unit, text.width() + 2, text.height()};
}

QRect MessageRow::toggleRect() const {
    const QFontMetrics metrics(m_look->label);
    const int width = metrics.horizontalAdvance(toggleText(cutShown()));
    const int top = bodyBottom() + 2 * m_look->unit;
    const int noteWidth =
        std::min(metrics.horizontalAdvance(m_note) + 2, m_width - width - 3 * m_look->unit);
    return {noteWidth + 3 * m_look->unit, top, width, metrics.height()};
}

int MessageRow::cutTop() const {
    return noteRect().bottom() + 1 + 2 * m_look->unit;
}

int MessageRow::height() const {
    const int unit = m_look->unit;
    if (isUser()) {
        return frame().bottom() + 1 + 4 * unit;
    }
    const int bottom = m_cut ? cutTop() + m_cut->height() : noteRect().bottom() + 1;
    return bottom + actionsRect({}).height() + 2 * unit;
}

QRect MessageRow::actionsRect(QSize size) const {
    const int unit = m_look->unit;
    if (isUser()) {
        const QRect card = frame();
        return {card.left() - size.width() - unit, card.top() + unit, size.width(), size.height()};
    }
    const int side = m_look->labelLine + 3 * unit;
    const int bottom = m_cut ? cutTop() + m_cut->height() : noteRect().bottom() + 1;
    return {-unit, bottom + unit, size.width(), std::max(side, size.height())};
}

bool MessageRow::ensure(int top, int bottom) {
    bool changed = false;
    const auto ensureLayout = [&](MessageLayout& layout, int origin) {
        if (layout.isEmpty()) {
            return;
        }
        for (qsizetype block = layout.blockAt(top - origin); block < layout.blockCount(); ++block) {
            if (origin + layout.blockTop(block) > bottom) {
                break;
            }
            changed = layout.ensureBlock(block) || changed;
        }
    };
    ensureLayout(*m_body, bodyOrigin().y());
    if (m_cut) {
        ensureLayout(*m_cut, cutTop());
    }
    return changed;
}

void MessageRow::release() {
    m_body->release();
    if (m_cut) {
        m_cut->release();
    }
}

MessageRow::Hit MessageRow::hit(QPoint point) const {
    if (!m_cutText.isEmpty() && toggleRect().adjusted(-4, -4, 4, 4).contains(point)) {
        return {Part::CutToggle, -1, {}};
    }
    const QPoint local = point - bodyOrigin();
    if (const qsizetype code = m_body->copyButtonAt(local); code >= 0) {
        return {Part::CopyCode, code, {}};
    }
    if (const qsizetype code = m_body->runButtonAt(local); code >= 0) {
        return {Part::RunCode, code, {}};
    }
    if (const MessageLayout::LinkPlace link = m_body->linkAt(local); link.block >= 0) {
        return {Part::Link, -1, link};
    }
    return {frame().contains(point) ? Part::Text : Part::None, m_body->codeAt(local), {}};
}

QList<MessageRow::TextHit> MessageRow::hits(const HitQuery& query) const {
    QList<TextHit> hits;
    addHits(hits, Piece::Body, m_body->blocks(), query);
    if (m_cut) {
        addHits(hits, Piece::Cut, m_cut->blocks(), query);
    } else if (!m_cutText.isEmpty()) {
        addCutHits(hits, m_cutText, query);
    }
    return hits;
}

int MessageRow::hitCount(const Message& message, const HitQuery& query) {
    QList<TextHit> hits;
    BlockSplitter splitter(kindOf(message), hiddenStart(message));
    splitter.update(message.text, endingOf(message));
    addHits(hits, Piece::Body, splitter.blocks(), query);
    if (hasCut(message)) {
        addCutHits(hits, message.cut, query);
    }
    return static_cast<int>(hits.size());
}

QRect MessageRow::reveal(const TextHit& hit) {
    if (hit.piece == Piece::Cut && !cutShown()) {
        setCutShown(true);
    }
    MessageLayout& text = hit.piece == Piece::Cut ? *m_cut : *m_body;
    text.revealSideways(hit.at);
    const QRect inText = text.rectOf(hit.at);
    return inText.translated(hit.piece == Piece::Cut ? QPoint(0, cutTop()) : bodyOrigin());
}

void MessageRow::paint(QPainter& painter, QPoint origin, const QRect& clip,
                       const PaintState& state) const {
    const Shades& shades = m_look->shades;
    const int unit = m_look->unit;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (isUser()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(shades.card);
        painter.drawRoundedRect(QRectF(frame().translated(origin)), 2.5 * unit, 2.5 * unit);
    } else {
        painter.setFont(m_look->label);
        painter.setPen(shades.dimText);
        const QRect label(origin.x(), origin.y() + 2 * unit, m_width, m_look->labelLine);
        painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetrics(m_look->label).elidedText(m_label, Qt::ElideRight, m_width));
    }
    m_body->paint(painter, origin + bodyOrigin(), clip, state.marks, shades.text);
    if (isThinking()) {
        painter.setPen(Qt::NoPen);
        const double radius = unit * 0.75;
        for (int dot = 0; dot < 3; ++dot) {
            painter.setBrush(mixed(shades.page, shades.text, state.phase % 3 == dot ? 0.7 : 0.3));
            painter.drawEllipse(QPointF(origin.x() + radius + dot * 2.5 * unit,
                                        origin.y() + bodyOrigin().y() + m_look->textLine / 2.0),
                                radius, radius);
        }
        if (!m_note.isEmpty()) {
            painter.setFont(m_look->label);
            painter.setPen(shades.dimText);
            painter.drawText(QRect(origin.x() + 9 * unit, origin.y() + bodyOrigin().y(),
                                   m_width - 9 * unit, m_look->textLine),
                             Qt::AlignLeft | Qt::AlignVCenter, m_note);
        }
    } else if (!m_note.isEmpty()) {
        painter.setFont(m_look->label);
        const bool problem =
            m_state == MessageState::Failed || m_state == MessageState::Interrupted;
        painter.setPen(problem ? shades.danger : shades.dimText);
        painter.drawText(noteRect().translated(origin), Qt::TextWordWrap, m_note);
        if (!m_cutText.isEmpty()) {
            QFont link = m_look->label;
            link.setUnderline(state.hotToggle);
            painter.setFont(link);
            painter.setPen(shades.accent);
            painter.drawText(toggleRect().translated(origin), Qt::AlignLeft | Qt::AlignVCenter,
                             toggleText(cutShown()));
        }
    }
    if (m_cut) {
        m_cut->paint(painter, origin + QPoint(0, cutTop()), clip, state.cutMarks, shades.dimText);
    }
    painter.restore();
}

} // namespace phidelity
