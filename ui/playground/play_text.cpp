// SPDX-License-Identifier: MIT
#include "ui/playground/play_text.h"

#include <QPlainTextDocumentLayout>
#include <QSyntaxHighlighter>
#include <QTextBlock>
#include <QTextCursor>

#include "ui/theme.h"

namespace phidelity {

namespace {

/// 1 + the place in the table of the piece that a character came with.
constexpr int kMark = QTextFormat::UserProperty + 1;

} // namespace

/// Grounds of what was generated. Not in the text's own formats, where undo would keep them.
class PlayHighlighter : public QSyntaxHighlighter {
public:
    explicit PlayHighlighter(PlayText* text) : QSyntaxHighlighter(text), m_text(text) {}

    TokenMeasure measure = TokenMeasure::None;
    QPalette palette;

protected:
    void highlightBlock(const QString&) override {
        const QTextBlock block = currentBlock();
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            const QTextFragment fragment = it.fragment();
            const int mark = fragment.charFormat().intProperty(kMark);
            if (mark == 0) {
                continue;
            }
            const auto kept = m_text->keptOf(mark, fragment.text());
            if (kept.length > 0) {
                QTextCharFormat format;
                format.setBackground(groundOf(m_text->m_table.at(mark - 1)));
                setFormat(fragment.position() - block.position(), static_cast<int>(kept.length),
                          format);
            }
        }
    }

private:
    QColor groundOf(const TextPiece& piece) const {
        std::optional<int> worst;
        for (const TokenDetail& token : piece.tokens) {
            const std::optional<int> step = scaleStep(measure, token);
            worst = step && (!worst || *step > *worst) ? step : worst;
        }
        return worst ? scaleColor(palette, *worst) : shadesOf(palette).card;
    }

    PlayText* m_text;
};

PlayText::PlayText(QObject* parent)
    : QTextDocument(parent), m_highlighter(new PlayHighlighter(this)) {
    setDocumentLayout(new QPlainTextDocumentLayout(this));
}

void PlayText::setPieces(const QList<TextPiece>& pieces) {
    setUndoRedoEnabled(false);
    clear();
    m_table.clear();
    QTextCursor cursor(this);
    insert(cursor, pieces);
    setUndoRedoEnabled(true);
    setModified(false);
}

void PlayText::insert(QTextCursor& cursor, const QList<TextPiece>& pieces) {
    for (const TextPiece& piece : pieces) {
        QTextCharFormat format;
        if (piece.origin == Origin::Generated) {
            m_table.append(piece);
            format.setProperty(kMark, static_cast<int>(m_table.size()));
        }
        cursor.insertText(piece.text, format);
    }
}

PlayText::Kept PlayText::keptOf(int mark, const QString& text) const {
    if (mark < 1 || mark > m_table.size()) {
        return {};
    }
    const QString& said = m_table.at(mark - 1).text;
    if (text.startsWith(said)) {
        return {said.size(), true};
    }
    // What is left of it, or a line of it.
    return {said.contains(text) ? text.size() : 0, false};
}

QList<TextPiece> PlayText::pieces() const {
    QList<TextPiece> pieces;
    QString run;
    int runMark = 0;
    const auto addTyped = [&pieces](const QString& text) {
        if (text.isEmpty()) {
            return;
        }
        if (!pieces.isEmpty() && pieces.last().origin == Origin::Typed) {
            pieces.last().text += text;
        } else {
            pieces.append({text, Origin::Typed, {}});
        }
    };
    const auto finish = [&] {
        const Kept kept = runMark == 0 ? Kept() : keptOf(runMark, run);
        if (kept.length > 0) {
            TextPiece piece = m_table.at(runMark - 1);
            piece.text = run.left(kept.length);
            if (!kept.whole) {
                piece.tokens.clear();
            }
            pieces.append(piece);
        }
        addTyped(run.mid(kept.length));
        run.clear();
    };
    const auto take = [&](const QString& text, int mark) {
        if (mark != runMark) {
            finish();
            runMark = mark;
        }
        run += text;
    };
    for (QTextBlock block = begin(); block.isValid(); block = block.next()) {
        if (block.blockNumber() > 0) {
            take(QStringLiteral("\n"), block.charFormat().intProperty(kMark));
        }
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            QString text = it.fragment().text();
            text.replace(QChar::LineSeparator, u'\n');
            take(text, it.fragment().charFormat().intProperty(kMark));
        }
    }
    finish();
    return pieces;
}

const TextPiece* PlayText::pieceAt(int position) const {
    const QTextBlock block = findBlock(position);
    for (auto it = block.begin(); !it.atEnd(); ++it) {
        const QTextFragment fragment = it.fragment();
        const int mark = fragment.charFormat().intProperty(kMark);
        if (mark > 0 && fragment.contains(position) &&
            position - fragment.position() < keptOf(mark, fragment.text()).length) {
            return &m_table.at(mark - 1);
        }
    }
    return nullptr;
}

void PlayText::setMeasure(TokenMeasure measure) {
    if (m_highlighter->measure != measure) {
        m_highlighter->measure = measure;
        m_highlighter->rehighlight();
    }
}

void PlayText::setLook(const QPalette& palette) {
    if (m_highlighter->palette != palette) {
        m_highlighter->palette = palette;
        m_highlighter->rehighlight();
    }
}

} // namespace phidelity
