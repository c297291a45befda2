// SPDX-License-Identifier: MIT
#include "ui/math/math_layout.h"

#include <algorithm>
#include <utility>

namespace phidelity {

using Kind = MathNode::Kind;

namespace {

// Sizes of scripts, of the text's size. DejaVu and its like are still read at 0.55.
constexpr double kScript = 0.72;
constexpr double kScriptScript = 0.56;

// Where scripts stand (Appendix G, rules 18 and 13a), in em; TeX's measures are for small letters
// of 0.43 em, those of fonts for the screen are taller, so the shifts grow with them.
constexpr double kTeXsXHeight = 0.431;
constexpr double kSup1 = 0.413;
constexpr double kSup2 = 0.363;
constexpr double kSup3 = 0.289;
constexpr double kSub1 = 0.150;
constexpr double kSub2 = 0.247;
constexpr double kSupDrop = 0.386;
constexpr double kSubDrop = 0.050;
constexpr double kAfterScripts = 0.05;
constexpr double kOverLimit = 0.16;  // least space between an operator and what stands above
constexpr double kUnderLimit = 0.17; // and below it
constexpr double kLimitBase = 0.20;  // least distance to the baseline above
constexpr double kUnderBase = 0.60;  // and from the baseline below

// Large operators, of the size of the text.
constexpr double kDisplayOperator = 1.45;
constexpr double kTextOperator = 1.1;
constexpr double kDisplayIntegral = 2.0;
constexpr double kTextIntegral = 1.25;

/// Spaces between atoms (The TeXbook, p. 170): 1 thin, 2 medium, 3 thick; negative: not in scripts.
/// Rows: the left atom, columns: the right one, in the order of AtomClass.
constexpr int kSpaces[8][8] = {{0, 1, -2, -3, 0, 0, 0, -1},     {1, 1, 0, -3, 0, 0, 0, -1},
                               {-2, -2, 0, 0, -2, 0, 0, -2},    {-3, -3, 0, 0, -3, 0, 0, -3},
                               {0, 0, 0, 0, 0, 0, 0, 0},        {0, 1, -2, -3, 0, 0, 0, -1},
                               {-1, -1, 0, -1, -1, -1, -1, -1}, {-1, 1, -2, -3, -1, 0, -1, -1}};
constexpr double kSpaceWidths[4] = {0, 3 / 18.0, 4 / 18.0, 5 / 18.0};

bool isScript(MathLevel level) {
    return level >= MathLevel::Script;
}

bool isIntegral(char32_t symbol) {
    return (symbol >= U'∫' && symbol <= U'∳') || symbol == U'⨌';
}

/// How much of the width of an integral's sign lies behind its (last) stem.
double partBehindStem(char32_t symbol) {
    switch (symbol) {
    case U'∫':
        return 0.5;
    case U'∬':
        return 0.3;
    case U'∭':
    case U'⨌':
        return 0.2;
    default:
        return 0.25;
    }
}

/// The one symbol of a group of one, through any number of braces.
const MathNode& innermost(const MathNode& node) {
    const MathNode* at = &node;
    while (at->kind == Kind::Group && at->parts.size() == 1) {
        at = &at->parts.front();
    }
    return *at;
}

} // namespace

std::optional<Box> MathLayout::set(const MathNode& formula, MathLevel level, double breakWidth) {
    const Style style{level, false};
    m_fonts.beginFormula();
    Box box;
    if (formula.kind == Kind::Group) {
        box = broken(items(formula, style, RowStart::Fresh), breakWidth,
                     level == MathLevel::Display ? 2 * em(level) : em(level));
    } else {
        box = node(formula, style);
    }
    return m_missing ? std::nullopt : std::optional(std::move(box));
}

double MathLayout::em(MathLevel level) const {
    return m_fonts.size() * (level == MathLevel::Script         ? kScript
                             : level == MathLevel::ScriptScript ? kScriptScript
                                                                : 1);
}

MathPen MathLayout::pen(MathLevel level) const {
    return {em(level), m_fonts.stroke() * em(level)};
}

double MathLayout::rule(MathLevel level) const {
    return std::max(m_fonts.rule() * em(level), m_fonts.size() * 0.045);
}

MathLayout::Style MathLayout::superscript(Style style) {
    return {isScript(style.level) ? MathLevel::ScriptScript : MathLevel::Script, style.cramped};
}

MathLayout::Style MathLayout::subscript(Style style) {
    return cramped(superscript(style));
}

Box MathLayout::missing() {
    m_missing = true;
    return {};
}

// Rows -------------------------------------------------------------------------------------------

std::vector<MathLayout::Item> MathLayout::items(const MathNode& group, Style style,
                                                RowStart start) {
    std::vector<Item> items;
    items.reserve(group.parts.size());
    for (const MathNode& part : group.parts) {
        if (part.kind == Kind::Level) {
            style.level = part.level;
            continue;
        }
        Item item;
        item.level = style.level;
        item.atom = part.atom;
        if (part.kind == Kind::Space) {
            item.isSpace = true;
            item.box.width = part.space * em(style.level);
        } else {
            item.box = node(part, style);
        }
        items.push_back(std::move(item));
        if (m_missing) {
            break;
        }
    }
    spaceOut(&items, start);
    return items;
}

void MathLayout::spaceOut(std::vector<Item>* items, RowStart start) const {
    std::vector<Item*> atoms;
    for (Item& item : *items) {
        if (!item.isSpace) {
            atoms.push_back(&item);
        }
    }
    // An operator with nothing to operate on is an ordinary sign: "-x", "(+1)".
    Item operand;
    Item* before = start == RowStart::AfterOperand ? &operand : nullptr;
    const auto among = [](const Item* item, std::initializer_list<AtomClass> classes) {
        return std::find(classes.begin(), classes.end(), item->atom) != classes.end();
    };
    using enum AtomClass;
    for (size_t i = 0; i < atoms.size(); ++i) {
        if (atoms[i]->atom == Bin) {
            const bool noLeft = before == nullptr || among(before, {Bin, Op, Rel, Open, Punct});
            const bool noRight = i + 1 == atoms.size() || among(atoms[i + 1], {Rel, Close, Punct});
            atoms[i]->atom = noLeft || noRight ? Ord : Bin;
        }
        before = atoms[i];
    }
    before = start == RowStart::AfterOperand ? &operand : nullptr;
    for (Item* atom : atoms) {
        if (before != nullptr) {
            const int space = kSpaces[static_cast<int>(before->atom)][static_cast<int>(atom->atom)];
            atom->before = space < 0 && isScript(atom->level)
                               ? 0
                               : kSpaceWidths[std::abs(space)] * em(atom->level);
        }
        before = atom;
    }
}

Box MathLayout::joined(std::vector<Item> items) {
    Box box;
    double x = 0;
    for (Item& item : items) {
        x += item.before;
        const double width = item.box.width;
        const double italic = item.box.italic;
        if (!item.isSpace) {
            box.addAndGrow(std::move(item.box), x, 0);
            box.italic = italic;
        }
        x += width;
    }
    box.width = std::max(0.0, x);
    return box;
}

Box MathLayout::row(const MathNode& group, Style style, RowStart start) {
    if (group.kind != Kind::Group) {
        return node(group, style);
    }
    std::vector<Item> all = items(group, style, start);
    if (all.size() == 1 && !all.front().isSpace && start == RowStart::Fresh) {
        return std::move(all.front().box);
    }
    return joined(std::move(all));
}

/// Lines that begin with a relation or an operator, each as long as it can be; the second and the
/// further ones are indented.
Box MathLayout::broken(std::vector<Item> items, double breakWidth, double indent) {
    double total = 0;
    for (const Item& item : items) {
        total += item.before + item.box.width;
    }
    if (breakWidth <= 0 || total <= breakWidth) {
        return joined(std::move(items));
    }
    Box box;
    double bottom = 0;
    bool first = true;
    for (size_t begin = 0; begin < items.size();) {
        const double room = first ? breakWidth : breakWidth - indent;
        double width = 0;
        size_t end = items.size();
        size_t lastPlace = 0;
        for (size_t i = begin; i < items.size(); ++i) {
            const bool place =
                i > begin && (items[i].atom == AtomClass::Rel || items[i].atom == AtomClass::Bin);
            if (place && !items[i].isSpace) {
                if (width > room && lastPlace == 0) {
                    end = i;
                    break;
                }
                lastPlace = i;
            }
            width += items[i].before + items[i].box.width;
            if (width > room && lastPlace != 0) {
                end = lastPlace;
                break;
            }
        }
        items[begin].before = 0;
        Box line = joined({std::make_move_iterator(items.begin() + static_cast<ptrdiff_t>(begin)),
                           std::make_move_iterator(items.begin() + static_cast<ptrdiff_t>(end))});
        const double x = first ? 0 : indent;
        const double y = first ? 0 : bottom + 0.35 * m_fonts.size() + line.ascent;
        bottom = y + line.descent;
        box.width = std::max(box.width, x + line.width);
        box.addAndGrow(std::move(line), x, y);
        first = false;
        begin = end;
    }
    return box;
}

Box MathLayout::node(const MathNode& node, Style style) {
    if (m_missing) {
        return {};
    }
    switch (node.kind) {
    case Kind::Symbol:
        return node.atom == AtomClass::Op ? bigOperator(node, style) : symbol(node, style);
    case Kind::Text:
        return words(node, style);
    case Kind::Group:
        return row(node, style);
    case Kind::Fraction:
        return fraction(node, style);
    case Kind::Root:
        return root(node, style);
    case Kind::Scripts:
        return scripts(node, style);
    case Kind::Fence:
        return fence(node, style);
    case Kind::Delimiter:
        return bigDelimiter(node, style);
    case Kind::Accent:
        return accent(node, style);
    case Kind::Arrow:
        return arrow(node, style);
    case Kind::Table:
        return table(node, style);
    case Kind::Tag:
        return tag(node, style);
    case Kind::Empty:
    case Kind::Space:
    case Kind::Level:
        break;
    }
    return {};
}

// Symbols ----------------------------------------------------------------------------------------

Box MathLayout::glyphBox(const MathGlyph& glyph, double size) const {
    Box box;
    box.width = glyph.advance * size;
    box.ink = QRectF(glyph.ink.topLeft() * size, glyph.ink.size() * size);
    box.ascent = std::max(0.0, -box.ink.top());
    box.descent = std::max(0.0, box.ink.bottom());
    box.italic = std::max(0.0, box.ink.right() - box.width);
    box.glyphs.push_back({glyph.font, glyph.index, size, {}});
    return box;
}

Box MathLayout::symbol(const MathNode& node, Style style) {
    const auto glyph = m_fonts.glyph(node.symbol, node.face);
    if (!glyph) {
        return missing();
    }
    const double size = em(style.level);
    if (node.symbol == U'′' && isScript(style.level)) {
        return prime(*glyph, style);
    }
    Box box = glyphBox(*glyph, size);
    box.isCharacter = true;
    box.width += box.italic;
    box.skew = box.ink.center().x() - box.width / 2;
    // Slanted letters lean: what stands above them belongs over their upper half.
    const bool slanted = node.face == MathFace::Auto || node.face == MathFace::Italic ||
                         node.face == MathFace::BoldSymbol;
    const auto upright = m_fonts.glyph(node.symbol, MathFace::Roman);
    if (slanted && upright && (upright->font != glyph->font || upright->index != glyph->index)) {
        box.skew += 0.11 * (box.ascent - 0.4 * m_fonts.xHeight() * size);
    }
    return box;
}

/// Fonts draw the prime as it stands beside a letter: high, with room around it. As a script it is
/// raised already, so it is set without that room, as high as the letter before it.
Box MathLayout::prime(const MathGlyph& glyph, Style style) {
    const double size = std::min(em(style.level) * 1.4, m_fonts.size());
    Box sign = glyphBox(glyph, size);
    const double height = sign.ink.height();
    const double left = sign.ink.left() - 0.02 * m_fonts.size();
    const double drop = -sign.ink.bottom() - 0.04 * m_fonts.size();
    Box box;
    box.width = sign.ink.width() + 0.05 * m_fonts.size();
    box.addAndGrow(std::move(sign), -left, drop);
    box.ascent = height;
    box.descent = 0;
    return box;
}

Box MathLayout::bigOperator(const MathNode& node, Style style) {
    const auto glyph = m_fonts.glyph(node.symbol, node.face);
    if (!glyph) {
        return missing();
    }
    const bool integral = isIntegral(node.symbol);
    const bool display = style.level == MathLevel::Display;
    double size = em(style.level);
    if (!isScript(style.level)) {
        size *= integral ? (display ? kDisplayIntegral : kTextIntegral)
                         : (display ? kDisplayOperator : kTextOperator);
    }
    Box inner = glyphBox(*glyph, size);
    const double middle = inner.ink.center().y();
    Box box;
    box.width = inner.width;
    if (integral) {
        // What is raised stands behind its upper end, what is lowered behind its stem.
        box.width = inner.ink.right() + 0.04 * size;
        box.italic = inner.ink.width() * partBehindStem(node.symbol);
    }
    box.addAndGrow(std::move(inner), 0, -axis(style.level) - middle);
    box.ascent = -box.ink.top();
    box.descent = box.ink.bottom();
    return box;
}

Box MathLayout::words(const MathNode& node, Style style) {
    const auto words = m_fonts.words(node.text, node.face);
    if (!words) {
        return missing();
    }
    const double size = em(style.level);
    Box box;
    for (const MathWords::Placed& placed : words->glyphs) {
        box.addAndGrow(glyphBox(placed.glyph, size), placed.at.x() * size, placed.at.y() * size);
    }
    box.width = words->advance * size;
    return box;
}

// Scripts ----------------------------------------------------------------------------------------

Box MathLayout::scripts(const MathNode& node, Style style) {
    const bool stacked = node.limits == MathLimits::Always ||
                         (node.limits == MathLimits::Display && style.level == MathLevel::Display);
    if (stacked) {
        return limits(node, style);
    }
    const MathNode& nucleus = innermost(node.parts[0]);
    Box base = this->node(node.parts[0], style);
    const bool hasSub = !node.parts[1].isEmpty();
    const bool hasSup = !node.parts[2].isEmpty();
    Box sub = hasSub ? row(node.parts[1], subscript(style)) : Box();
    Box sup = hasSup ? row(node.parts[2], superscript(style)) : Box();

    const double small = em(superscript(style).level);
    const double size = em(style.level);
    const double tall = std::clamp(m_fonts.xHeight() / kTeXsXHeight, 1.0, 1.35);
    const double xHeight = m_fonts.xHeight() * size;
    const double theta = rule(style.level);
    double up = base.isCharacter ? 0 : base.ascent - kSupDrop * small;
    double down = base.isCharacter ? 0 : base.descent + kSubDrop * small;
    if (hasSup) {
        const double least = style.cramped                       ? kSup3
                             : style.level == MathLevel::Display ? kSup1
                                                                 : kSup2;
        up = std::max({up, least * tall * size, sup.descent + xHeight / 4});
    }
    if (hasSub && !hasSup) {
        down = std::max({down, kSub1 * tall * size, sub.ascent - 0.8 * xHeight});
    } else if (hasSub) {
        down = std::max(down, kSub2 * tall * size);
        const double gap = (up - sup.descent) - (sub.ascent - down);
        if (gap < 4 * theta) {
            down += 4 * theta - gap;
            const double lift = 0.8 * xHeight - (up - sup.descent);
            if (lift > 0) {
                up += lift;
                down -= lift;
            }
        }
    }
    const double gap = kAfterScripts * size;
    const bool integral = nucleus.kind == Kind::Symbol && isIntegral(nucleus.symbol);
    // The width has the room for the lean, which what is lowered does not need.
    const double supX = base.width + 0.03 * size;
    const double subX = base.isCharacter || integral ? base.width - base.italic : base.width;
    Box box;
    box.width = base.width;
    box.addAndGrow(std::move(base), 0, 0);
    if (hasSup) {
        box.width = std::max(box.width, supX + sup.width + gap);
        box.addAndGrow(std::move(sup), supX, -up);
    }
    if (hasSub) {
        box.width = std::max(box.width, subX + sub.width + gap);
        box.addAndGrow(std::move(sub), subX, down);
    }
    return box;
}

Box MathLayout::limits(const MathNode& node, Style style) {
    Box base = this->node(node.parts[0], style);
    const bool hasUnder = !node.parts[1].isEmpty();
    const bool hasOver = !node.parts[2].isEmpty();
    Box under = hasUnder ? row(node.parts[1], subscript(style)) : Box();
    Box over = hasOver ? row(node.parts[2], superscript(style)) : Box();
    const double size = em(style.level);
    const double lean = isIntegral(innermost(node.parts[0]).symbol) ? base.italic / 3 : 0;
    const double ascent = base.ascent;
    const double descent = base.descent;
    // Signs of relation are flat: what is set over them stands where it would over a letter.
    const double top =
        node.atom == AtomClass::Rel ? std::max(ascent, axis(style.level) + 0.18 * size) : ascent;
    Box box;
    box.width = std::max({base.width, under.width, over.width});
    box.isCharacter = false;
    const double middle = box.width / 2;
    box.addAndGrow(std::move(base), middle - base.width / 2, 0);
    if (hasOver) {
        const double gap = node.atom == AtomClass::Rel ? 0.08 : kOverLimit;
        const double y =
            top + over.descent + std::max(gap * size, kLimitBase * size - over.descent);
        box.addAndGrow(std::move(over), middle - over.width / 2 + lean, -y);
    }
    if (hasUnder) {
        const double y = descent + std::max(kUnderLimit * size + under.ascent, kUnderBase * size);
        box.addAndGrow(std::move(under), middle - under.width / 2 - lean, y);
    }
    return box;
}

} // namespace phidelity
