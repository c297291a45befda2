// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>

#include "chat/markdown/inline_markup.h"
#include "chat/markdown/line_marks.h"
#include "chat/markdown/text_block.h"

namespace phidelity {

/// Cuts the text of a message into blocks, and goes on from the last block when text is appended.
/// The block structure is CommonMark's (0.30) with GitHub's tables and task lists, read line by
/// line; what stands inside of a block is read by readInline. Cost of an append: the appended text
/// and a bounded number of lines before it. Any thread, QtCore only.
class BlockSplitter {
public:
    /// `start`: characters at the beginning of the source that are not shown.
    explicit BlockSplitter(TextKind kind = TextKind::Plain, qsizetype start = 0);

    [[nodiscard]] const QList<TextBlock>& blocks() const { return m_blocks; }

    /// Whether more text may follow. While it may, what could still turn into markup ("``", "#",
    /// "1.", the first row of a table) is held back at the end, so that nothing is shown that
    /// changes its face.
    enum class Ending { Final, Open };
    /// `source` is the whole text; it must begin with what the last call was given. Returns the
    /// number of leading blocks that have not changed.
    qsizetype update(const QString& source, Ending ending);

private:
    /// A line, or a piece of a very long one.
    struct Line {
        QString text;
        qsizetype start = 0;
        bool finished = false;   ///< nothing more will be added to it
        bool terminated = false; ///< and that is certain: text stands behind it
        bool midLine = false;
        bool cut = false; ///< only the beginning or the middle of a line
    };
    struct Frame {
        TextContainer shown;
        int indent = 0; ///< columns that belong to an item
    };
    /// The block that takes further lines.
    struct Leaf {
        bool open = false;
        bool markerOnly = false; ///< the paragraph that shows the marker of an item without text
        TextBlock::Kind kind = TextBlock::Kind::Paragraph;
        int lines = 0;       ///< in the last block
        qsizetype chars = 0; ///< in the last block, as written
        qsizetype lastLineAt = 0;
        FenceMark fence; ///< of code; none for indented code
        int indent = 0;  ///< of the fence, or of indented code
        int blanks = 0;  ///< empty lines that belong to indented code only if more of it follows
        QString language;
        QString mathEnd; ///< until this stands in a line, lines are mathematics
        QList<TextBlock::Align> columns;
    };
    /// What a line that opens something would interrupt.
    enum class Above { Paragraph, Nothing };
    /// What a line has opened so far.
    enum class Opened { Container, Nothing };
    /// All that reading a line depends on.
    struct State {
        qsizetype at = 0;
        QList<Frame> frames;
        QList<TextContainer> siblings; ///< at each depth the item that ended last; id -1 for none
        Leaf leaf;
    };

    void rewind();
    Line lineAt(const QString& source, qsizetype at, Ending ending, qsizetype* next) const;
    [[nodiscard]] bool isHeldTable(const QString& source, const Line& line, qsizetype next,
                                   Ending ending) const;
    void takeLine(const Line& line);
    void takeMarkdownLine(const Line& line);
    [[nodiscard]] qsizetype matchFrames(LineCursor& cursor) const;
    bool goOnWithCode(LineCursor& cursor, const Line& line);
    bool startContainer(LineCursor& cursor, const Line& line, qsizetype* matched, Above above);
    bool startLeaf(LineCursor& cursor, const Line& line, qsizetype matched, Above above);
    void takeBlankLine(const Line& line, qsizetype matched, Opened opened);
    void takeText(LineCursor& cursor, const Line& line, qsizetype matched);
    bool takeReference(QStringView text, const Line& line);
    bool turnIntoTable(QStringView text, const Line& line);
    void closeFrames(qsizetype keep);
    void pushFrame(const Frame& frame);
    TextBlock& begin(TextBlock::Kind kind, qsizetype sourceStart);
    TextBlock& beginContinuation(qsizetype sourceStart);
    [[nodiscard]] bool isFull(QStringView line) const;
    void addLine(const QString& text, const Line& line);
    void noteMathematics(QStringView text);
    void finish(qsizetype firstBlock, Ending ending);
    void readBlock(TextBlock& block, Ending ending) const;
    qsizetype readAgain(qsizetype before);

    TextKind m_kind;
    QList<TextBlock> m_blocks;
    State m_state;
    State m_lineBefore;       ///< m_state before the line that is being read
    bool m_lineBegan = false; ///< this line has begun a block
    State m_checkpoint;       ///< where the next update begins to read
    qsizetype m_checkpointBlocks = 0;
    LinkReferences m_references;
    bool m_referencesChanged = false;
    QHash<qsizetype, QString> m_unresolved; ///< as written: blocks that a reference may change
};

} // namespace phidelity
