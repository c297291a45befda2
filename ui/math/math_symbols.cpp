// SPDX-License-Identifier: MIT
#include "ui/math/math_symbols.h"

#include <QHash>

namespace phidelity {

namespace {

using enum AtomClass;

struct Named {
    const char* name;
    char32_t symbol;
    AtomClass atom;
};

// clang-format off
constexpr Named kNamed[] = {
    // Greek
    {"alpha", U'α', Ord}, {"beta", U'β', Ord}, {"gamma", U'γ', Ord}, {"delta", U'δ', Ord},
    {"epsilon", U'ϵ', Ord}, {"varepsilon", U'ε', Ord}, {"zeta", U'ζ', Ord}, {"eta", U'η', Ord},
    {"theta", U'θ', Ord}, {"vartheta", U'ϑ', Ord}, {"iota", U'ι', Ord}, {"kappa", U'κ', Ord},
    {"varkappa", U'ϰ', Ord}, {"lambda", U'λ', Ord}, {"mu", U'μ', Ord}, {"nu", U'ν', Ord},
    {"xi", U'ξ', Ord}, {"omicron", U'ο', Ord}, {"pi", U'π', Ord}, {"varpi", U'ϖ', Ord},
    {"rho", U'ρ', Ord}, {"varrho", U'ϱ', Ord}, {"sigma", U'σ', Ord}, {"varsigma", U'ς', Ord},
    {"tau", U'τ', Ord}, {"upsilon", U'υ', Ord}, {"phi", U'ϕ', Ord}, {"varphi", U'φ', Ord},
    {"chi", U'χ', Ord}, {"psi", U'ψ', Ord}, {"omega", U'ω', Ord}, {"digamma", U'ϝ', Ord},
    {"Alpha", U'Α', Ord}, {"Beta", U'Β', Ord}, {"Gamma", U'Γ', Ord}, {"Delta", U'Δ', Ord},
    {"Epsilon", U'Ε', Ord}, {"Zeta", U'Ζ', Ord}, {"Eta", U'Η', Ord}, {"Theta", U'Θ', Ord},
    {"Iota", U'Ι', Ord}, {"Kappa", U'Κ', Ord}, {"Lambda", U'Λ', Ord}, {"Mu", U'Μ', Ord},
    {"Nu", U'Ν', Ord}, {"Xi", U'Ξ', Ord}, {"Omicron", U'Ο', Ord}, {"Pi", U'Π', Ord},
    {"Rho", U'Ρ', Ord}, {"Sigma", U'Σ', Ord}, {"Tau", U'Τ', Ord}, {"Upsilon", U'Υ', Ord},
    {"Phi", U'Φ', Ord}, {"Chi", U'Χ', Ord}, {"Psi", U'Ψ', Ord}, {"Omega", U'Ω', Ord},
    {"varGamma", U'Γ', Ord}, {"varDelta", U'Δ', Ord}, {"varTheta", U'Θ', Ord},
    {"varLambda", U'Λ', Ord}, {"varSigma", U'Σ', Ord}, {"varPhi", U'Φ', Ord},
    {"varOmega", U'Ω', Ord},

    // Letters and signs
    {"N", U'ℕ', Ord}, {"Z", U'ℤ', Ord}, {"Q", U'ℚ', Ord}, {"R", U'ℝ', Ord}, {"C", U'ℂ', Ord},
    {"hbar", U'ℏ', Ord}, {"hslash", U'ℏ', Ord}, {"ell", U'ℓ', Ord}, {"imath", U'ı', Ord},
    {"jmath", U'ȷ', Ord}, {"wp", U'℘', Ord}, {"Re", U'ℜ', Ord}, {"Im", U'ℑ', Ord},
    {"aleph", U'ℵ', Ord}, {"beth", U'ℶ', Ord}, {"gimel", U'ℷ', Ord}, {"daleth", U'ℸ', Ord},
    {"partial", U'∂', Ord}, {"nabla", U'∇', Ord}, {"infty", U'∞', Ord}, {"eth", U'ð', Ord},
    {"emptyset", U'∅', Ord}, {"varnothing", U'∅', Ord}, {"forall", U'∀', Ord},
    {"exists", U'∃', Ord}, {"nexists", U'∄', Ord}, {"neg", U'¬', Ord}, {"lnot", U'¬', Ord},
    {"top", U'⊤', Ord}, {"bot", U'⊥', Ord}, {"angle", U'∠', Ord}, {"measuredangle", U'∡', Ord},
    {"sphericalangle", U'∢', Ord}, {"triangle", U'△', Ord}, {"triangledown", U'▽', Ord},
    {"blacktriangle", U'▲', Ord}, {"blacktriangledown", U'▼', Ord}, {"square", U'□', Ord},
    {"Box", U'□', Ord}, {"blacksquare", U'■', Ord}, {"qed", U'∎', Ord}, {"Diamond", U'◇', Ord},
    {"lozenge", U'◊', Ord}, {"blacklozenge", U'⧫', Ord}, {"bigstar", U'★', Ord},
    {"clubsuit", U'♣', Ord}, {"diamondsuit", U'♢', Ord}, {"heartsuit", U'♡', Ord},
    {"spadesuit", U'♠', Ord}, {"flat", U'♭', Ord}, {"natural", U'♮', Ord}, {"sharp", U'♯', Ord},
    {"surd", U'√', Ord}, {"prime", U'′', Ord}, {"backprime", U'‵', Ord}, {"degree", U'°', Ord},
    {"dagger", U'†', Bin}, {"ddagger", U'‡', Bin}, {"dag", U'†', Ord}, {"ddag", U'‡', Ord},
    {"S", U'§', Ord}, {"P", U'¶', Ord}, {"copyright", U'©', Ord}, {"circledR", U'®', Ord},
    {"pounds", U'£', Ord}, {"yen", U'¥', Ord}, {"euro", U'€', Ord}, {"mho", U'℧', Ord},
    {"complement", U'∁', Ord}, {"checkmark", U'✓', Ord}, {"maltese", U'✠', Ord},
    {"backslash", U'\\', Ord}, {"vert", U'|', Ord}, {"Vert", U'‖', Ord}, {"|", U'‖', Ord},
    {"ldots", U'…', Inner}, {"dots", U'…', Inner}, {"dotsc", U'…', Inner}, {"dotso", U'…', Inner},
    {"cdots", U'⋯', Inner}, {"dotsb", U'⋯', Inner}, {"dotsm", U'⋯', Inner},
    {"dotsi", U'⋯', Inner}, {"vdots", U'⋮', Ord}, {"ddots", U'⋱', Inner}, {"iddots", U'⋰', Inner},
    {"adots", U'⋰', Inner}, {"colon", U':', Punct}, {"ldotp", U'.', Punct},
    {"cdotp", U'·', Punct}, {"#", U'#', Ord}, {"%", U'%', Ord}, {"&", U'&', Ord},
    {"$", U'$', Ord}, {"_", U'_', Ord}, {"lq", U'‘', Ord}, {"rq", U'’', Ord},
    {"AA", U'Å', Ord}, {"O", U'Ø', Ord}, {"o", U'ø', Ord}, {"ss", U'ß', Ord}, {"i", U'ı', Ord},
    {"therefore", U'∴', Rel}, {"because", U'∵', Rel},

    // Operators between two things
    {"pm", U'±', Bin}, {"mp", U'∓', Bin}, {"times", U'×', Bin}, {"div", U'÷', Bin},
    {"cdot", U'⋅', Bin}, {"ast", U'∗', Bin}, {"star", U'⋆', Bin}, {"circ", U'∘', Bin},
    {"bullet", U'∙', Bin}, {"cap", U'∩', Bin}, {"cup", U'∪', Bin}, {"uplus", U'⊎', Bin},
    {"sqcap", U'⊓', Bin}, {"sqcup", U'⊔', Bin}, {"vee", U'∨', Bin}, {"lor", U'∨', Bin},
    {"wedge", U'∧', Bin}, {"land", U'∧', Bin}, {"setminus", U'∖', Bin},
    {"smallsetminus", U'∖', Bin}, {"wr", U'≀', Bin}, {"diamond", U'⋄', Bin},
    {"bigtriangleup", U'△', Bin}, {"bigtriangledown", U'▽', Bin}, {"triangleleft", U'◁', Bin},
    {"triangleright", U'▷', Bin}, {"oplus", U'⊕', Bin}, {"ominus", U'⊖', Bin},
    {"otimes", U'⊗', Bin}, {"oslash", U'⊘', Bin}, {"odot", U'⊙', Bin}, {"circledast", U'⊛', Bin},
    {"circledcirc", U'⊚', Bin}, {"circleddash", U'⊝', Bin}, {"boxplus", U'⊞', Bin},
    {"boxminus", U'⊟', Bin}, {"boxtimes", U'⊠', Bin}, {"boxdot", U'⊡', Bin}, {"bigcirc", U'○', Bin},
    {"amalg", U'⨿', Bin}, {"ltimes", U'⋉', Bin}, {"rtimes", U'⋊', Bin},
    {"leftthreetimes", U'⋋', Bin}, {"rightthreetimes", U'⋌', Bin}, {"curlyvee", U'⋎', Bin},
    {"curlywedge", U'⋏', Bin}, {"barwedge", U'⊼', Bin}, {"veebar", U'⊻', Bin},
    {"doublebarwedge", U'⩞', Bin}, {"dotplus", U'∔', Bin}, {"divideontimes", U'⋇', Bin},
    {"intercal", U'⊺', Bin}, {"Cap", U'⋒', Bin}, {"Cup", U'⋓', Bin}, {"centerdot", U'⋅', Bin},

    // Relations
    {"leq", U'≤', Rel}, {"le", U'≤', Rel}, {"geq", U'≥', Rel}, {"ge", U'≥', Rel},
    {"neq", U'≠', Rel}, {"ne", U'≠', Rel}, {"lt", U'<', Rel}, {"gt", U'>', Rel},
    {"leqslant", U'⩽', Rel}, {"geqslant", U'⩾', Rel}, {"leqq", U'≦', Rel}, {"geqq", U'≧', Rel},
    {"ll", U'≪', Rel}, {"gg", U'≫', Rel}, {"lll", U'⋘', Rel}, {"ggg", U'⋙', Rel},
    {"lesssim", U'≲', Rel}, {"gtrsim", U'≳', Rel}, {"lessgtr", U'≶', Rel}, {"gtrless", U'≷', Rel},
    {"nless", U'≮', Rel}, {"ngtr", U'≯', Rel}, {"nleq", U'≰', Rel}, {"ngeq", U'≱', Rel},
    {"equiv", U'≡', Rel}, {"sim", U'∼', Rel}, {"simeq", U'≃', Rel}, {"approx", U'≈', Rel},
    {"approxeq", U'≊', Rel}, {"cong", U'≅', Rel}, {"ncong", U'≇', Rel}, {"nsim", U'≁', Rel},
    {"doteq", U'≐', Rel}, {"doteqdot", U'≑', Rel}, {"triangleq", U'≜', Rel}, {"coloneqq", U'≔', Rel},
    {"coloneq", U'≔', Rel}, {"eqqcolon", U'≕', Rel}, {"eqcirc", U'≖', Rel}, {"circeq", U'≗', Rel},
    {"bumpeq", U'≏', Rel}, {"Bumpeq", U'≎', Rel}, {"asymp", U'≍', Rel}, {"propto", U'∝', Rel},
    {"varpropto", U'∝', Rel}, {"in", U'∈', Rel}, {"notin", U'∉', Rel}, {"ni", U'∋', Rel},
    {"owns", U'∋', Rel}, {"subset", U'⊂', Rel}, {"supset", U'⊃', Rel}, {"subseteq", U'⊆', Rel},
    {"supseteq", U'⊇', Rel}, {"subsetneq", U'⊊', Rel}, {"supsetneq", U'⊋', Rel},
    {"nsubseteq", U'⊈', Rel}, {"nsupseteq", U'⊉', Rel}, {"Subset", U'⋐', Rel},
    {"Supset", U'⋑', Rel}, {"sqsubset", U'⊏', Rel}, {"sqsupset", U'⊐', Rel},
    {"sqsubseteq", U'⊑', Rel}, {"sqsupseteq", U'⊒', Rel}, {"prec", U'≺', Rel}, {"succ", U'≻', Rel},
    {"preceq", U'≼', Rel}, {"succeq", U'≽', Rel}, {"preccurlyeq", U'≼', Rel},
    {"succcurlyeq", U'≽', Rel}, {"nprec", U'⊀', Rel}, {"nsucc", U'⊁', Rel}, {"precsim", U'≾', Rel},
    {"succsim", U'≿', Rel}, {"vdash", U'⊢', Rel}, {"dashv", U'⊣', Rel}, {"models", U'⊨', Rel},
    {"vDash", U'⊨', Rel}, {"Vdash", U'⊩', Rel}, {"Vvdash", U'⊪', Rel}, {"nvdash", U'⊬', Rel},
    {"nvDash", U'⊭', Rel}, {"mid", U'∣', Rel}, {"nmid", U'∤', Rel}, {"parallel", U'∥', Rel},
    {"nparallel", U'∦', Rel}, {"perp", U'⊥', Rel}, {"smile", U'⌣', Rel}, {"frown", U'⌢', Rel},
    {"bowtie", U'⋈', Rel}, {"Join", U'⋈', Rel}, {"between", U'≬', Rel}, {"pitchfork", U'⋔', Rel},
    {"vartriangleleft", U'⊲', Rel}, {"vartriangleright", U'⊳', Rel}, {"lhd", U'⊲', Bin},
    {"rhd", U'⊳', Bin}, {"unlhd", U'⊴', Bin}, {"unrhd", U'⊵', Bin}, {"trianglelefteq", U'⊴', Rel},
    {"trianglerighteq", U'⊵', Rel}, {"ntriangleleft", U'⋪', Rel}, {"ntriangleright", U'⋫', Rel},
    {"backsim", U'∽', Rel}, {"thicksim", U'∼', Rel}, {"thickapprox", U'≈', Rel},

    // Arrows
    {"to", U'→', Rel}, {"rightarrow", U'→', Rel}, {"gets", U'←', Rel}, {"leftarrow", U'←', Rel},
    {"leftrightarrow", U'↔', Rel}, {"uparrow", U'↑', Rel}, {"downarrow", U'↓', Rel},
    {"updownarrow", U'↕', Rel}, {"Rightarrow", U'⇒', Rel}, {"Leftarrow", U'⇐', Rel},
    {"Leftrightarrow", U'⇔', Rel}, {"Uparrow", U'⇑', Rel}, {"Downarrow", U'⇓', Rel},
    {"Updownarrow", U'⇕', Rel}, {"longrightarrow", U'⟶', Rel}, {"longleftarrow", U'⟵', Rel},
    {"longleftrightarrow", U'⟷', Rel}, {"Longrightarrow", U'⟹', Rel},
    {"Longleftarrow", U'⟸', Rel}, {"Longleftrightarrow", U'⟺', Rel}, {"mapsto", U'↦', Rel},
    {"implies", U'⟹', Rel}, {"impliedby", U'⟸', Rel}, {"iff", U'⟺', Rel},
    {"longmapsto", U'⟼', Rel}, {"nearrow", U'↗', Rel}, {"searrow", U'↘', Rel},
    {"swarrow", U'↙', Rel}, {"nwarrow", U'↖', Rel}, {"hookrightarrow", U'↪', Rel},
    {"hookleftarrow", U'↩', Rel}, {"rightharpoonup", U'⇀', Rel}, {"rightharpoondown", U'⇁', Rel},
    {"leftharpoonup", U'↼', Rel}, {"leftharpoondown", U'↽', Rel},
    {"rightleftharpoons", U'⇌', Rel}, {"leftrightharpoons", U'⇋', Rel},
    {"rightleftarrows", U'⇄', Rel}, {"leftrightarrows", U'⇆', Rel},
    {"rightrightarrows", U'⇉', Rel}, {"leftleftarrows", U'⇇', Rel}, {"upuparrows", U'⇈', Rel},
    {"downdownarrows", U'⇊', Rel}, {"twoheadrightarrow", U'↠', Rel},
    {"twoheadleftarrow", U'↞', Rel}, {"rightarrowtail", U'↣', Rel}, {"leftarrowtail", U'↢', Rel},
    {"leadsto", U'⇝', Rel}, {"rightsquigarrow", U'⇝', Rel}, {"leftrightsquigarrow", U'↭', Rel},
    {"dashrightarrow", U'⇢', Rel}, {"dashleftarrow", U'⇠', Rel}, {"Rrightarrow", U'⇛', Rel},
    {"Lleftarrow", U'⇚', Rel}, {"looparrowright", U'↬', Rel}, {"looparrowleft", U'↫', Rel},
    {"curvearrowright", U'↷', Rel}, {"curvearrowleft", U'↶', Rel},
    {"circlearrowright", U'↻', Rel}, {"circlearrowleft", U'↺', Rel},
    {"nrightarrow", U'↛', Rel}, {"nleftarrow", U'↚', Rel}, {"nleftrightarrow", U'↮', Rel},
    {"nRightarrow", U'⇏', Rel}, {"nLeftarrow", U'⇍', Rel}, {"nLeftrightarrow", U'⇎', Rel},
    {"upharpoonright", U'↾', Rel}, {"upharpoonleft", U'↿', Rel}, {"restriction", U'↾', Rel},
    {"downharpoonright", U'⇂', Rel}, {"downharpoonleft", U'⇃', Rel}, {"multimap", U'⊸', Rel},

    // Delimiters
    {"{", U'{', Open}, {"lbrace", U'{', Open}, {"}", U'}', Close}, {"rbrace", U'}', Close},
    {"lbrack", U'[', Open}, {"rbrack", U']', Close}, {"lparen", U'(', Open},
    {"rparen", U')', Close}, {"langle", U'⟨', Open}, {"rangle", U'⟩', Close},
    {"lfloor", U'⌊', Open}, {"rfloor", U'⌋', Close}, {"lceil", U'⌈', Open}, {"rceil", U'⌉', Close},
    {"lvert", U'|', Open}, {"rvert", U'|', Close}, {"lVert", U'‖', Open}, {"rVert", U'‖', Close},
    {"llbracket", U'⟦', Open}, {"rrbracket", U'⟧', Close}, {"ulcorner", U'⌜', Open},
    {"urcorner", U'⌝', Close}, {"llcorner", U'⌞', Open}, {"lrcorner", U'⌟', Close},
    {"lgroup", U'(', Open}, {"rgroup", U')', Close},

    // Large operators
    {"sum", U'∑', Op}, {"prod", U'∏', Op}, {"coprod", U'∐', Op}, {"bigcup", U'⋃', Op},
    {"bigcap", U'⋂', Op}, {"bigvee", U'⋁', Op}, {"bigwedge", U'⋀', Op}, {"bigoplus", U'⨁', Op},
    {"bigotimes", U'⨂', Op}, {"bigodot", U'⨀', Op}, {"biguplus", U'⨄', Op},
    {"bigsqcup", U'⨆', Op}, {"int", U'∫', Op}, {"iint", U'∬', Op}, {"iiint", U'∭', Op},
    {"iiiint", U'⨌', Op}, {"oint", U'∮', Op}, {"oiint", U'∯', Op}, {"oiiint", U'∰', Op},
    {"smallint", U'∫', Op}, {"intop", U'∫', Op},
};

struct NamedFunction {
    const char* name;
    const char* shown;
    MathLimits limits;
};
constexpr auto kSide = MathLimits::Side;
constexpr auto kUnder = MathLimits::Display;
constexpr NamedFunction kFunctions[] = {
    {"sin", "sin", kSide}, {"cos", "cos", kSide}, {"tan", "tan", kSide}, {"cot", "cot", kSide},
    {"sec", "sec", kSide}, {"csc", "csc", kSide}, {"arcsin", "arcsin", kSide},
    {"arccos", "arccos", kSide}, {"arctan", "arctan", kSide}, {"arccot", "arccot", kSide},
    {"arcsec", "arcsec", kSide}, {"arccsc", "arccsc", kSide}, {"sinh", "sinh", kSide},
    {"cosh", "cosh", kSide}, {"tanh", "tanh", kSide}, {"coth", "coth", kSide},
    {"sech", "sech", kSide}, {"csch", "csch", kSide}, {"arsinh", "arsinh", kSide},
    {"arcosh", "arcosh", kSide}, {"artanh", "artanh", kSide}, {"log", "log", kSide},
    {"ln", "ln", kSide}, {"lg", "lg", kSide}, {"exp", "exp", kSide}, {"arg", "arg", kSide},
    {"deg", "deg", kSide}, {"dim", "dim", kSide}, {"hom", "hom", kSide}, {"ker", "ker", kSide},
    {"tr", "tr", kSide}, {"rank", "rank", kSide}, {"sgn", "sgn", kSide}, {"lcm", "lcm", kSide},
    {"Var", "Var", kSide}, {"Cov", "Cov", kSide}, {"lim", "lim", kUnder},
    {"limsup", "lim sup", kUnder}, {"liminf", "lim inf", kUnder}, {"max", "max", kUnder},
    {"min", "min", kUnder}, {"sup", "sup", kUnder}, {"inf", "inf", kUnder}, {"det", "det", kUnder},
    {"gcd", "gcd", kUnder}, {"Pr", "Pr", kUnder}, {"argmax", "arg max", kUnder},
    {"argmin", "arg min", kUnder}, {"injlim", "inj lim", kUnder}, {"projlim", "proj lim", kUnder},
};

constexpr std::pair<char32_t, char32_t> kNegated[] = {
    {U'=', U'≠'}, {U'<', U'≮'}, {U'>', U'≯'}, {U'≤', U'≰'}, {U'≥', U'≱'}, {U'≡', U'≢'},
    {U'∼', U'≁'}, {U'≃', U'≄'}, {U'≈', U'≉'}, {U'≅', U'≇'}, {U'∈', U'∉'}, {U'∋', U'∌'},
    {U'⊂', U'⊄'}, {U'⊃', U'⊅'}, {U'⊆', U'⊈'}, {U'⊇', U'⊉'}, {U'≺', U'⊀'}, {U'≻', U'⊁'},
    {U'⊢', U'⊬'}, {U'⊨', U'⊭'}, {U'∣', U'∤'}, {U'|', U'∤'}, {U'∥', U'∦'}, {U'∃', U'∄'},
    {U'→', U'↛'}, {U'←', U'↚'}, {U'↔', U'↮'}, {U'⇒', U'⇏'}, {U'⇐', U'⇍'}, {U'⇔', U'⇎'},
    {U'⊑', U'⋢'}, {U'⊒', U'⋣'}, {U'⊲', U'⋪'}, {U'⊳', U'⋫'},
};
// clang-format on

/// Integrals carry their limits at the side, the other large operators above and below.
MathLimits limitsOf(const Named& named) {
    const bool integral = (named.symbol >= U'∫' && named.symbol <= U'∳') || named.symbol == U'⨌';
    return named.atom == Op && !integral ? MathLimits::Display : MathLimits::Side;
}

const QHash<QString, MathSymbol>& symbols() {
    static const auto table = [] {
        QHash<QString, MathSymbol> made;
        for (const Named& named : kNamed) {
            made.insert(QString::fromUtf8(named.name), {named.symbol, named.atom, limitsOf(named)});
        }
        return made;
    }();
    return table;
}

const QHash<char32_t, MathSymbol>& characters() {
    static const auto table = [] {
        QHash<char32_t, MathSymbol> made;
        // Backwards, so that of two names for a character the first says what it is.
        for (auto named = std::rbegin(kNamed); named != std::rend(kNamed); ++named) {
            made.insert(named->symbol, {named->symbol, named->atom, limitsOf(*named)});
        }
        for (const auto& [plain, negated] : kNegated) {
            made.insert(negated, {negated, Rel, MathLimits::Side});
        }
        const auto set = [&made](char32_t typed, char32_t symbol, AtomClass atom) {
            made.insert(typed, {symbol, atom, MathLimits::Side});
        };
        set(U'+', U'+', Bin);
        set(U'-', U'−', Bin);
        set(U'−', U'−', Bin);
        set(U'*', U'∗', Bin);
        set(U'·', U'⋅', Bin);
        set(U'=', U'=', Rel);
        set(U'<', U'<', Rel);
        set(U'>', U'>', Rel);
        set(U':', U':', Rel);
        set(U'(', U'(', Open);
        set(U'[', U'[', Open);
        set(U')', U')', Close);
        set(U']', U']', Close);
        set(U'!', U'!', Close);
        set(U'?', U'?', Close);
        set(U',', U',', Punct);
        set(U';', U';', Punct);
        set(U'|', U'|', Ord);
        set(U'/', U'/', Ord);
        set(U'.', U'.', Ord);
        set(U'∄', U'∄', Ord);
        set(U'⊥', U'⊥', Ord);
        set(U'`', U'‘', Ord);
        return made;
    }();
    return table;
}

} // namespace

std::optional<MathSymbol> mathSymbol(QStringView command) {
    const auto found = symbols().constFind(command.toString());
    return found != symbols().cend() ? std::optional(*found) : std::nullopt;
}

MathSymbol mathCharacter(char32_t character) {
    return characters().value(character, {character, Ord, MathLimits::Side});
}

std::optional<MathFunction> mathFunction(QStringView command) {
    for (const NamedFunction& function : kFunctions) {
        if (command == QLatin1StringView(function.name)) {
            return MathFunction{QString::fromLatin1(function.shown), function.limits};
        }
    }
    return std::nullopt;
}

std::optional<char32_t> mathDelimiter(QStringView name) {
    if (name == u".") {
        return U'\0';
    }
    if (name == u"<" || name == u"⟨") {
        return U'⟨';
    }
    if (name == u">" || name == u"⟩") {
        return U'⟩';
    }
    if (name.size() == 1 && QStringView(u"()[]|/‖⌊⌋⌈⌉↑↓↕⟦⟧").contains(name.front())) {
        return name.front().unicode();
    }
    const auto symbol = mathSymbol(name);
    const QStringView others = u"|‖\\↑↓↕⇑⇓⇕";
    const bool delimits =
        symbol && (symbol->atom == Open || symbol->atom == Close ||
                   (symbol->symbol < 0x10000 && others.contains(QChar(symbol->symbol))));
    return delimits ? std::optional(symbol->symbol) : std::nullopt;
}

std::optional<char32_t> negatedSymbol(char32_t symbol) {
    for (const auto& [plain, negated] : kNegated) {
        if (plain == symbol) {
            return negated;
        }
    }
    return std::nullopt;
}

char32_t alphabetCharacter(char32_t letter, MathFace face) {
    struct Hole {
        MathFace face;
        char32_t letter;
        char32_t symbol;
    };
    // Unicode had these before it made the alphabets.
    static constexpr Hole kHoles[] = {
        {MathFace::Blackboard, U'C', U'ℂ'},   {MathFace::Blackboard, U'H', U'ℍ'},
        {MathFace::Blackboard, U'N', U'ℕ'},   {MathFace::Blackboard, U'P', U'ℙ'},
        {MathFace::Blackboard, U'Q', U'ℚ'},   {MathFace::Blackboard, U'R', U'ℝ'},
        {MathFace::Blackboard, U'Z', U'ℤ'},   {MathFace::Calligraphic, U'B', U'ℬ'},
        {MathFace::Calligraphic, U'E', U'ℰ'}, {MathFace::Calligraphic, U'F', U'ℱ'},
        {MathFace::Calligraphic, U'H', U'ℋ'}, {MathFace::Calligraphic, U'I', U'ℐ'},
        {MathFace::Calligraphic, U'L', U'ℒ'}, {MathFace::Calligraphic, U'M', U'ℳ'},
        {MathFace::Calligraphic, U'R', U'ℛ'}, {MathFace::Calligraphic, U'e', U'ℯ'},
        {MathFace::Calligraphic, U'g', U'ℊ'}, {MathFace::Calligraphic, U'o', U'ℴ'},
        {MathFace::Fraktur, U'C', U'ℭ'},      {MathFace::Fraktur, U'H', U'ℌ'},
        {MathFace::Fraktur, U'I', U'ℑ'},      {MathFace::Fraktur, U'R', U'ℜ'},
        {MathFace::Fraktur, U'Z', U'ℨ'},
    };
    for (const Hole& hole : kHoles) {
        if (hole.face == face && hole.letter == letter) {
            return hole.symbol;
        }
    }
    struct Alphabet {
        MathFace face;
        char32_t upper;
        char32_t lower;
        char32_t digits;
    };
    static constexpr Alphabet kAlphabets[] = {
        {MathFace::Blackboard, 0x1D538, 0x1D552, 0x1D7D8},
        {MathFace::Calligraphic, 0x1D49C, 0x1D4B6, 0},
        {MathFace::Fraktur, 0x1D504, 0x1D51E, 0},
    };
    for (const Alphabet& alphabet : kAlphabets) {
        if (alphabet.face != face) {
            continue;
        }
        if (letter >= U'A' && letter <= U'Z') {
            return alphabet.upper + (letter - U'A');
        }
        if (letter >= U'a' && letter <= U'z') {
            return alphabet.lower + (letter - U'a');
        }
        if (letter >= U'0' && letter <= U'9' && alphabet.digits != 0) {
            return alphabet.digits + (letter - U'0');
        }
    }
    return 0;
}

} // namespace phidelity
