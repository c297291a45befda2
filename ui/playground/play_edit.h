// SPDX-License-Identifier: MIT
#pragma once

#include <QPlainTextEdit>

#include "playground/play_page.h"

namespace phidelity {

class PlayText;

/// What the model is to go on from, and where what it writes goes.
struct WritingPlace {
    QString prompt;
    int at = 0; ///< in the text
};

/// The editor of the playground. What was generated stands on a ground of its own; pointing at it
/// tells what the model thought of it.
class PlayEdit : public QPlainTextEdit {
    Q_OBJECT

public:
    /// How much is left free round the text.
    enum class Room { Page, Column };
    explicit PlayEdit(Room room = Room::Page);

    /// Not owned; none before the first call.
    void setText(PlayText* text);
    [[nodiscard]] PlayText* text() const { return m_text; }
    /// With a selection that alone is the prompt, else all before the cursor.
    [[nodiscard]] WritingPlace writingPlace() const;
    void setCursorPosition(int position);

signals:
    /// Ctrl+wheel or so changes nothing here; only what concerns the text does.
    void cursorMoved();

protected:
    bool event(QEvent* event) override;
    /// Tab is a part of the text; Shift+Tab and Ctrl+Tab lead out of it.
    bool focusNextPrevChild(bool next) override;
    void changeEvent(QEvent* event) override;

private:
    void applyLook();

    Room m_room;
    PlayText* m_text = nullptr;
};

/// "“ prime”: 42.1 %, the 2nd choice, uncertainty 1.31 nats" for each token of a piece.
[[nodiscard]] QString describePiece(const TextPiece& piece);

} // namespace phidelity
