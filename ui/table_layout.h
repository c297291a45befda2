// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "ui/rich_text.h"

namespace phidelity {

/// A block of a table laid out: columns as wide as their text where there is room, else narrower
/// with their text wrapped, and where even the words are too wide, wider than the message, to be
/// scrolled sideways. Points are relative to its top left. GUI thread only.
class TableLayout {
public:
    /// `columns`: widths to keep, of the block that this one continues. `before`: an older layout
    /// whose cells may be taken over, or null.
    TableLayout(const MessageLook* look, const TextBlock& block, int width,
                const QList<double>& columns, TableLayout* before);

    [[nodiscard]] const QList<double>& columns() const { return m_columns; }
    [[nodiscard]] int height() const { return m_rowTops.back(); }
    [[nodiscard]] int fullWidth() const;
    [[nodiscard]] double firstBaseline() const;

    void paint(QPainter& painter, QPoint at, const QRect& clip, const TextMarks& marks,
               const QColor& color) const;
    [[nodiscard]] qsizetype positionAt(QPointF point) const;
    [[nodiscard]] qsizetype characterAt(QPointF point) const;
    [[nodiscard]] QList<QRectF> rectsOf(qsizetype from, qsizetype to) const;

private:
    [[nodiscard]] qsizetype columnCount() const { return m_columns.size(); }
    [[nodiscard]] QPointF originOf(size_t cell) const;
    [[nodiscard]] size_t cellAt(QPointF point) const;
    [[nodiscard]] QList<double> fit(int width) const;

    const MessageLook* m_look;
    bool m_hasHeader;
    std::vector<std::unique_ptr<RichText>> m_cells; ///< row by row
    std::vector<double> m_natural; ///< of each cell: the width of its text on one line
    std::vector<double> m_least;   ///< of each cell: the width of its widest word
    QList<double> m_columns;       ///< widths of the text in them
    QList<double> m_lefts;         ///< where columns begin, and the end of the last
    std::vector<int> m_rowTops;    ///< and the end of the last
};

} // namespace phidelity
