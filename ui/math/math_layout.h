// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "ui/math/math_drawing.h"
#include "ui/math/math_fonts.h"
#include "ui/math/math_shapes.h"
#include "ui/math/math_tree.h"

namespace phidelity {

/// Sets a tree in boxes, by the rules of Appendix G of The TeXbook with the measures taken from
/// the text's own font: styles that grow smaller, spaces by the classes of neighbours, places of
/// scripts and fractions, delimiters that grow. One object a formula.
class MathLayout {
public:
    explicit MathLayout(MathFonts& fonts) : m_fonts(fonts) {}

    /// The whole formula; broken into lines where `breakWidth` > 0 and it is wider. Empty where a
    /// character has no glyph in any font.
    std::optional<Box> set(const MathNode& formula, MathLevel level, double breakWidth);

private:
    /// A style of TeX: cramped ones raise superscripts less.
    struct Style {
        MathLevel level = MathLevel::Text;
        bool cramped = false;
    };
    /// An atom of a row, or a space in it.
    struct Item {
        Box box;
        AtomClass atom = AtomClass::Ord;
        bool isSpace = false;
        MathLevel level = MathLevel::Text;
        double before = 0; ///< space that its class asks for
    };
    /// Whether a row begins as if something stood before it: the right side of an alignment.
    enum class RowStart { Fresh, AfterOperand };

    // math_layout.cpp: rows, symbols, scripts
    std::vector<Item> items(const MathNode& group, Style style, RowStart start);
    Box row(const MathNode& group, Style style, RowStart start = RowStart::Fresh);
    Box joined(std::vector<Item> items);
    Box broken(std::vector<Item> items, double breakWidth, double indent);
    void spaceOut(std::vector<Item>* items, RowStart start) const;
    Box node(const MathNode& node, Style style);
    Box symbol(const MathNode& node, Style style);
    Box prime(const MathGlyph& glyph, Style style);
    Box bigOperator(const MathNode& node, Style style);
    Box words(const MathNode& node, Style style);
    Box scripts(const MathNode& node, Style style);
    Box limits(const MathNode& node, Style style);
    Box glyphBox(const MathGlyph& glyph, double size) const;
    Box missing();

    // math_layout_parts.cpp: fractions, roots, delimiters, accents
    Box fraction(const MathNode& node, Style style);
    Box root(const MathNode& node, Style style);
    Box fence(const MathNode& node, Style style);
    Box delimiter(char32_t symbol, double height, MathLevel level);
    Box bars(int count, double height, MathLevel level);
    Box bigDelimiter(const MathNode& node, Style style);
    Box accent(const MathNode& node, Style style);
    Box accentOn(MathAccent accent, Box base, Style style);
    Box crossedOut(MathAccent accent, Box base, Style style);
    Box framed(Box base, Style style);
    Box arrow(const MathNode& node, Style style);
    Box tag(const MathNode& node, Style style);

    // math_layout_table.cpp
    Box table(const MathNode& node, Style style);

    [[nodiscard]] double em(MathLevel level) const;
    [[nodiscard]] MathPen pen(MathLevel level) const;
    /// The font's rule, but never less than what a pixel shows.
    [[nodiscard]] double rule(MathLevel level) const;
    [[nodiscard]] double axis(MathLevel level) const { return m_fonts.axis() * em(level); }
    static Style superscript(Style style);
    static Style subscript(Style style);
    static Style cramped(Style style) { return {style.level, true}; }

    MathFonts& m_fonts;
    bool m_missing = false; ///< a glyph was
};

} // namespace phidelity
