// SPDX-License-Identifier: MIT
#include <algorithm>
#include <numeric>

#include "app/transcript/page_flow.h"

namespace phidelity {

namespace {

constexpr QRgb kLine = 0xFFB0B4B9;
constexpr QRgb kHeader = 0xFFF0F3F7;
constexpr qreal kPad = 3; // points around a cell's text

/// Gives each column what it wants where all have room, else to the small ones what they want and
/// to the others the rest in equal parts.
QList<qreal> fairWidths(const QList<qreal>& wanted, qreal room) {
    QList<qreal> widths = wanted;
    if (std::accumulate(wanted.begin(), wanted.end(), qreal{0}) <= room) {
        return widths;
    }
    QList<qreal> sorted = wanted;
    std::sort(sorted.begin(), sorted.end());
    qreal rest = room;
    qreal most = room / static_cast<qreal>(sorted.size());
    for (qsizetype at = 0; at < sorted.size(); ++at) {
        most = rest / static_cast<qreal>(sorted.size() - at);
        if (sorted.at(at) > most) {
            break;
        }
        rest -= sorted.at(at);
    }
    for (qreal& width : widths) {
        width = std::min(width, most);
    }
    return widths;
}

} // namespace

void PageFlow::putRow(const QList<PageText*>& row, const QList<qreal>& widths,
                      const PagePlace& place, RowKind kind) {
    const qreal pad = points(kPad);
    QList<int> next(row.size(), 0);
    qreal height = 0;
    for (const PageText* cell : row) {
        height = std::max(height, cell->height() + 2 * pad);
    }
    need(std::min(height, m_bottom));
    for (bool more = true; more;) {
        more = false;
        const qreal top = m_y;
        qreal bottom = top;
        qreal x = place.x;
        struct Drawn {
            int from, to;
            qreal x;
        };
        QList<Drawn> drawn;
        for (qsizetype column = 0; column < row.size(); ++column) {
            const PageText& cell = *row.at(column);
            qreal y = top + pad;
            const int from = next.at(column);
            int to = from;
            while (to < cell.lineCount() &&
                   (y + cell.lineHeight(to) + pad <= m_bottom || (to == from && top <= 0))) {
                y += cell.lineHeight(to++);
            }
            next[column] = to;
            more = more || to < cell.lineCount();
            bottom = std::max(bottom, y + pad);
            drawn.append({from, to, x});
            x += widths.at(column);
        }
        const QRectF frame(place.x, top, x - place.x, bottom - top);
        paintBands(place, top, bottom, 0);
        if (kind == RowKind::Header) {
            fill(frame, QColor(kHeader));
        }
        if (paints()) {
            m_painter.save();
            m_painter.setPen(QPen(QColor(kLine), points(0.5)));
            m_painter.drawRect(frame);
            for (qsizetype column = 1; column < row.size(); ++column) {
                const qreal line = drawn.at(column).x;
                m_painter.drawLine(QPointF(line, top), QPointF(line, bottom));
            }
            m_painter.restore();
        }
        for (qsizetype column = 0; column < row.size(); ++column) {
            qreal y = top + pad;
            for (int line = drawn.at(column).from; line < drawn.at(column).to; ++line) {
                paintLine(*row.at(column), line, {drawn.at(column).x + pad, y});
                y += row.at(column)->lineHeight(line);
            }
        }
        m_y = bottom;
        if (more) {
            newPage();
        }
    }
}

void PageFlow::putTable(QList<PageText*> cells, const QList<Qt::Alignment>& sides,
                        const PagePlace& place) {
    const qsizetype columns = std::max<qsizetype>(sides.size(), 1);
    const qreal pads = 2 * points(kPad);
    QList<qreal> wanted(columns, 0);
    for (qsizetype cell = 0; cell < cells.size(); ++cell) {
        qreal& width = wanted[cell % columns];
        width = std::max(width, cells.at(cell)->naturalWidth() + pads);
    }
    const QList<qreal> widths = fairWidths(wanted, m_width - place.x);
    for (qsizetype cell = 0; cell < cells.size(); ++cell) {
        const qsizetype column = cell % columns;
        cells.at(cell)->setLines(std::max(widths.at(column) - pads, points(1)), sides.at(column));
    }
    m_y += m_y > 0 ? place.gap : 0;
    const QList<PageText*> header = cells.mid(0, columns);
    for (qsizetype first = 0; first < cells.size(); first += columns) {
        const int page = m_page;
        const QList<PageText*> row = cells.mid(first, columns);
        qreal height = 0;
        for (const PageText* cell : row) {
            height = std::max(height, cell->height() + pads);
        }
        need(std::min(height, m_bottom));
        if (m_page != page && first > 0) {
            putRow(header, widths, place, RowKind::Header); // again on each page
        }
        putRow(row, widths, place, first == 0 ? RowKind::Header : RowKind::Body);
    }
}

} // namespace phidelity
