// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QTextDocument>

#include "playground/play_page.h"
#include "playground/reading.h"
#include "ui/inspector/token_scale.h"

namespace phidelity {

class PlayHighlighter;

/// The text of one branch in an editor: it knows which of its characters were generated and by
/// which tokens, also after undo and redo. What is typed into a token makes it typed text.
class PlayText : public QTextDocument {
    Q_OBJECT

public:
    explicit PlayText(QObject* parent = nullptr);

    /// Replaces all of it; not to be undone.
    void setPieces(const QList<TextPiece>& pieces);
    /// As it stands. Cost: the length of the text.
    [[nodiscard]] QList<TextPiece> pieces() const;
    /// At the cursor, which goes behind them. Undone and redone like what is typed.
    void insert(QTextCursor& cursor, const QList<TextPiece>& pieces);
    /// The generated piece at a place of the text; nothing where it was typed.
    [[nodiscard]] const TextPiece* pieceAt(int position) const;
    /// What the model has read, for those tokens that were typed. What is behind a change is
    /// forgotten.
    void setRead(const QList<PlacedToken>& tokens);
    /// What is known of a place of the text: a generated piece, or typed tokens that were read.
    [[nodiscard]] std::optional<TextPiece> knownAt(int position) const;

    void setMeasure(TokenMeasure measure);
    void setLook(const QPalette& palette);

private:
    friend class PlayHighlighter;
    /// Of a stretch of characters with the mark of one piece: how many at its beginning are still
    /// that piece, and whether they are all of it.
    struct Kept {
        qsizetype length = 0;
        bool whole = false;
    };
    [[nodiscard]] Kept keptOf(int mark, const QString& text) const;

    void forgetBehind(int position);

    QList<PlacedToken> m_read; ///< that were typed
    bool m_forgotten = false;  ///< some of them since they were set
    QList<TextPiece> m_table;  ///< all that were ever inserted; characters refer to them
    PlayHighlighter* m_highlighter;
};

} // namespace phidelity
