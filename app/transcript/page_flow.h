// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QPagedPaintDevice>
#include <QPainter>

#include "app/transcript/color_glyphs.h"
#include "app/transcript/page_text.h"

namespace phidelity {

/// What stands behind lines: a ground or a bar.
struct PageBand {
    qreal x = 0;
    qreal width = 0;
    QColor color;
    bool joins = false; ///< goes on from what is above, over the gap
};

/// How a text is put on the page.
struct PagePlace {
    qreal x = 0;
    qreal gap = 0;   ///< above, but for the top of a page
    qreal above = 0; ///< inside of the bands
    qreal below = 0;
    QList<PageBand> bands;
};

/// Puts texts below each other, page by page, each page with the title and its number at the foot.
class PageFlow {
public:
    /// Lays pages out for `device` and paints nothing: to count them.
    PageFlow(const QPagedPaintDevice& device, const QString& title);
    /// Paints on `device` until this ends. `pages`: how many there will be.
    PageFlow(QPagedPaintDevice& device, const QString& title, int pages);
    ~PageFlow();
    Q_DISABLE_COPY_MOVE(PageFlow)

    /// Ends the last page; nothing is painted after it.
    void finish();

    [[nodiscard]] bool isGood() const { return m_good; }
    [[nodiscard]] const PageFonts& fonts() const { return m_fonts; }
    [[nodiscard]] qreal width() const { return m_width; }
    [[nodiscard]] int page() const { return m_page; } ///< the one at hand, from 1
    /// What was painted until now that a PDF has to be told of.
    [[nodiscard]] const QList<PaintedSign>& signs() const { return m_signs; }
    [[nodiscard]] qreal points(qreal count) const { return count * m_fonts.point; }

    /// Lines of a text, which may go over to further pages, two at least on each.
    void put(const PageText& text, const PagePlace& place);
    /// Begins a page unless this much room is left.
    void need(qreal height);
    /// A thin line over the whole width.
    void putRule(qreal gap);
    /// Paints to the left of the first line of the next text.
    void putMarker(const QString& marker, qreal right);
    /// Beside the line that was put last, at the right edge.
    void putBeside(const PageText& text);
    /// Rows of as many cells as there are sides, the first row a header. Sets the cells' lines.
    void putTable(QList<PageText*> cells, const QList<Qt::Alignment>& sides,
                  const PagePlace& place);

private:
    enum class RowKind { Header, Body };

    [[nodiscard]] bool paints() const { return m_painter.isActive(); }
    void newPage();
    void paintFoot();
    void paintLine(const PageText& text, int line, QPointF place);
    void fill(const QRectF& area, QColor color);
    /// `gap`: above `from`, which bands that join are painted over.
    void paintBands(const PagePlace& place, qreal from, qreal to, qreal gap);
    void putRow(const QList<PageText*>& row, const QList<qreal>& widths, const PagePlace& place,
                RowKind kind);

    QPagedPaintDevice* m_device = nullptr; ///< null while pages are counted
    QString m_title;
    PageFonts m_fonts;
    QPainter m_painter;
    ColorGlyphs m_colorGlyphs;
    QList<PaintedSign> m_signs;
    int m_pages = 0;
    bool m_good = false;
    qreal m_width = 0;
    qreal m_bottom = 0;
    qreal m_y = 0;
    int m_page = 1;
    QString m_marker;
    qreal m_markerRight = 0;
};

} // namespace phidelity
