// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include <QRect>

#include "chat/message.h"
#include "ui/message_layout.h"

namespace phidelity {

/// One message as the view shows it: the user's in a card at the right, a reply across the column
/// with its author above and its note below. Coordinates are relative to the row's top left; the
/// row is as wide as the column. GUI thread only.
class MessageRow {
public:
    MessageRow(const MessageLook* look, const Message& message, int width);

    /// A height before anything is laid out, from the length of the text. Linear, but cheap.
    [[nodiscard]] static int estimatedHeight(const MessageLook& look, const Message& message,
                                             int width);

    void change(const Message& message);
    /// The text grew at its end and nothing else changed.
    void textAppended(const Message& message);
    void setWidth(int width);
    void lookChanged();
    void setCutShown(bool shown);
    [[nodiscard]] bool cutShown() const { return m_cut != nullptr; }

    [[nodiscard]] int height() const;
    /// Lays out what lies between two heights; true where the row's height changed.
    bool ensure(int top, int bottom);
    void release();

    enum class Part { None, Text, Link, CopyCode, RunCode, CutToggle };
    struct Hit {
        Part part = Part::None;
        qsizetype code = -1;
        MessageLayout::LinkPlace link;
        bool operator==(const Hit&) const = default;
    };
    [[nodiscard]] Hit hit(QPoint point) const;

    /// Which of its two texts: what is shown, or what was cut off its end.
    enum class Piece { Body, Cut };
    /// Where something that is looked for stands.
    struct TextHit {
        Piece piece = Piece::Body;
        BlockPosition at;
        qsizetype length = 0;
        auto operator<=>(const TextHit&) const = default;
    };
    /// In order; those in what was cut come last, shown or not.
    [[nodiscard]] QList<TextHit> hits(const HitQuery& query) const;
    /// How many that would be, without a row.
    [[nodiscard]] static int hitCount(const Message& message, const HitQuery& query);
    /// Brings one into sight within the row (shows what was cut, moves a wide table) and says where
    /// it is.
    QRect reveal(const TextHit& hit);

    struct PaintState {
        MessageLayout::Marks marks;
        MessageLayout::Marks cutMarks;
        bool hotToggle = false;
        int phase = 0; ///< of the dots that stand for a reply without text
    };
    void paint(QPainter& painter, QPoint origin, const QRect& clip, const PaintState& state) const;

    [[nodiscard]] MessageLayout& body() { return *m_body; }
    [[nodiscard]] const MessageLayout& body() const { return *m_body; }
    [[nodiscard]] QPoint bodyOrigin() const;
    /// The user's card, or the text of a reply.
    [[nodiscard]] QRect frame() const;
    /// Where the buttons of a message go.
    [[nodiscard]] QRect actionsRect(QSize size) const;

private:
    [[nodiscard]] bool isUser() const { return m_speaker == Speaker::User; }
    [[nodiscard]] int textWidth() const;
    [[nodiscard]] int labelHeight() const;
    [[nodiscard]] int bodyBottom() const;
    [[nodiscard]] int cutTop() const;
    [[nodiscard]] QRect noteRect() const;
    [[nodiscard]] QRect toggleRect() const;
    [[nodiscard]] bool isThinking() const;
    void makeBody(const Message& message);
    void takeFacts(const Message& message);

    const MessageLook* m_look;
    int m_width;
    Speaker m_speaker = Speaker::User;
    MessageState m_state = MessageState::Complete;
    TextKind m_kind = TextKind::Plain;
    qsizetype m_start = 0;
    QString m_label;
    QString m_note;
    QString m_cutText;
    qsizetype m_length = 0; ///< of the text that the body was given
    int m_version = 1;
    std::unique_ptr<MessageLayout> m_body;
    std::unique_ptr<MessageLayout> m_cut; ///< only while shown
};

} // namespace phidelity
