// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QList>
#include <QTextLayout>

#include "app/transcript/code_runs.h"
#include "app/transcript/color_glyphs.h"
#include "app/transcript/message_blocks.h"
#include "app/transcript/pdf_text.h"
#include "ui/math/math_box.h"

namespace phidelity {

/// The fonts of a page, in the units of its device.
struct PageFonts {
    explicit PageFonts(qreal pointSize);

    qreal point = 1; ///< units of the device in a point
    QFont body;
    QFont code;
    QFont small;
    [[nodiscard]] QFont heading(int level) const; ///< 1..6
};

/// A text that is set in lines of a width, with formulas among its words. Heights and positions in
/// the units of the device. Any thread, one at a time; needs a QGuiApplication.
class PageText {
public:
    PageText() = default;

    /// Text of a part of a block, with its looks, links and formulas.
    static PageText ofBlock(const TextBlock& block, qsizetype from, qsizetype to,
                            const PageFonts& fonts, const QFont& font);
    /// Code with the kinds that `kinds` finds; it must have begun the code.
    static PageText ofCode(const QString& code, const PageFonts& fonts, CodeKinds& kinds);
    static PageText ofLine(const QString& text, const QFont& font, const QColor& color);

    /// The width that it would have without breaks of lines.
    [[nodiscard]] qreal naturalWidth() const;
    /// Sets the lines anew.
    void setLines(qreal width, Qt::Alignment alignment = Qt::AlignLeading);
    [[nodiscard]] int lineCount() const { return static_cast<int>(m_lines.size()); }
    [[nodiscard]] qreal lineHeight(int line) const { return m_lines.at(line).height; }
    [[nodiscard]] qreal height() const;
    /// Paints one line with its top left corner at `place`.
    void paintLine(QPainter& painter, ColorGlyphs& colorGlyphs, int line, QPointF place) const;
    /// The signs of such a line that a PDF has to be told of; `page` is left to the caller.
    [[nodiscard]] QList<PaintedSign> signsOf(int line, QPointF place) const;

private:
    struct Formula {
        int at = 0;
        MathBox box;
        qreal scale = 1;
        bool alone = false; ///< on a line of its own
        QColor color;
    };
    struct Line {
        qreal height = 0;
        qreal ascent = 0;
        QList<int> formulas;
    };

    void addFormula(const TextFormula& formula, const PageFonts& fonts, const QFont& font);
    void append(const QString& text, const QTextCharFormat& format);
    [[nodiscard]] QPointF cornerOf(int line, QPointF place) const;
    void makeLayout(const QFont& font);
    [[nodiscard]] QTextOption option() const;

    QString m_text;
    QList<QTextLayout::FormatRange> m_formats;
    QList<Formula> m_formulas;
    std::unique_ptr<QTextLayout> m_layout;
    QList<Line> m_lines;
    qreal m_width = 0;
    qreal m_leading = 1.2;
    bool m_mayHaveColor = false;
};

} // namespace phidelity
