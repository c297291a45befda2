// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "ui/math/math_layout.h"

namespace phidelity {

namespace {

// Fractions (Appendix G, rule 15), in em, for small letters of 0.43 em.
constexpr double kTeXsXHeight = 0.431;
constexpr double kNum1 = 0.677;
constexpr double kNum2 = 0.394;
constexpr double kDenom1 = 0.686;
constexpr double kDenom2 = 0.345;
constexpr double kBarOverhang = 0.08;
constexpr double kBesideFraction = 0.11;

} // namespace

Box MathLayout::fraction(const MathNode& node, Style style) {
    if (node.fixedLevel) {
        style.level = node.level;
    }
    const bool display = style.level == MathLevel::Display;
    const Style over = display ? Style{MathLevel::Text, style.cramped} : superscript(style);
    Box top = row(node.parts[0], over);
    Box bottom = row(node.parts[1], cramped(over));
    const double size = em(style.level);
    const double theta = rule(style.level);
    const double tall = std::clamp(m_fonts.xHeight() / kTeXsXHeight, 1.0, 1.2);
    const double middle = axis(style.level);
    double up = (display ? kNum1 : kNum2) * tall * size;
    double down = (display ? kDenom1 : kDenom2) * tall * size;
    if (node.barred) {
        const double gap = (display ? 3 : 1.6) * theta;
        up = std::max(up, middle + theta / 2 + gap + top.descent);
        down = std::max(down, bottom.ascent + gap + theta / 2 - middle);
    } else {
        const double least = (display ? 6 : 3) * theta;
        const double gap = (up - top.descent) - (bottom.ascent - down);
        if (gap < least) {
            up += (least - gap) / 2;
            down += (least - gap) / 2;
        }
    }
    const double wide = std::max(top.width, bottom.width) + 2 * kBarOverhang * size;
    const double beside = node.barred ? kBesideFraction * size : 0;
    Box box;
    box.width = wide + 2 * beside;
    const double centre = box.width / 2;
    box.addAndGrow(std::move(top), centre - top.width / 2, -up);
    box.addAndGrow(std::move(bottom), centre - bottom.width / 2, down);
    if (node.barred) {
        box.addRule({beside, -middle - theta / 2, wide, theta});
        box.ascent = std::max(box.ascent, middle + theta / 2);
    }
    return box;
}

Box MathLayout::root(const MathNode& node, Style style) {
    Box inner = row(node.parts[0], cramped(style));
    const double size = em(style.level);
    const double theta = rule(style.level);
    const double gap =
        theta + (style.level == MathLevel::Display ? m_fonts.xHeight() * size : theta) / 4;
    // Roots in a row look alike where low letters stand under a line of the same height.
    const double ascent = std::max(inner.ascent, m_fonts.xHeight() * size);
    const double descent = std::max(inner.descent, 0.06 * size);
    const double height = theta + gap + ascent + descent + 0.04 * size;
    double hook = 0;
    const QPainterPath shape =
        rootShape(height, {size, std::max(theta, m_fonts.stroke() * size * 0.72)}, &hook);
    const double top = ascent + gap + theta;

    Box sign;
    sign.addShape(shape.translated(0, -top));
    sign.ascent = top;
    sign.descent = height - top;

    Box box;
    double x = 0;
    if (!node.parts[1].isEmpty()) {
        // A degree sits in the arm of the hook.
        Box degree = row(node.parts[1], {MathLevel::ScriptScript, true});
        const double arm = height - std::min(0.5 * height, 0.55 * size) - 0.14 * size;
        const double y = -top + arm - degree.descent;
        const double into = 0.26 * hook;
        x = std::max(0.0, degree.width - into);
        box.addAndGrow(std::move(degree), x + into - degree.width, y);
    }
    const double inside = 0.04 * size;
    box.addAndGrow(std::move(sign), x, 0);
    const double begin = x + hook;
    const double over = inner.width + 2 * inside;
    box.addRule({begin - 0.02 * size, -top, over + 0.02 * size, theta});
    box.addAndGrow(std::move(inner), begin + inside, 0);
    box.width = begin + over + 0.05 * size;
    return box;
}

// Delimiters -------------------------------------------------------------------------------------

/// A delimiter that is at least `height` high, centred on the axis: the font's own where that is
/// high enough, else drawn.
Box MathLayout::delimiter(char32_t symbol, double height, MathLevel level) {
    const double size = em(level);
    const auto glyph = m_fonts.glyph(symbol, MathFace::Roman);
    if (glyph && glyph->ink.height() * size >= height) {
        Box box = glyphBox(*glyph, size);
        box.italic = 0;
        return box;
    }
    if (symbol == U'|' || symbol == U'‖') {
        return bars(symbol == U'|' ? 1 : 2, height, level);
    }
    double width = 0;
    const QPainterPath shape = delimiterShape(symbol, height, pen(level), &width);
    if (shape.isEmpty()) {
        return glyph ? glyphBox(*glyph, size) : missing();
    }
    const double beside = 0.1 * size;
    Box box;
    box.width = width + 2 * beside;
    box.addShape(shape.translated(beside, -axis(level)));
    box.ascent = height / 2 + axis(level);
    box.descent = height / 2 - axis(level);
    return box;
}

/// Upright bars are rules, and so as crisp as those of fractions.
Box MathLayout::bars(int count, double height, MathLevel level) {
    const double size = em(level);
    const double stroke = m_fonts.stroke() * size;
    const double beside = 0.1 * size;
    const double step = 0.2 * size;
    Box box;
    for (int i = 0; i < count; ++i) {
        box.addRule({beside + i * step, -height / 2 - axis(level), stroke, height});
    }
    box.width = 2 * beside + (count - 1) * step + stroke;
    box.ascent = height / 2 + axis(level);
    box.descent = height / 2 - axis(level);
    return box;
}

Box MathLayout::fence(const MathNode& node, Style style) {
    const double size = em(style.level);
    const double middle = axis(style.level);
    std::vector<Box> parts;
    double reach = 0;
    for (const MathNode& part : node.parts) {
        parts.push_back(row(part, style));
        reach = std::max({reach, parts.back().ascent - middle, parts.back().descent + middle});
    }
    // Rule 19: nearly as high as what is inside; delimiters need not reach round the last corner.
    const double height = std::max(2 * reach * 0.95, 2 * reach - 0.35 * size);
    Box box;
    double x = 0;
    for (size_t i = 0; i < node.delimiters.size(); ++i) {
        if (node.delimiters[i] != 0) {
            const bool between = i > 0 && i + 1 < node.delimiters.size();
            const double space = between ? 0.1 * size : 0;
            Box delimiter = this->delimiter(node.delimiters[i], height, style.level);
            const double width = delimiter.width;
            box.addAndGrow(std::move(delimiter), x + space, 0);
            x += width + 2 * space;
        } else {
            x += 0.1 * size;
        }
        if (i < parts.size()) {
            const double width = parts[i].width;
            box.addAndGrow(std::move(parts[i]), x, 0);
            x += width;
        }
    }
    box.width = x;
    return box;
}

Box MathLayout::bigDelimiter(const MathNode& node, Style style) {
    static constexpr double kSizes[] = {1.2, 1.2, 1.8, 2.4, 3.0};
    if (node.symbol == 0) {
        return {};
    }
    return delimiter(node.symbol, kSizes[std::min<int>(node.size, 4)] * em(style.level),
                     style.level);
}

// Accents ----------------------------------------------------------------------------------------

Box MathLayout::accent(const MathNode& node, Style style) {
    Box base = row(node.parts[0], node.accent == MathAccent::Frame ? style : cramped(style));
    switch (node.accent) {
    case MathAccent::Frame:
        return framed(std::move(base), style);
    case MathAccent::Slash:
    case MathAccent::Cancel:
    case MathAccent::BackCancel:
    case MathAccent::CrossCancel:
        return crossedOut(node.accent, std::move(base), style);
    case MathAccent::Phantom: {
        Box room;
        room.width = node.size == 2 ? 0 : base.width;
        room.ascent = node.size == 1 ? 0 : base.ascent;
        room.descent = node.size == 1 ? 0 : base.descent;
        return room;
    }
    default:
        return accentOn(node.accent, std::move(base), style);
    }
}

Box MathLayout::accentOn(MathAccent accent, Box base, Style style) {
    const double size = em(style.level);
    const double theta = rule(style.level);
    const double width = base.width;
    const double ascent = std::max(base.ascent, m_fonts.xHeight() * size * 0.9);
    const double descent = base.descent;
    const bool isCharacter = base.isCharacter;
    const double italic = base.italic;
    Box box;
    box.width = width;
    box.isCharacter = isCharacter;
    box.italic = italic;
    const double middle = width / 2 + base.skew;
    const QRectF ink = base.ink;
    box.addAndGrow(std::move(base), 0, 0);
    const auto place = [&box](const QPainterPath& shape, double top, double bottom) {
        box.addShape(shape);
        box.ascent = std::max(box.ascent, top);
        box.descent = std::max(box.descent, bottom);
    };
    switch (accent) {
    case MathAccent::OverLine:
        box.addRule({0.02 * size, -ascent - 3 * theta, width, theta});
        box.ascent = ascent + 3.5 * theta;
        return box;
    case MathAccent::UnderLine:
        box.addRule({0, descent + 2 * theta, width, theta});
        box.descent = descent + 3.5 * theta;
        return box;
    case MathAccent::OverBrace:
    case MathAccent::UnderBrace: {
        const bool over = accent == MathAccent::OverBrace;
        double height = 0;
        const QPainterPath brace =
            braceShape(width, over ? BracePoint::Up : BracePoint::Down, pen(style.level), &height);
        const double gap = 0.13 * size;
        const double y = over ? -ascent - gap : descent + gap + height;
        place(brace.translated(0, y), over ? ascent + gap + height : 0,
              over ? 0 : descent + gap + height);
        return box;
    }
    default:
        break;
    }
    double height = 0;
    const MathPen thin{size, m_fonts.stroke() * size * 0.85};
    const QPainterPath mark = accentShape(accent, ink.width() * 0.92, thin, &height);
    const double gap = 0.085 * size;
    place(mark.translated(middle, -ascent - gap), ascent + gap + height, 0);
    return box;
}

Box MathLayout::crossedOut(MathAccent accent, Box base, Style style) {
    const double stroke = m_fonts.stroke() * em(style.level) * 0.8;
    const QRectF ink = base.ink.isNull() ? QRectF(0, -1, 1, 1) : base.ink;
    const QRectF around = accent == MathAccent::Slash
                              ? QRectF(ink.center() - QPointF(0.16, 0.42) * em(style.level),
                                       QSizeF(0.32, 0.84) * em(style.level))
                              : ink.adjusted(-stroke, -2 * stroke, stroke, 2 * stroke);
    if (accent != MathAccent::BackCancel) {
        base.addShape(lineShape(around.bottomLeft(), around.topRight(), stroke));
    }
    if (accent == MathAccent::BackCancel || accent == MathAccent::CrossCancel) {
        base.addShape(lineShape(around.topLeft(), around.bottomRight(), stroke));
    }
    base.ascent = std::max(base.ascent, -around.top());
    base.descent = std::max(base.descent, around.bottom());
    return base;
}

Box MathLayout::framed(Box base, Style style) {
    const double theta = rule(style.level);
    const double padding = 0.28 * em(style.level);
    const double room = padding + theta;
    Box box;
    box.width = base.width + 2 * room;
    box.ascent = base.ascent + room;
    box.descent = base.descent + room;
    const double height = box.ascent + box.descent;
    box.add(std::move(base), room, 0);
    box.addRule({0, -box.ascent, box.width, theta});
    box.addRule({0, box.descent - theta, box.width, theta});
    box.addRule({0, -box.ascent, theta, height});
    box.addRule({box.width - theta, -box.ascent, theta, height});
    return box;
}

Box MathLayout::arrow(const MathNode& node, Style style) {
    Box above = row(node.parts[0], superscript(style));
    Box below = node.parts[1].isEmpty() ? Box() : row(node.parts[1], subscript(style));
    const double size = em(style.level);
    const double length = std::max({above.width, below.width, 0.7 * size}) + 0.7 * size;
    double height = 0;
    const QPainterPath shape =
        arrowShape(node.symbol, length, {size, m_fonts.stroke() * size * 0.85}, &height);
    const double middle = axis(style.level);
    const double gap = 0.09 * size;
    Box box;
    box.width = length;
    box.addShape(shape.translated(0, -middle));
    box.ascent = middle + height / 2;
    box.descent = std::max(0.0, height / 2 - middle);
    const double up = middle + height * 0.25 + gap + above.descent;
    box.addAndGrow(std::move(above), (length - above.width) / 2, -up);
    if (!node.parts[1].isEmpty()) {
        const double down = height * 0.25 + gap + below.ascent - middle;
        box.addAndGrow(std::move(below), (length - below.width) / 2, down);
    }
    return box;
}

Box MathLayout::tag(const MathNode& node, Style style) {
    Box box;
    double x = 2 * em(style.level);
    const auto append = [&box, &x](Box part) {
        const double width = part.width;
        box.addAndGrow(std::move(part), x, 0);
        x += width;
    };
    MathNode parenthesis;
    parenthesis.kind = MathNode::Kind::Symbol;
    parenthesis.face = MathFace::Roman;
    parenthesis.symbol = U'(';
    const bool enclosed = node.size == 1;
    if (enclosed) {
        append(symbol(parenthesis, style));
    }
    append(row(node.parts[0], style));
    if (enclosed) {
        parenthesis.symbol = U')';
        append(symbol(parenthesis, style));
    }
    box.width = x;
    return box;
}

} // namespace phidelity
