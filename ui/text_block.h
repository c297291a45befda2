// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

namespace phidelity {

/// How the text of a message is to be read.
enum class TextKind {
    Plain,    ///< exactly as it stands
    Markdown, ///< paragraphs, headings, lists, quotes, code fences, bold, italic, inline code
    Python,   ///< one piece of code
};

/// A stretch of a block's text with a look of its own.
struct Span {
    enum Look : quint8 { Bold = 1, Italic = 2, Code = 4, Link = 8 };
    qsizetype start = 0;
    qsizetype length = 0;
    quint8 looks = 0;

    bool operator==(const Span&) const = default;
};

/// What is laid out as one: a paragraph, a list item, a piece of code. Bounded in length
/// (kBlockChars, kBlockLines), so that appending to a message costs one bounded block; a longer
/// paragraph or code is several blocks that touch (`continues`).
struct TextBlock {
    enum class Kind : quint8 { Paragraph, Heading, ListItem, Quote, Code, Rule };
    static constexpr qsizetype kBlockChars = 4096;
    static constexpr int kBlockLines = 48;

    Kind kind = Kind::Paragraph;
    bool continues = false; ///< the block before is the beginning of this one
    bool continued = false; ///< the block after goes on with this one
    bool midLine = false;   ///< it begins in the middle of a (very long) line
    int level = 0;          ///< of a heading (1..6) or depth of a list item (0..)
    QString text;           ///< as shown, without markup; lines parted by '\n'
    QString marker;         ///< of a list item: "•", "2."
    QString language;       ///< of code, as written after the fence
    QList<Span> spans;
    qsizetype sourceStart = 0; ///< where in the message's text it begins

    bool operator==(const TextBlock&) const = default;
};

/// Shortens `text` to what is shown and notes the looks of **bold**, *italic*, `code` and
/// [links](address) (of which only the words are kept, and the address behind them in
/// parentheses). Unfinished markup stays as it stands. Linear in the length of `text`.
[[nodiscard]] QString readInlineMarkup(const QString& text, QList<Span>* spans);

/// Cuts the text of a message into blocks, and goes on from the last block when text is appended.
/// Cost of append: the appended text and at most one block before it.
class BlockSplitter {
public:
    /// `start`: characters at the beginning of the source that are not shown.
    explicit BlockSplitter(TextKind kind = TextKind::Plain, qsizetype start = 0)
        : m_kind(kind), m_start(start) {}

    [[nodiscard]] const QList<TextBlock>& blocks() const { return m_blocks; }

    /// Whether more text may follow. While it may, a last line that could still turn into markup
    /// ("``", "#", "1.") is held back, so that nothing is shown that changes its face.
    enum class Ending { Final, Open };
    /// `source` is the whole text; it must begin with what the last call was given. Returns the
    /// number of leading blocks that have not changed.
    qsizetype update(const QString& source, Ending ending);

private:
    struct Fence {
        QChar mark;
        int length = 0; ///< 0 = not in code
        QString language;
    };
    /// A line, or a piece of a very long one.
    struct Line {
        QString text;
        qsizetype start = 0;
        bool finished = false; ///< nothing more will be added to it
        bool midLine = false;
    };

    qsizetype resume();
    Line lineAt(const QString& source, qsizetype at, Ending ending, qsizetype* next) const;
    TextBlock& begin(TextBlock::Kind kind, qsizetype sourceStart, const Fence& before);
    TextBlock& beginContinuation(const TextBlock& before, qsizetype sourceStart);
    void takeLine(const Line& line);
    void takeTextLine(const QString& line, qsizetype start);
    void addLine(const QString& line, qsizetype start);
    void finishInline(qsizetype firstBlock);

    TextKind m_kind;
    qsizetype m_start;
    QList<TextBlock> m_blocks;
    QList<Fence> m_fences; ///< one a block: as it was before it
    Fence m_fence;
    bool m_open = false; ///< the last block takes further lines
    int m_lines = 0;     ///< in the last block
};

} // namespace phidelity
