// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QList>
#include <QStringView>

#include "chat/markdown/text_block.h"

namespace phidelity {

/// Walks along the beginning of a line by columns, where a tab reaches to the next multiple of four
/// (CommonMark 0.30, 2.2).
class LineCursor {
public:
    explicit LineCursor(QStringView line) : m_line(line) {}

    /// Columns of white space ahead.
    [[nodiscard]] int indent() const;
    [[nodiscard]] bool isBlank() const { return rest().isEmpty(); }
    /// The line from the next character that is no white space.
    [[nodiscard]] QStringView rest() const;
    /// The line from here, with what is left of a tab as spaces.
    [[nodiscard]] QString remaining() const;
    [[nodiscard]] int column() const { return m_column; }

    /// Goes over that many columns of white space, or as many as there are.
    void skipColumns(int columns);
    void skipIndent() { skipColumns(indent()); }
    /// Goes over characters that are no white space.
    void skipCharacters(qsizetype count);

private:
    QStringView m_line;
    qsizetype m_at = 0;
    int m_column = 0;
    int m_tabLeft = 0; ///< columns of a tab at m_at - 1 that are not gone over
};

// What the beginning of a line means; `line` begins with no white space.

struct FenceMark {
    QChar mark;
    int length = 0; ///< 0 = none
};
/// Three or more backticks or tildes.
[[nodiscard]] FenceMark fenceMark(QStringView line);
/// 1 to 6 for a heading of #, else 0.
[[nodiscard]] int headingLevel(QStringView line);
/// The words of such a heading.
[[nodiscard]] QStringView headingText(QStringView line, int level);
/// 1 or 2 for a line of = or -, else 0.
[[nodiscard]] int underlineLevel(QStringView line);
[[nodiscard]] bool isRule(QStringView line);

struct ListMark {
    TextContainer::Kind kind = TextContainer::Kind::Bullet;
    QChar mark;
    int number = 0;
    qsizetype length = 0; ///< of the mark without the white space after it
};
[[nodiscard]] std::optional<ListMark> listMark(QStringView line);
/// "[ ] ", "[x] " before some text; Task::None for none.
[[nodiscard]] TextContainer::Task taskMark(QStringView line);

/// The row of dashes under the header of a table: one alignment a column. Empty for none, and for
/// more than TextBlock::kTableColumns.
[[nodiscard]] QList<TextBlock::Align> tableColumns(QStringView line);
/// The cells of a row, trimmed, with "\|" as "|"; at most `most`.
[[nodiscard]] QStringList tableCells(QStringView row, qsizetype most);

/// True for an unfinished line that the next characters may turn into markup.
[[nodiscard]] bool couldBecomeMarkup(QStringView line);

} // namespace phidelity
