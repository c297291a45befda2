// SPDX-License-Identifier: MIT
#include "ui/table_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <QPainter>

namespace phidelity {

namespace {

/// A word that is longer than this many characters may be broken in a narrow table.
constexpr double kLongWord = 18;

Qt::Alignment alignmentOf(TextBlock::Align align, QStringView text) {
    switch (align) {
    case TextBlock::Align::Center:
        return Qt::AlignHCenter;
    case TextBlock::Align::Right:
        return Qt::AlignRight;
    case TextBlock::Align::Left:
        return Qt::AlignLeft;
    case TextBlock::Align::Default:
        break;
    }
    return text.isRightToLeft() ? Qt::AlignRight : Qt::AlignLeft;
}

} // namespace

TableLayout::TableLayout(const MessageLook* look, const TextBlock& block, int width,
                         const QList<double>& columns, TableLayout* before)
    : m_look(look), m_hasHeader(!block.continues), m_columns(block.columns.size(), 0.0) {
    for (qsizetype cell = 0; cell < block.cells.size(); ++cell) {
        const TextBlock::Cell stretch = block.cells.at(cell);
        const auto index = static_cast<size_t>(cell);
        const bool kept = before && before->m_hasHeader == m_hasHeader &&
                          before->columnCount() == columnCount() &&
                          index < before->m_cells.size() &&
                          before->m_cells[index]->shows(block, stretch);
        if (kept) {
            m_cells.push_back(std::move(before->m_cells[index]));
            m_natural.push_back(before->m_natural[index]);
            m_least.push_back(before->m_least[index]);
            continue;
        }
        RichText::Style style;
        style.font = m_look->text;
        style.font.setBold(m_hasHeader && cell < columnCount());
        style.lineHeight = m_look->textLine;
        style.align = alignmentOf(block.columns.at(cell % columnCount()),
                                  QStringView(block.text).sliced(stretch.start, stretch.length));
        m_cells.push_back(std::make_unique<RichText>(m_look, block, stretch, style));
        m_cells.back()->measure();
        m_natural.push_back(std::ceil(m_cells.back()->naturalWidth()));
        m_least.push_back(
            std::ceil(std::min(m_cells.back()->widestWord(), kLongWord * m_look->textCharacter)));
    }
    m_columns = columns.size() == columnCount() ? columns : fit(width);
    const int pad = 2 * m_look->unit;
    m_lefts.append(0);
    for (const double column : std::as_const(m_columns)) {
        m_lefts.append(m_lefts.last() + column + 2 * pad + 1);
    }
    m_rowTops.push_back(0);
    for (size_t row = 0; row * static_cast<size_t>(columnCount()) < m_cells.size(); ++row) {
        int height = 0;
        for (qsizetype column = 0; column < columnCount(); ++column) {
            RichText& cell =
                *m_cells[row * static_cast<size_t>(columnCount()) + static_cast<size_t>(column)];
            cell.setWidth(m_columns.at(column));
            height = std::max(height, cell.height());
        }
        m_rowTops.push_back(m_rowTops.back() + height + pad);
    }
}

QList<double> TableLayout::fit(int width) const {
    QList<double> natural(columnCount(), 0.0);
    QList<double> least(columnCount(), 0.0);
    for (size_t cell = 0; cell < m_cells.size(); ++cell) {
        const auto column = static_cast<qsizetype>(cell % static_cast<size_t>(columnCount()));
        natural[column] = std::max(natural.at(column), m_natural[cell]);
        least[column] = std::max(least.at(column), m_least[cell]);
    }
    const double room = width - static_cast<double>(columnCount()) * (4 * m_look->unit + 1) - 1;
    const double wanted = std::accumulate(natural.begin(), natural.end(), 0.0);
    const double needed = std::accumulate(least.begin(), least.end(), 0.0);
    if (wanted <= room) {
        return natural;
    }
    if (needed >= room) {
        return least;
    }
    // Each column gets what its words need; the rest goes in equal parts to those that lack most,
    // so that a long remark is broken and not the few words beside it.
    QList<qsizetype> order(columnCount());
    std::iota(order.begin(), order.end(), 0);
    const auto lack = [&](qsizetype column) { return natural.at(column) - least.at(column); };
    std::sort(order.begin(), order.end(),
              [&lack](qsizetype a, qsizetype b) { return lack(a) < lack(b); });
    double rest = room - needed;
    for (qsizetype at = 0; at < order.size(); ++at) {
        const double part = rest / static_cast<double>(order.size() - at);
        const double more = std::min(lack(order.at(at)), part);
        least[order.at(at)] = std::floor(least.at(order.at(at)) + more);
        rest -= more;
    }
    return least;
}

int TableLayout::fullWidth() const {
    return static_cast<int>(std::ceil(m_lefts.last())) + 1;
}

double TableLayout::firstBaseline() const {
    return m_look->unit + (m_cells.empty() ? 0 : m_cells.front()->firstBaseline());
}

QPointF TableLayout::originOf(size_t cell) const {
    const auto columns = static_cast<size_t>(columnCount());
    const int pad = 2 * m_look->unit;
    return {m_lefts.at(static_cast<qsizetype>(cell % columns)) + pad + 1,
            static_cast<double>(m_rowTops[cell / columns] + m_look->unit)};
}

size_t TableLayout::cellAt(QPointF point) const {
    const auto row =
        std::upper_bound(m_rowTops.begin(), m_rowTops.end(), static_cast<int>(point.y())) -
        m_rowTops.begin() - 1;
    const auto column =
        std::upper_bound(m_lefts.begin(), m_lefts.end(), point.x()) - m_lefts.begin() - 1;
    const auto rows = static_cast<std::ptrdiff_t>(m_rowTops.size()) - 1;
    return static_cast<size_t>(std::clamp<std::ptrdiff_t>(row, 0, rows - 1) * columnCount() +
                               std::clamp<std::ptrdiff_t>(column, 0, columnCount() - 1));
}

qsizetype TableLayout::positionAt(QPointF point) const {
    const size_t cell = cellAt(point);
    QPointF inside = point - originOf(cell);
    // The space around a cell's text belongs to the cell.
    inside.setY(std::clamp(inside.y(), point.y() < 0 ? -1.0 : 0.0,
                           point.y() >= height() ? 1e6 : m_cells[cell]->height() - 1.0));
    return m_cells[cell]->positionAt(inside);
}

qsizetype TableLayout::characterAt(QPointF point) const {
    if (point.y() < 0 || point.y() >= height()) {
        return -1;
    }
    const size_t cell = cellAt(point);
    return m_cells[cell]->characterAt(point - originOf(cell));
}

QList<QRectF> TableLayout::rectsOf(qsizetype from, qsizetype to) const {
    QList<QRectF> rects;
    for (size_t cell = 0; cell < m_cells.size(); ++cell) {
        for (const QRectF& rect : m_cells[cell]->rectsOf(from, to)) {
            rects.append(rect.translated(originOf(cell)));
        }
    }
    return rects;
}

void TableLayout::paint(QPainter& painter, QPoint at, const QRect& clip, const TextMarks& marks,
                        const QColor& color) const {
    const Shades& shades = m_look->shades;
    const QRect whole(at, QSize(fullWidth() - 1, height()));
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (m_hasHeader && m_rowTops.size() > 1) {
        painter.fillRect(QRect(whole.topLeft(), QSize(whole.width(), m_rowTops[1])),
                         mixed(shades.page, shades.text, 0.05));
    }
    painter.setPen(shades.line);
    for (size_t row = m_hasHeader ? 0 : 1; row < m_rowTops.size(); ++row) {
        const int y = at.y() + m_rowTops[row];
        painter.drawLine(whole.left(), y, whole.right(), y);
    }
    for (const double left : m_lefts) {
        const int x = at.x() + static_cast<int>(left);
        painter.drawLine(x, whole.top(), x, whole.bottom());
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    const auto columns = static_cast<size_t>(columnCount());
    for (size_t cell = 0; cell < m_cells.size(); ++cell) {
        const int top = at.y() + m_rowTops[cell / columns];
        const int bottom = at.y() + m_rowTops[cell / columns + 1];
        if (bottom >= clip.top() && top <= clip.bottom()) {
            m_cells[cell]->paint(painter, at + originOf(cell), clip, marks, color);
        }
    }
}

} // namespace phidelity
