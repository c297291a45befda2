// SPDX-License-Identifier: MIT
#pragma once

#include "ui/rich_text.h"
#include "ui/table_layout.h"

namespace phidelity {

/// One block laid out: lines of text, or a table. Points are relative to its top left. Empty until
/// it is given one of them. GUI thread only.
class LaidOutBlock {
public:
    [[nodiscard]] explicit operator bool() const { return m_text || m_table; }
    void set(std::unique_ptr<RichText> text) { m_text = std::move(text); }
    void set(std::unique_ptr<TableLayout> table) { m_table = std::move(table); }
    void reset();
    /// Gives the table away, if it is one.
    [[nodiscard]] std::unique_ptr<TableLayout> takeTable() { return std::move(m_table); }

    /// Null where it is no table.
    [[nodiscard]] TableLayout* table() const { return m_table.get(); }
    [[nodiscard]] int height() const;
    [[nodiscard]] double naturalWidth() const;
    [[nodiscard]] double firstBaseline() const;
    void paint(QPainter& painter, QPoint at, const QRect& clip, const TextMarks& marks,
               const QColor& color) const;
    [[nodiscard]] qsizetype positionAt(QPointF point) const;
    [[nodiscard]] qsizetype characterAt(QPointF point) const;
    [[nodiscard]] QList<QRectF> rectsOf(qsizetype from, qsizetype to) const;

private:
    std::unique_ptr<RichText> m_text;
    std::unique_ptr<TableLayout> m_table;
};

} // namespace phidelity
