// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "ui/math/math_layout.h"

namespace phidelity {

using Grid = MathNode::Grid;

namespace {

/// What a kind of table looks like; lengths in em.
struct Look {
    double rowGap;     ///< least between rows
    double strut;      ///< least height of a row above its baseline
    double strutBelow; ///< and below
    double columnGap;
};

/// Between rows with a line between them.
constexpr double kRuledGap = 0.46;

Look lookOf(Grid grid) {
    switch (grid) {
    case Grid::Matrix:
    case Grid::Array:
        return {0.22, 0.78, 0.28, 0.95};
    case Grid::Cases:
        return {0.22, 0.80, 0.30, 1.0};
    case Grid::Aligned:
    case Grid::Gathered:
        return {0.40, 0.78, 0.28, 2.0};
    case Grid::Substack:
        return {0.14, 0.60, 0.10, 0.6};
    }
    return {};
}

/// Columns of an array and the lines between them: the letters l, c, r and the places of |.
struct Columns {
    std::vector<QChar> align;
    std::vector<size_t> lines; ///< before the column of this number
};

/// Reads "c|cr", "@{}l@{}", "*{3}{c}" is taken as it stands, which is centred columns.
Columns readColumns(const QString& text) {
    Columns columns;
    int braces = 0;
    for (const QChar c : text) {
        braces += c == u'{' ? 1 : c == u'}' ? -1 : 0;
        if (braces > 0 || c == u'}') {
            continue;
        }
        if (c == u'l' || c == u'c' || c == u'r') {
            columns.align.push_back(c);
        } else if (c == u'|') {
            columns.lines.push_back(columns.align.size());
        }
    }
    return columns;
}

} // namespace

Box MathLayout::table(const MathNode& node, Style style) {
    const Grid grid = node.grid;
    const bool display = grid == Grid::Aligned || grid == Grid::Gathered;
    const Style inner =
        display ? Style{MathLevel::Display, style.cramped}
        : grid == Grid::Substack
            ? style
            : Style{style.level == MathLevel::Display ? MathLevel::Text : style.level,
                    style.cramped};
    const double size = em(inner.level);
    const double theta = rule(inner.level);
    const Look look = lookOf(grid);
    const Columns columns = readColumns(node.columns);
    const auto alignOf = [&](size_t column) -> QChar {
        switch (grid) {
        case Grid::Cases:
            return u'l';
        case Grid::Aligned:
            return column % 2 == 0 ? u'r' : u'l';
        case Grid::Array:
            return column < columns.align.size() ? columns.align[column] : QChar(u'c');
        default:
            return u'c';
        }
    };

    std::vector<std::vector<Box>> cells;
    std::vector<double> widths;
    for (const MathNode& row : node.parts) {
        std::vector<Box>& boxes = cells.emplace_back();
        for (size_t column = 0; column < row.parts.size(); ++column) {
            const bool afterOperand = grid == Grid::Aligned && column % 2 == 1;
            boxes.push_back(this->row(row.parts[column], inner,
                                      afterOperand ? RowStart::AfterOperand : RowStart::Fresh));
            widths.resize(std::max(widths.size(), column + 1), 0);
            widths[column] = std::max(widths[column], boxes.back().width);
        }
    }

    // Left ends of the columns, and one more: the right end of all.
    std::vector<double> lefts;
    double x = 0;
    for (size_t column = 0; column < widths.size(); ++column) {
        const bool joinedToLast = grid == Grid::Aligned && column % 2 == 1;
        x += column == 0 || joinedToLast ? 0 : look.columnGap * size;
        lefts.push_back(x);
        x += widths[column];
    }

    const auto isRuled = [&node](size_t row) {
        return std::find(node.ruledRows.begin(), node.ruledRows.end(), static_cast<int>(row)) !=
               node.ruledRows.end();
    };
    Box body;
    double y = 0;
    double lastDescent = 0;
    std::vector<double> above; // middle between each row and the one before it
    for (size_t i = 0; i < cells.size(); ++i) {
        double ascent = look.strut * size;
        double descent = look.strutBelow * size;
        for (const Box& cell : cells[i]) {
            ascent = std::max(ascent, cell.ascent);
            descent = std::max(descent, cell.descent);
        }
        const double gap = i == 0 ? 0 : (isRuled(i) ? kRuledGap : look.rowGap) * size;
        y += i == 0 ? 0 : lastDescent + gap + ascent;
        above.push_back(y - ascent - (i == 0 ? kRuledGap * size / 2 : gap / 2));
        for (size_t column = 0; column < cells[i].size(); ++column) {
            Box& cell = cells[i][column];
            const double spare = widths[column] - cell.width;
            const QChar align = alignOf(column);
            const double shift = align == u'l' ? 0 : align == u'r' ? spare : spare / 2;
            body.addAndGrow(std::move(cell), lefts[column] + shift, y);
        }
        body.ascent = std::max(body.ascent, ascent - y);
        body.descent = std::max(body.descent, y + descent);
        lastDescent = descent;
    }
    body.width = x;
    above.push_back(body.descent + kRuledGap * size / 2);
    body.ascent += !cells.empty() && isRuled(0) ? kRuledGap * size / 2 : 0;
    body.descent += isRuled(cells.size()) ? kRuledGap * size / 2 : 0;

    // Lines between columns; those at the outer sides close the frame of the lines between rows.
    const bool lineAtLeft = !columns.lines.empty() && columns.lines.front() == 0;
    const bool lineAtRight = !columns.lines.empty() && columns.lines.back() >= lefts.size();
    const double overhang = (lineAtLeft || lineAtRight ? 0.4 * look.columnGap : 0.12) * size;
    for (const size_t line : columns.lines) {
        const double place = line == 0              ? -overhang
                             : line >= lefts.size() ? x + overhang
                                                    : lefts[line] - look.columnGap * size / 2;
        body.addRule({place - theta / 2, -body.ascent, theta, body.ascent + body.descent});
    }
    for (const int ruled : node.ruledRows) {
        const size_t at = std::min(static_cast<size_t>(ruled), above.size() - 1);
        body.addRule(
            {-overhang - theta / 2, above[at] - theta / 2, x + 2 * overhang + theta, theta});
    }

    // The whole stands centred on the axis.
    const double height = body.ascent + body.descent;
    const double up = height / 2 + axis(inner.level);
    const double margin = lineAtLeft || lineAtRight || !node.ruledRows.empty() ? overhang + theta
                          : grid == Grid::Substack || display                  ? 0
                                                                               : 0.12 * size;
    Box box;
    box.width = x + 2 * margin;
    const double shift = body.ascent - up;
    box.addAndGrow(std::move(body), margin, shift);
    return box;
}

} // namespace phidelity
