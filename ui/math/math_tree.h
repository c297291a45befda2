// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <vector>

namespace phidelity {

/// The kind of an atom: what the space beside it follows from (The TeXbook, chapter 18).
enum class AtomClass : quint8 { Ord, Op, Bin, Rel, Open, Close, Punct, Inner };

/// The alphabet that letters are taken from.
enum class MathFace : quint8 {
    Auto, ///< italic for Latin and small Greek letters, else upright
    Roman,
    Italic,
    Bold,       ///< upright
    BoldSymbol, ///< as Auto, but bold
    Blackboard,
    Calligraphic,
    Fraktur,
    Sans,
    Mono,
};

/// Where the scripts of an operator go.
enum class MathLimits : quint8 {
    Side,    ///< beside it
    Display, ///< above and below in display style, else beside it
    Always,  ///< above and below
};

/// What is drawn over or under a formula.
enum class MathAccent : quint8 {
    Hat,
    WideHat,
    Check,
    Tilde,
    WideTilde,
    Acute,
    Grave,
    Breve,
    Bar,
    Dot,
    DoubleDot,
    TripleDot,
    Ring,
    Vector,
    OverLine,
    UnderLine,
    OverBrace,
    UnderBrace,
    OverRightArrow,
    OverLeftArrow,
    OverBothArrow,
    Slash,  ///< through it, as by \not
    Cancel, ///< from corner to corner, upwards
    BackCancel,
    CrossCancel,
    Frame,
    Phantom, ///< takes its room, draws nothing
};

/// TeX's four styles, each half the way to the smallest.
enum class MathLevel : quint8 { Display, Text, Script, ScriptScript };

/// A node of a formula. What `parts` holds depends on the kind; a part that may be missing is a
/// node of the kind Empty.
struct MathNode {
    enum class Kind : quint8 {
        Empty,
        Symbol,   ///< `symbol` in `face`
        Text,     ///< `text` in `face`: words, names of functions; no parts
        Group,    ///< parts in a row
        Fraction, ///< over, under; `barred`, `level` where it is fixed
        Root,     ///< radicand, degree or Empty
        Scripts,  ///< nucleus, sub or Empty, sup or Empty; `limits`
        Fence,    ///< groups parted by delimiters, which stand in `delimiters`, one more than parts
        Delimiter, ///< `symbol` of the fixed size `size` (1..4)
        Accent,    ///< `accent` on the one part
        Arrow,     ///< `symbol` as long as its labels: above, below or Empty
        Table,     ///< rows, each a Group of cells, each a Group
        Space,     ///< `space` in em of the style it stands in
        Level,     ///< from here to the end of its group the style is `level`
        Tag,       ///< the one part, in parentheses at the right
    };
    enum class Grid : quint8 {
        Matrix,   ///< centred, in text style
        Cases,    ///< to the left
        Aligned,  ///< right and left by turns, in display style
        Gathered, ///< one column, centred, in display style
        Array,    ///< as `columns` says
        Substack, ///< centred, tight
    };

    Kind kind = Kind::Empty;
    AtomClass atom = AtomClass::Ord;
    MathFace face = MathFace::Auto;
    MathLimits limits = MathLimits::Side;
    MathAccent accent = MathAccent::Hat;
    MathLevel level = MathLevel::Text;
    Grid grid = Grid::Matrix;
    bool fixedLevel = false; ///< of a fraction: `level` counts
    bool barred = true;      ///< of a fraction
    quint8 size = 1;
    char32_t symbol = 0;
    double space = 0;
    QString text;                     ///< words
    QString columns;                  ///< of an array: "lcr|" and so on
    std::vector<char32_t> delimiters; ///< of a fence; 0 = none
    std::vector<int> ruledRows;       ///< of a table: rows with a line above; the count = below all
    std::vector<MathNode> parts;

    [[nodiscard]] bool isEmpty() const { return kind == Kind::Empty; }
};

} // namespace phidelity
