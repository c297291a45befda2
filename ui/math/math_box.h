// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <memory>
#include <optional>

class QPainter;

namespace phidelity {

struct MathDrawing;

/// A formula, set and ready to be painted any number of times: a value, cheap to copy (the drawing
/// is shared and never changes). Lengths are in the unit of the font that it was set with: logical
/// pixels for a widget's font, the device's pixels for a font made for a printer.
///
/// How to use it in a line of text: reserve an inline object (QTextObjectInterface or a replaced
/// character) of width() by ascent() + descent(), and paint() at the line's baseline. How to use
/// it as a block: centre it, or scroll it where it is wider than the column; see MathOptions.
///
/// It depends on QtGui only, and paints to whatever QPainter paints to: widgets, images, QPdfWriter
/// (as text of embedded fonts). Paint in the thread that set it.
class MathBox {
public:
    MathBox();
    MathBox(const MathBox&);
    MathBox(MathBox&&) noexcept;
    MathBox& operator=(const MathBox&);
    MathBox& operator=(MathBox&&) noexcept;
    ~MathBox();

    [[nodiscard]] qreal width() const;
    [[nodiscard]] qreal ascent() const;  ///< above the baseline
    [[nodiscard]] qreal descent() const; ///< below the baseline
    [[nodiscard]] qreal height() const { return ascent() + descent(); }
    /// The same as a rectangle around the origin of the baseline; all ink is inside, but for the
    /// pixel or so that antialiasing and the rounding of places may spill.
    [[nodiscard]] QRectF rect() const { return {0, -ascent(), width(), height()}; }

    /// Paints with the left end of the baseline at `baseline`. Leaves the painter as it was.
    /// Cost: some ten microseconds for a normal formula.
    void paint(QPainter& painter, QPointF baseline, const QColor& color) const;

    /// The source as it was given to setMath(), without delimiters: for copying.
    [[nodiscard]] QString plainText() const;
    /// In words, for screen readers and tool tips: "a over b", "x squared".
    [[nodiscard]] QString spokenText() const;

private:
    friend class MathSetter;
    std::shared_ptr<const MathDrawing> m_drawing;
};

/// What a formula is set for.
struct MathOptions {
    enum class Style : quint8 {
        Inline, ///< in a line of text: small fractions, limits at the side of sums
        Display ///< on a line of its own
    };
    Style style = Style::Inline;
    /// Where it is more than zero, a formula that is wider is broken before relations and
    /// operators at its outer level. What has no such place may still be wider.
    qreal breakWidth = 0;
};

/// Sets the LaTeX source of one formula (without its delimiters) in the style of `font`: its
/// letters, its size, its weight; what it lacks is taken from other fonts, never as an empty box.
/// Empty where something cannot be set (an unknown command, an unclosed brace, a character that no
/// font has, more than the bounds of parseMath() allow): then show the source as it stands, and
/// `*why` is a short English reason for a log or a tool tip.
///
/// Any input is taken. Cost: below a millisecond for a normal formula, some tens at the bounds;
/// keep the box rather than set it at each paint. Any thread that may use QFont.
[[nodiscard]] std::optional<MathBox> setMath(const QString& latex, const QFont& font,
                                             MathOptions options = {}, QString* why = nullptr);

} // namespace phidelity
