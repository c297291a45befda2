// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <QPoint>
#include <QRect>
#include <QTextLayout>

#include "chat/arithmetic/arithmetic_check.h"
#include "chat/markdown/block_splitter.h"
#include "ui/block_layout.h"
#include "ui/code_colors.h"
#include "ui/code_note.h"
#include "ui/message_look.h"
#include "ui/search_hits.h"

class QPainter;

namespace phidelity {

/// A place in the text of one message.
struct BlockPosition {
    qsizetype block = 0;
    qsizetype offset = 0;

    auto operator<=>(const BlockPosition&) const = default;
};

/// Lays out and paints the text of one message, block by block, and only the blocks asked for:
/// others have an estimated height until they are seen. Appending costs the appended text and one
/// bounded block. Coordinates are relative to the top left of the text. GUI thread only.
class MessageLayout {
public:
    /// Boxed: code stands in a box with its language and a copy button. Bare: just the code.
    enum class CodeFrame { Boxed, Bare };

    /// `start`: characters of the source that are not shown. `look` must outlive this object.
    MessageLayout(const MessageLook* look, TextKind kind, qsizetype start, CodeFrame frame);
    ~MessageLayout();

    /// The whole text; it must begin with what was given before.
    void update(const QString& source, BlockSplitter::Ending ending);
    /// Everything is laid out again, when it is next seen.
    void setWidth(int width);
    void lookChanged();

    [[nodiscard]] int width() const { return m_width; }
    [[nodiscard]] int height() const;
    /// The widest line of the blocks laid out so far.
    [[nodiscard]] int naturalWidth() const;
    [[nodiscard]] bool isEmpty() const { return m_splitter.blocks().isEmpty(); }
    [[nodiscard]] qsizetype blockCount() const { return m_splitter.blocks().size(); }
    [[nodiscard]] const QList<TextBlock>& blocks() const { return m_splitter.blocks(); }

    [[nodiscard]] int blockTop(qsizetype block) const;
    /// The block at a height, clamped to the text.
    [[nodiscard]] qsizetype blockAt(int y) const;
    /// Lays one block out if it is not; true where its height turned out other than estimated.
    bool ensureBlock(qsizetype block);
    /// Frees what was laid out, keeps the heights.
    void release();

    struct Selection {
        BlockPosition from;
        BlockPosition to;
    };
    /// A link of the text: `index` is that in the block's links.
    struct LinkPlace {
        qsizetype block = -1;
        qsizetype index = -1;
        auto operator<=>(const LinkPlace&) const = default;
    };
    /// What is marked in the text while it is painted.
    struct Marks {
        std::optional<Selection> selection;
        qsizetype hotCode = -1; ///< whose copy button is under the pointer
        qsizetype hotRun = -1;  ///< whose run button
        LinkPlace focusedLink;  ///< which the keyboard acts on
        HitQuery hits;
        BlockPosition currentHit{-1, 0};
        std::optional<Selection> token;    ///< that is inspected
        std::optional<Selection> hotToken; ///< that is pointed at
    };
    /// Paints the blocks that touch `clip`. They must have been laid out.
    void paint(QPainter& painter, QPoint origin, const QRect& clip, const Marks& marks,
               const QColor& text) const;

    [[nodiscard]] BlockPosition positionAt(QPoint point);
    /// The character at a point; where there is none the nearest position.
    [[nodiscard]] BlockPosition characterAt(QPoint point);
    [[nodiscard]] BlockPosition end() const;
    [[nodiscard]] Selection wordAt(BlockPosition position) const;
    /// The selected text as shown.
    [[nodiscard]] QString text(const Selection& selection) const;

    /// The link at a point, of those that open.
    [[nodiscard]] LinkPlace linkAt(QPoint point) const;
    /// All links that open in the blocks between two heights, in order.
    [[nodiscard]] QList<LinkPlace> linksBetween(int top, int bottom) const;
    [[nodiscard]] const TextLink& link(LinkPlace place) const;
    /// Where it is; its block must have been laid out.
    [[nodiscard]] QRect linkRect(LinkPlace place) const;

    /// Where a place in the text is; lays out its block.
    [[nodiscard]] QRect rectOf(BlockPosition position);
    /// Moves a table that is wider than the text so that a place in it is seen.
    void revealSideways(BlockPosition position);

    /// Moves a table that is wider than the text; false where there is none or it is at its end.
    bool scrollSideways(QPoint point, int by);

    /// The first block of the code whose copy button is at a point; -1 for none.
    [[nodiscard]] qsizetype copyButtonAt(QPoint point) const;
    /// The first block of the code at a point; -1 for none.
    [[nodiscard]] qsizetype codeAt(QPoint point) const;
    [[nodiscard]] QString codeText(qsizetype firstBlock) const;
    /// First blocks of all pieces of code.
    [[nodiscard]] QList<qsizetype> codes() const;
    [[nodiscard]] QRect copyButton(qsizetype firstBlock) const;

    /// Whether a piece of code has a run button: Python, in the window that offers it.
    [[nodiscard]] bool canRun(qsizetype firstBlock) const;
    [[nodiscard]] QRect runButton(qsizetype firstBlock) const;
    [[nodiscard]] qsizetype runButtonAt(QPoint point) const;
    /// What is shown under a piece of code; changes the height. It stays until the text is another.
    void setCodeNote(qsizetype firstBlock, const CodeNote& note);
    /// Null for none.
    [[nodiscard]] const CodeNote* codeNote(qsizetype firstBlock) const;

    /// Arithmetic in a block that was laid out: offsets in the block's text.
    [[nodiscard]] QList<ArithmeticMark> checksOf(qsizetype block) const;
    /// Where the first line of one of them is.
    [[nodiscard]] QRect checkRect(qsizetype block, qsizetype number) const;
    /// What the mark at a point says; empty for none.
    [[nodiscard]] QString checkNoteAt(QPoint point) const;

    /// Blocks laid out since the program started, for tests of the cost of an update.
    [[nodiscard]] static quint64 blocksLaidOut();

private:
    struct Item {
        LaidOutBlock layout;
        int height = 0;
        bool measured = false;
        int scrolled = 0; ///< sideways, of the first block of a table
        QList<ArithmeticMark> checks;
        std::optional<CodeColors::State> colorsAtEnd;
    };
    struct Note {
        CodeNote note;
        std::unique_ptr<RichText> text; ///< of its output, for `width`
        int width = 0;
    };
    struct Insets {
        int above = 0; ///< empty, before the block
        int top = 0;   ///< inside its frame
        int bottom = 0;
        int left = 0;
        int right = 0;
    };

    [[nodiscard]] const TextBlock& block(qsizetype index) const {
        return m_splitter.blocks().at(index);
    }
    [[nodiscard]] Insets insets(qsizetype index) const;
    /// Where what stands in the first `depth` containers of a block begins, from the side where its
    /// text does.
    [[nodiscard]] int containerLeft(qsizetype index, qsizetype depth) const;
    /// Whether its containers stand at the right, since its text is read from there.
    [[nodiscard]] bool isMirrored(qsizetype index) const;
    [[nodiscard]] const TextBlock* before(qsizetype index) const {
        return index > 0 ? &block(index - 1) : nullptr;
    }
    [[nodiscard]] QFont fontOf(const TextBlock& block) const;
    [[nodiscard]] int lineHeightOf(const TextBlock& block) const;
    [[nodiscard]] int estimate(qsizetype index) const;
    [[nodiscard]] int textWidth(qsizetype index) const;
    void layOut(qsizetype index);
    [[nodiscard]] QList<QTextLayout::FormatRange> codeFormats(qsizetype index);
    [[nodiscard]] qsizetype firstOf(qsizetype index) const;
    [[nodiscard]] int hiddenWidth(qsizetype index) const;
    [[nodiscard]] int scrolled(qsizetype index) const;
    [[nodiscard]] TextMarks marksIn(qsizetype index, const Marks& marks) const;
    [[nodiscard]] CodeColors::State colorsBefore(qsizetype index);
    QList<QTextLayout::FormatRange> colorsOf(qsizetype index, CodeColors::State* state);
    [[nodiscard]] QPoint textOrigin(qsizetype index) const;
    [[nodiscard]] qsizetype firstOfCode(qsizetype index) const;
    void forgetHeights();
    void syncItems(qsizetype unchanged);
    void updateTops() const;
    void paintFrame(QPainter& painter, qsizetype index, const QRect& box, const Marks& marks) const;
    void check(qsizetype index);
    void paintChecks(QPainter& painter, qsizetype index, QPoint origin) const;
    [[nodiscard]] const RichText* noteText(qsizetype firstBlock) const;
    [[nodiscard]] int noteHeight(qsizetype index) const;
    void paintNote(QPainter& painter, qsizetype index, const QRect& box) const;
    void paintSideways(QPainter& painter, qsizetype index, QPoint origin) const;
    void paintContainers(QPainter& painter, qsizetype index, QPoint origin) const;

    const MessageLook* m_look;
    CodeFrame m_frame;
    BlockSplitter m_splitter;
    int m_width = 0;
    std::vector<Item> m_items;                 ///< one a block
    mutable std::map<qsizetype, Note> m_notes; ///< by the first block of their code
    std::unique_ptr<TableLayout> m_older; ///< of the last block before it changed: to take from
    mutable std::vector<int> m_tops;      ///< one a block and one for the end
    mutable size_t m_validTops = 0;       ///< leading entries of m_tops that hold
};

} // namespace phidelity
