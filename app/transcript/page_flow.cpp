// SPDX-License-Identifier: MIT
#include "app/transcript/page_flow.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QFontMetricsF>
#include <QPageLayout>

namespace phidelity {

namespace {

constexpr QRgb kFoot = 0xFF5B6066;
constexpr QRgb kLine = 0xFFB0B4B9;
constexpr qreal kFootHeight = 28; // points
constexpr qreal kPointsAnInch = 72;

} // namespace

PageFlow::PageFlow(const QPagedPaintDevice& device, const QString& title)
    : m_title(title), m_fonts(device.logicalDpiY() / kPointsAnInch) {
    const QRect page = device.pageLayout().paintRectPixels(device.logicalDpiY());
    m_width = page.width();
    m_bottom = page.height() - points(kFootHeight);
    m_good = m_width > points(kPointsAnInch) && m_bottom > points(kPointsAnInch);
}

PageFlow::PageFlow(QPagedPaintDevice& device, const QString& title, int pages)
    : PageFlow(std::as_const(device), title) {
    m_device = &device;
    m_pages = pages;
    m_good = m_good && m_painter.begin(&device);
}

PageFlow::~PageFlow() {
    finish();
}

void PageFlow::finish() {
    paintFoot();
    if (paints()) {
        m_painter.end();
    }
}

void PageFlow::paintLine(const PageText& text, int line, QPointF place) {
    if (paints()) {
        text.paintLine(m_painter, m_colorGlyphs, line, place);
        for (PaintedSign sign : text.signsOf(line, place)) {
            sign.page = m_page;
            m_signs.append(sign);
        }
    }
}

void PageFlow::fill(const QRectF& area, QColor color) {
    if (paints()) {
        m_painter.fillRect(area, color);
    }
}

void PageFlow::paintFoot() {
    if (!paints()) {
        return;
    }
    const QString number = QStringLiteral("%1 of %2").arg(m_page).arg(m_pages);
    const QFontMetricsF metrics(m_fonts.small);
    const qreal room = m_width - metrics.horizontalAdvance(number) - points(12);
    const auto paint = [this](const QString& words, Qt::Alignment side) {
        PageText line = PageText::ofLine(words, m_fonts.small, QColor(kFoot));
        line.setLines(m_width, side | Qt::AlignAbsolute);
        paintLine(line, 0, {0, m_bottom + points(kFootHeight) - line.lineHeight(0)});
    };
    paint(metrics.elidedText(m_title, Qt::ElideRight, room), Qt::AlignLeft);
    paint(number, Qt::AlignRight);
}

void PageFlow::newPage() {
    paintFoot();
    m_good = m_good && (!m_device || m_device->newPage());
    ++m_page;
    m_y = 0;
}

void PageFlow::need(qreal height) {
    if (m_y > 0 && m_y + height > m_bottom) {
        newPage();
    }
}

void PageFlow::paintBands(const PagePlace& place, qreal from, qreal to, qreal gap) {
    for (const PageBand& band : place.bands) {
        const qreal top = band.joins ? from - gap : from;
        fill(QRectF(band.x, top, band.width, to - top), band.color);
    }
}

void PageFlow::put(const PageText& text, const PagePlace& place) {
    const int count = text.lineCount();
    if (count == 0) {
        return;
    }
    constexpr int kLeast = 2; // lines of a text on a page
    qreal least = place.above;
    for (int line = 0; line < std::min(count, kLeast); ++line) {
        least += text.lineHeight(line);
    }
    qreal gap = m_y > 0 ? place.gap : 0;
    if (m_y > 0 && m_y + gap + least > m_bottom) {
        newPage();
        gap = 0;
    }
    m_y += gap;
    for (int from = 0; from < count;) {
        const qreal top = m_y;
        qreal y = from == 0 ? m_y + place.above : m_y;
        int to = from;
        while (to < count && (to == from || y + text.lineHeight(to) <= m_bottom)) {
            y += text.lineHeight(to++);
        }
        if (to == count - 1 && to - from > kLeast) {
            y -= text.lineHeight(--to); // the last line is not left alone
        }
        const qreal end = to == count ? y + place.below : y;
        paintBands(place, top, end, from == 0 ? gap : 0);
        qreal lineTop = from == 0 ? top + place.above : top;
        for (int line = from; line < to; ++line) {
            if (line == 0 && !m_marker.isEmpty()) {
                PageText marker = PageText::ofLine(m_marker, m_fonts.body, QColor(kFoot));
                marker.setLines(points(40), Qt::AlignRight | Qt::AlignAbsolute);
                paintLine(marker, 0, {m_markerRight - points(40), lineTop});
                m_marker.clear();
            }
            paintLine(text, line, {place.x, lineTop});
            lineTop += text.lineHeight(line);
        }
        m_y = end;
        from = to;
        if (from < count) {
            newPage();
        }
    }
}

void PageFlow::putRule(qreal gap) {
    need(2 * gap);
    m_y += gap;
    fill(QRectF(0, m_y, m_width, points(0.6)), QColor(kLine));
    m_y += points(0.6);
}

void PageFlow::putMarker(const QString& marker, qreal right) {
    m_marker = marker;
    m_markerRight = right;
}

void PageFlow::putBeside(const PageText& text) {
    paintLine(text, 0, {0, m_y - text.lineHeight(0)});
}

} // namespace phidelity
