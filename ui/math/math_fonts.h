// SPDX-License-Identifier: MIT
#pragma once

#include <QFont>
#include <QHash>
#include <QRawFont>
#include <QRectF>
#include <optional>
#include <vector>

#include "ui/math/math_tree.h"

namespace phidelity {

/// A glyph of one of the fonts of MathFonts, measured in em: y grows downwards from the baseline.
struct MathGlyph {
    int font = 0;
    quint32 index = 0;
    double advance = 0;
    QRectF ink;
};

/// Words that were shaped as a whole: glyphs with their places in em.
struct MathWords {
    struct Placed {
        MathGlyph glyph;
        QPointF at;
    };
    std::vector<Placed> glyphs;
    double advance = 0;
};

/// The fonts of formulas in text of one font: its own upright, italic and bold shapes, and those
/// that have the symbols it lacks. Finds a glyph for a character, or says that there is none, so
/// that nothing is shown as an empty box. Measures are taken once a glyph, without hinting, and
/// kept. Belongs to one thread.
class MathFonts {
public:
    explicit MathFonts(const QFont& text);

    /// The fonts for `text`, made once a font and kept for this thread (the last few).
    static MathFonts& of(const QFont& text);

    /// Size of the text in pixels.
    [[nodiscard]] double size() const { return m_size; }
    /// In em: height of small letters, of capitals, of the axis that fractions are centred on;
    /// thickness of rules, and of the strokes of what is drawn rather than taken from a font.
    [[nodiscard]] double xHeight() const { return m_xHeight; }
    [[nodiscard]] double capHeight() const { return m_capHeight; }
    [[nodiscard]] double axis() const { return m_axis; }
    [[nodiscard]] double rule() const { return m_rule; }
    [[nodiscard]] double stroke() const { return m_stroke; }

    /// Characters and words that only Qt's shaping finds glyphs for take 0.1 ms each: from here on
    /// kMaxShaped of them are looked for, which is more than a formula has, and bounds its cost.
    void beginFormula() { m_shaped = 0; }
    static constexpr int kMaxShaped = 96;

    [[nodiscard]] std::optional<MathGlyph> glyph(char32_t character, MathFace face);
    [[nodiscard]] std::optional<MathWords> words(const QString& text, MathFace face);

    /// Font `font` for painting at `size` pixels.
    [[nodiscard]] QRawFont sized(int font, double size);

private:
    /// Faces that a character is looked up in, and how.
    enum Shape : quint8 { Upright, Slanted, Bold, BoldSlanted, Sans, Mono, Serif, ShapeCount };
    struct Font {
        QRawFont measure;
        QHash<int, QRawFont> sized; ///< by 64ths of a pixel
        QHash<quint32, MathGlyph> glyphs;
    };

    QFont shapeFont(Shape shape) const;
    int shape(Shape shape);
    int addFont(const QRawFont& font);
    const std::vector<int>& symbolFonts();
    std::optional<MathGlyph> find(char32_t character, Shape shape);
    std::optional<MathGlyph> findIn(int font, char32_t character);
    std::optional<MathWords> latinWords(const QString& text, int font);
    std::optional<MathGlyph> findByShaping(char32_t character, Shape shape);
    MathGlyph measured(int font, quint32 index);

    QFont m_text;
    double m_size = 0;
    double m_xHeight = 0;
    double m_capHeight = 0;
    double m_axis = 0;
    double m_rule = 0;
    double m_stroke = 0;
    int m_shaped = 0; ///< since beginFormula()
    std::vector<Font> m_fonts;
    int m_shapes[ShapeCount];
    std::optional<std::vector<int>> m_symbolFonts;
    QHash<quint64, std::optional<MathGlyph>> m_found; ///< by character and face
};

} // namespace phidelity
