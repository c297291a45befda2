// SPDX-License-Identifier: MIT
#include <QHash>
#include <utility>

#include "ui/math/math_reader.h"
#include "ui/math/math_symbols.h"

namespace phidelity {

using Kind = MathNode::Kind;

namespace {

/// Forms of a fraction: what its argument in the table of commands is made of.
enum FractionForm { kBarred = 0, kBinomial = 1, kDisplayed = 2, kSmall = 4 };
enum StackForm { kOver, kUnder, kRelation };
enum PhantomForm { kWhole, kAcross, kUpright, kStrut };
enum ModuloForm { kBinary, kParenthesised, kSpaced };
enum BetweenForm { kBra, kKet, kBraket, kAbsolute, kNorm, kSet };

constexpr int big(int size, AtomClass atom) {
    return size * 16 + static_cast<int>(atom);
}

} // namespace

std::optional<MathReader::Command> MathReader::command(QStringView name) {
    using R = MathReader;
    static const QHash<QString, Command> table = [] {
        QHash<QString, Command> made;
        const auto add = [&made](Handler handler, int argument,
                                 std::initializer_list<const char*> names) {
            for (const char* each : names) {
                made.insert(QString::fromLatin1(each), {handler, argument});
            }
        };
        const auto of = [](auto value) { return static_cast<int>(value); };

        add(&R::fraction, kBarred, {"frac"});
        add(&R::fraction, kDisplayed, {"dfrac", "cfrac"});
        add(&R::fraction, kSmall, {"tfrac"});
        add(&R::fraction, kBinomial, {"binom"});
        add(&R::fraction, kBinomial | kDisplayed, {"dbinom"});
        add(&R::fraction, kBinomial | kSmall, {"tbinom"});
        add(&R::root, 0, {"sqrt"});

        add(&R::accent, of(MathAccent::Hat), {"hat"});
        add(&R::accent, of(MathAccent::WideHat), {"widehat"});
        add(&R::accent, of(MathAccent::Check), {"check", "widecheck"});
        add(&R::accent, of(MathAccent::Tilde), {"tilde"});
        add(&R::accent, of(MathAccent::WideTilde), {"widetilde"});
        add(&R::accent, of(MathAccent::Acute), {"acute"});
        add(&R::accent, of(MathAccent::Grave), {"grave"});
        add(&R::accent, of(MathAccent::Breve), {"breve"});
        add(&R::accent, of(MathAccent::Bar), {"bar"});
        add(&R::accent, of(MathAccent::Dot), {"dot"});
        add(&R::accent, of(MathAccent::DoubleDot), {"ddot"});
        add(&R::accent, of(MathAccent::TripleDot), {"dddot"});
        add(&R::accent, of(MathAccent::Ring), {"mathring"});
        add(&R::accent, of(MathAccent::Vector), {"vec"});
        add(&R::accent, of(MathAccent::OverLine), {"overline"});
        add(&R::accent, of(MathAccent::UnderLine), {"underline"});
        add(&R::accent, of(MathAccent::OverRightArrow), {"overrightarrow"});
        add(&R::accent, of(MathAccent::OverLeftArrow), {"overleftarrow"});
        add(&R::accent, of(MathAccent::OverBothArrow), {"overleftrightarrow"});
        add(&R::accent, of(MathAccent::Cancel), {"cancel"});
        add(&R::accent, of(MathAccent::BackCancel), {"bcancel"});
        add(&R::accent, of(MathAccent::CrossCancel), {"xcancel"});
        add(&R::accent, of(MathAccent::Frame), {"boxed", "fbox", "framebox"});
        add(&R::brace, of(MathAccent::OverBrace), {"overbrace"});
        add(&R::brace, of(MathAccent::UnderBrace), {"underbrace"});

        add(&R::faceOfArgument, of(MathFace::Roman), {"mathrm", "mathup"});
        add(&R::faceOfArgument, of(MathFace::Italic), {"mathit", "mathnormal"});
        add(&R::faceOfArgument, of(MathFace::Bold), {"mathbf"});
        add(&R::faceOfArgument, of(MathFace::BoldSymbol),
            {"boldsymbol", "bm", "pmb", "mathbfit", "symbf"});
        add(&R::faceOfArgument, of(MathFace::Blackboard), {"mathbb", "Bbb", "mathds"});
        add(&R::faceOfArgument, of(MathFace::Calligraphic), {"mathcal", "mathscr"});
        add(&R::faceOfArgument, of(MathFace::Fraktur), {"mathfrak", "frak"});
        add(&R::faceOfArgument, of(MathFace::Sans), {"mathsf"});
        add(&R::faceOfArgument, of(MathFace::Mono), {"mathtt"});
        add(&R::faceOfRest, of(MathFace::Roman), {"rm"});
        add(&R::faceOfRest, of(MathFace::Italic), {"it"});
        add(&R::faceOfRest, of(MathFace::Bold), {"bf"});
        add(&R::faceOfRest, of(MathFace::Calligraphic), {"cal"});

        add(&R::words, of(MathFace::Roman),
            {"text", "textrm", "textup", "textnormal", "mbox", "hbox"});
        add(&R::words, of(MathFace::Bold), {"textbf"});
        add(&R::words, of(MathFace::Italic), {"textit", "emph", "textsl"});
        add(&R::words, of(MathFace::Mono), {"texttt"});
        add(&R::words, of(MathFace::Sans), {"textsf"});
        add(&R::operatorName, 0, {"operatorname"});

        add(&R::fence, 0, {"left"});
        add(&R::bigDelimiter, big(1, AtomClass::Ord), {"big"});
        add(&R::bigDelimiter, big(2, AtomClass::Ord), {"Big"});
        add(&R::bigDelimiter, big(3, AtomClass::Ord), {"bigg"});
        add(&R::bigDelimiter, big(4, AtomClass::Ord), {"Bigg"});
        add(&R::bigDelimiter, big(1, AtomClass::Open), {"bigl"});
        add(&R::bigDelimiter, big(2, AtomClass::Open), {"Bigl"});
        add(&R::bigDelimiter, big(3, AtomClass::Open), {"biggl"});
        add(&R::bigDelimiter, big(4, AtomClass::Open), {"Biggl"});
        add(&R::bigDelimiter, big(1, AtomClass::Close), {"bigr"});
        add(&R::bigDelimiter, big(2, AtomClass::Close), {"Bigr"});
        add(&R::bigDelimiter, big(3, AtomClass::Close), {"biggr"});
        add(&R::bigDelimiter, big(4, AtomClass::Close), {"Biggr"});
        add(&R::bigDelimiter, big(1, AtomClass::Rel), {"bigm"});
        add(&R::bigDelimiter, big(2, AtomClass::Rel), {"Bigm"});
        add(&R::bigDelimiter, big(3, AtomClass::Rel), {"biggm"});
        add(&R::bigDelimiter, big(4, AtomClass::Rel), {"Biggm"});
        add(&R::environment, 0, {"begin"});

        add(&R::level, of(MathLevel::Display), {"displaystyle"});
        add(&R::level, of(MathLevel::Text), {"textstyle"});
        add(&R::level, of(MathLevel::Script), {"scriptstyle"});
        add(&R::level, of(MathLevel::ScriptScript), {"scriptscriptstyle"});

        add(&R::space, 3, {",", "thinspace"});
        add(&R::space, 4, {":", ">", "medspace"});
        add(&R::space, 5, {";", "thickspace"});
        add(&R::space, -3, {"!", "negthinspace"});
        add(&R::space, -4, {"negmedspace"});
        add(&R::space, -5, {"negthickspace"});
        add(&R::space, 6, {" ", "\n", "\t", "nobreakspace", "space"});
        add(&R::space, 9, {"enspace", "enskip"});
        add(&R::space, 18, {"quad"});
        add(&R::space, 36, {"qquad"});
        add(&R::spaceByLength, 0, {"hspace", "hskip", "mspace", "kern", "mkern"});

        add(&R::atomOfArgument, of(AtomClass::Ord), {"mathord"});
        add(&R::atomOfArgument, of(AtomClass::Op), {"mathop"});
        add(&R::atomOfArgument, of(AtomClass::Bin), {"mathbin"});
        add(&R::atomOfArgument, of(AtomClass::Rel), {"mathrel"});
        add(&R::atomOfArgument, of(AtomClass::Open), {"mathopen"});
        add(&R::atomOfArgument, of(AtomClass::Close), {"mathclose"});
        add(&R::atomOfArgument, of(AtomClass::Punct), {"mathpunct"});
        add(&R::atomOfArgument, of(AtomClass::Inner), {"mathinner"});

        add(&R::stack, kOver, {"overset"});
        add(&R::stack, kUnder, {"underset"});
        add(&R::stack, kRelation, {"stackrel"});
        add(&R::substack, 0, {"substack"});
        add(&R::arrow, of(U'→'), {"xrightarrow"});
        add(&R::arrow, of(U'←'), {"xleftarrow"});
        add(&R::arrow, of(U'↔'), {"xleftrightarrow"});
        add(&R::arrow, of(U'⇒'), {"xRightarrow"});
        add(&R::arrow, of(U'⇐'), {"xLeftarrow"});

        add(&R::phantom, kWhole, {"phantom"});
        add(&R::phantom, kAcross, {"hphantom"});
        add(&R::phantom, kUpright, {"vphantom"});
        add(&R::phantom, kStrut, {"mathstrut", "strut"});
        add(&R::plainGroup, 0, {"smash", "ensuremath"});
        add(&R::ignored, 0, {"nonumber",     "notag",      "allowbreak",    "nobreak",    "relax",
                             "limits",       "nolimits",   "displaylimits", "normalsize", "small",
                             "large",        "Large",      "LARGE",         "huge",       "Huge",
                             "footnotesize", "scriptsize", "tiny",          "centering",  "/"});
        add(&R::ignored, 1, {"label", "color", "vspace", "require"});
        add(&R::colored, 0, {"textcolor"});
        add(&R::negated, 0, {"not"});
        add(&R::modulo, kBinary, {"bmod"});
        add(&R::modulo, kParenthesised, {"pmod"});
        add(&R::modulo, kSpaced, {"mod"});
        add(&R::tag, 0, {"tag"});
        add(&R::between, kBra, {"bra"});
        add(&R::between, kKet, {"ket"});
        add(&R::between, kBraket, {"braket"});
        add(&R::between, kAbsolute, {"abs"});
        add(&R::between, kNorm, {"norm"});
        add(&R::between, kSet, {"set"});
        return made;
    }();
    const auto found = table.constFind(name.toString());
    return found != table.cend() ? std::optional(*found) : std::nullopt;
}

MathNode MathReader::fraction(int form) {
    MathNode node = make(Kind::Fraction);
    node.atom = AtomClass::Inner;
    node.barred = (form & kBinomial) == 0;
    node.fixedLevel = (form & (kDisplayed | kSmall)) != 0;
    node.level = (form & kDisplayed) != 0 ? MathLevel::Display : MathLevel::Text;
    node.parts.push_back(readArgument());
    node.parts.push_back(readArgument());
    if (node.barred) {
        return node;
    }
    MathNode fence = make(Kind::Fence);
    fence.delimiters = {U'(', U')'};
    fence.parts.push_back(std::move(node));
    return fence;
}

MathNode MathReader::root(int) {
    MathNode node = make(Kind::Root);
    MathNode degree;
    skipSpaces();
    if (take(u'[')) {
        degree = readList(Stop::Bracket);
        if (!take(u']')) {
            return fail(QStringLiteral("unclosed bracket"));
        }
    }
    node.parts.push_back(readArgument());
    node.parts.push_back(std::move(degree));
    return node;
}

MathNode MathReader::accent(int accent) {
    MathNode node = make(Kind::Accent);
    node.accent = static_cast<MathAccent>(accent);
    node.parts.push_back(readArgument());
    if (node.accent == MathAccent::Frame) {
        node.atom = AtomClass::Inner;
    }
    return node;
}

/// A brace takes what is raised or lowered at it as its label.
MathNode MathReader::brace(int accent) {
    MathNode node = this->accent(accent);
    node.limits = MathLimits::Always;
    node.atom = AtomClass::Op;
    return node;
}

MathNode MathReader::faceOfArgument(int face) {
    const MathFace around = std::exchange(m_face, static_cast<MathFace>(face));
    MathNode node = readArgument();
    m_face = around;
    return node;
}

MathNode MathReader::faceOfRest(int face) {
    m_face = static_cast<MathFace>(face);
    return emptyNode();
}

MathNode MathReader::words(int face) {
    return readWords(static_cast<MathFace>(face));
}

MathNode MathReader::operatorName(int) {
    const bool limits = take(u'*');
    MathNode node = faceOfArgument(static_cast<int>(MathFace::Roman));
    node.atom = AtomClass::Op;
    node.limits = limits ? MathLimits::Display : MathLimits::Side;
    return node;
}

MathNode MathReader::fence(int) {
    MathNode node = make(Kind::Fence);
    node.atom = AtomClass::Inner;
    node.delimiters.push_back(readDelimiter());
    while (!m_failed) {
        node.parts.push_back(readList(Stop::Right));
        const bool last = peekCommand() == u"right";
        if (!takeCommand(u"right") && !takeCommand(u"middle")) {
            return fail(QStringLiteral("\\left without \\right"));
        }
        node.delimiters.push_back(readDelimiter());
        if (last) {
            break;
        }
    }
    return node;
}

MathNode MathReader::bigDelimiter(int sizeAndClass) {
    MathNode node = make(Kind::Delimiter);
    node.symbol = readDelimiter();
    node.size = static_cast<quint8>(sizeAndClass / 16);
    node.atom = static_cast<AtomClass>(sizeAndClass % 16);
    return node;
}

MathNode MathReader::level(int level) {
    MathNode node = make(Kind::Level);
    node.level = static_cast<MathLevel>(level);
    return node;
}

MathNode MathReader::space(int mu) {
    MathNode node = make(Kind::Space);
    node.space = mu / 18.0;
    return node;
}

/// \hspace{1em} and \kern 2pt; what is beyond a few em is cut off.
MathNode MathReader::spaceByLength(int) {
    take(u'*');
    skipSpaces();
    QString length;
    if (peek() == u'{') {
        length = readRaw().trimmed().toString();
    } else {
        while (!atEnd() && length.size() < 12 && peek().unicode() < 128 &&
               (peek().isDigit() || peek() == u'.' || peek() == u'-' ||
                (peek().isLetter() && !(length.size() >= 2 && length.back().isLetter() &&
                                        length.at(length.size() - 2).isLetter())))) {
            length += peek();
            ++m_at;
        }
    }
    struct Unit {
        const char16_t* name;
        double em;
    };
    static constexpr Unit kUnits[] = {{u"em", 1},      {u"ex", 0.45},  {u"mu", 1 / 18.0},
                                      {u"pt", 0.1},    {u"px", 0.075}, {u"cm", 2.845},
                                      {u"mm", 0.2845}, {u"in", 7.227}};
    for (const Unit& unit : kUnits) {
        bool isNumber = false;
        const double number = QStringView(length)
                                  .chopped(qMin<qsizetype>(2, length.size()))
                                  .trimmed()
                                  .toDouble(&isNumber);
        if (length.endsWith(QStringView(unit.name)) && isNumber) {
            MathNode node = make(Kind::Space);
            node.space = qBound(-2.0, number * unit.em, 20.0);
            return node;
        }
    }
    return fail(QStringLiteral("not a length: '%1'").arg(length));
}

MathNode MathReader::atomOfArgument(int atom) {
    MathNode node = readArgument();
    node.atom = static_cast<AtomClass>(atom);
    node.limits = node.atom == AtomClass::Op ? MathLimits::Display : MathLimits::Side;
    return node;
}

MathNode MathReader::stack(int form) {
    MathNode mark = readArgument();
    MathNode node = make(Kind::Scripts);
    MathNode base = readArgument();
    node.limits = MathLimits::Always;
    node.atom = form == kRelation        ? AtomClass::Rel
                : base.parts.size() == 1 ? base.parts.front().atom
                                         : AtomClass::Ord;
    node.parts.push_back(std::move(base));
    node.parts.push_back(form == kUnder ? std::move(mark) : MathNode());
    node.parts.push_back(form == kUnder ? MathNode() : std::move(mark));
    return node;
}

MathNode MathReader::arrow(int symbol) {
    MathNode node = make(Kind::Arrow);
    node.atom = AtomClass::Rel;
    node.symbol = static_cast<char32_t>(symbol);
    MathNode below;
    skipSpaces();
    if (take(u'[')) {
        below = readList(Stop::Bracket);
        if (!take(u']')) {
            return fail(QStringLiteral("unclosed bracket"));
        }
    }
    node.parts.push_back(readArgument());
    node.parts.push_back(std::move(below));
    return node;
}

MathNode MathReader::phantom(int form) {
    MathNode node = make(Kind::Accent);
    node.accent = MathAccent::Phantom;
    node.size = static_cast<quint8>(form == kStrut ? kUpright : form);
    if (form == kStrut) {
        MathNode group = make(Kind::Group);
        group.parts.push_back(symbolNode(U'(', AtomClass::Open));
        node.parts.push_back(std::move(group));
    } else {
        node.parts.push_back(readArgument());
    }
    return node;
}

MathNode MathReader::plainGroup(int) {
    readOptional();
    return readArgument();
}

MathNode MathReader::ignored(int arguments) {
    for (int i = 0; i < arguments; ++i) {
        take(u'*');
        readOptional();
        readRaw();
    }
    return emptyNode();
}

MathNode MathReader::colored(int) {
    ignored(1);
    return readArgument();
}

MathNode MathReader::negated(int) {
    MathNode argument = readArgument();
    if (argument.parts.size() != 1) {
        return fail(QStringLiteral("\\not before nothing"));
    }
    MathNode& only = argument.parts.front();
    const auto one = only.kind == Kind::Symbol ? negatedSymbol(only.symbol) : std::nullopt;
    if (one) {
        only.symbol = *one;
        return std::move(only);
    }
    MathNode node = make(Kind::Accent);
    node.accent = MathAccent::Slash;
    node.atom = only.atom;
    node.parts.push_back(std::move(argument));
    return node;
}

MathNode MathReader::modulo(int form) {
    MathNode word = make(Kind::Text);
    word.face = MathFace::Roman;
    word.text = QStringLiteral("mod");
    if (form == kBinary) {
        word.atom = AtomClass::Bin;
        return word;
    }
    MathNode group = make(Kind::Group);
    group.parts.push_back(space(form == kSpaced ? 12 : 8));
    if (form == kParenthesised) {
        group.parts.push_back(symbolNode(U'(', AtomClass::Open));
    }
    group.parts.push_back(std::move(word));
    group.parts.push_back(space(6));
    group.parts.push_back(readArgument());
    if (form == kParenthesised) {
        group.parts.push_back(symbolNode(U')', AtomClass::Close));
    }
    return group;
}

MathNode MathReader::tag(int) {
    MathNode node = make(Kind::Tag);
    node.size = take(u'*') ? 0 : 1;
    node.parts.push_back(readWords(MathFace::Roman));
    return node;
}

MathNode MathReader::between(int form) {
    struct Pair {
        char32_t left;
        char32_t right;
    };
    static constexpr Pair kPairs[] = {{U'⟨', U'|'}, {U'|', U'⟩'}, {U'⟨', U'⟩'},
                                      {U'|', U'|'}, {U'‖', U'‖'}, {U'{', U'}'}};
    MathNode node = make(Kind::Fence);
    node.atom = AtomClass::Inner;
    node.delimiters = {kPairs[form].left, kPairs[form].right};
    node.parts.push_back(readArgument());
    return node;
}

} // namespace phidelity
