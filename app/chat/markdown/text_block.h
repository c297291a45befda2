// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

namespace phidelity {

/// How the text of a message is to be read.
enum class TextKind {
    Plain,    ///< exactly as it stands
    Markdown, ///< CommonMark with GitHub's tables, task lists, strikethrough and bare links, and
              ///< mathematics; raw HTML is text, and every line break stays
    Python,   ///< one piece of code
};

/// A stretch of a block's text with a look of its own. Spans of a block do not overlap and stand in
/// order; what they leave out is plain.
struct Span {
    enum Look : quint8 {
        Bold = 1,
        Italic = 2,
        Code = 4,
        Link = 8, ///< words of a link, see TextBlock::links
        Strike = 16,
        Image = 32, ///< what stands for a picture: its description
        Dim = 64,   ///< an address that we have put behind a link or a picture
    };
    qsizetype start = 0;
    qsizetype length = 0;
    quint8 looks = 0;

    bool operator==(const Span&) const = default;
};

/// Where a stretch of a block's text leads. Nothing follows it but a click of the user.
struct TextLink {
    qsizetype start = 0;
    qsizetype length = 0;
    QString address; ///< percent-encoded, host in ASCII: what can be shown and opened as it stands
    bool opens = false; ///< http, https or mailto; the address of any other stands in the text

    bool operator==(const TextLink&) const = default;
};

/// A formula; in the block's text one kMark stands for it. A display formula has its line to
/// itself.
struct TextFormula {
    static constexpr QChar kMark{0xFFFC};
    qsizetype at = 0;
    QString source; ///< with its delimiters: for copying and where it cannot be set
    QString latex;  ///< without
    bool display = false;

    bool operator==(const TextFormula&) const = default;
};

/// A quote or a list item around a block.
struct TextContainer {
    enum class Kind : quint8 { Quote, Bullet, Numbered };
    enum class Task : quint8 { None, Open, Done };

    Kind kind = Kind::Quote;
    Task task = Task::None;
    QChar mark;           ///< of an item as written: '-', '*', '+', '.', ')'
    int number = 0;       ///< of a numbered item, counted from the first of its list
    qsizetype id = 0;     ///< where it begins in the source; blocks of one quote or item share it
    qsizetype listId = 0; ///< the id of the first item of its list

    bool operator==(const TextContainer&) const = default;
};

/// A leaf of a message's Markdown: a paragraph, a heading, code, a rule or a table, with the quotes
/// and list items around it from the outermost in. Bounded in length (kBlockChars, kBlockLines), so
/// that appending to a message costs one bounded block; what is longer is several blocks that touch
/// (`continues`). Text holds no control characters and nothing that reorders it (see visibleText).
struct TextBlock {
    enum class Kind : quint8 { Paragraph, Heading, Code, Rule, Table };
    enum class Align : quint8 { Default, Left, Center, Right };
    /// A cell's part of the text; cells of a row are parted by '\t', rows by '\n'.
    struct Cell {
        qsizetype start = 0;
        qsizetype length = 0;
        bool operator==(const Cell&) const = default;
    };
    static constexpr qsizetype kBlockChars = 4096;
    static constexpr int kBlockLines = 48;
    static constexpr int kTableColumns = 64;
    static constexpr int kTableCells = 192; ///< in one block of a longer table
    static constexpr int kDepth = 24;       ///< containers; what is nested deeper is text

    Kind kind = Kind::Paragraph;
    bool continues = false; ///< the block before is the beginning of this one
    bool continued = false; ///< the block after goes on with this one
    bool midLine = false;   ///< it begins in the middle of a (very long) line
    int level = 0;          ///< of a heading (1..6)
    QString text;           ///< as shown, without markup; lines parted by '\n'
    QString language;       ///< of code, as written after the fence
    QList<TextContainer> containers;
    QList<Span> spans;
    QList<TextLink> links;
    QList<TextFormula> formulas;
    QList<Align> columns;      ///< of a table, one a column
    QList<Cell> cells;         ///< of a table, row by row; the first row is the header, unless
                               ///< the block continues one
    qsizetype sourceStart = 0; ///< where in the message's text the line begins that begins it

    bool operator==(const TextBlock&) const = default;
};

/// True where `block` is the first of its container number `depth` (0 is the outermost), given the
/// block before it (null for none): where the container's marker is shown.
[[nodiscard]] bool beginsContainer(const TextBlock& block, qsizetype depth,
                                   const TextBlock* before);
/// "•", "2.", "☐", "☑"; empty for a quote.
[[nodiscard]] QString markerOf(const TextContainer& container);
/// A stretch of a block as plain text: formulas as their source.
[[nodiscard]] QString plainText(const TextBlock& block, qsizetype from, qsizetype to);

} // namespace phidelity
