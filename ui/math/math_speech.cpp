// SPDX-License-Identifier: MIT
#include "ui/math/math_speech.h"

#include <QStringList>
#include <utility>

namespace phidelity {

using Kind = MathNode::Kind;

namespace {

constexpr qsizetype kMaxSpoken = 2000;

QString nameOf(char32_t symbol) {
    static constexpr std::pair<char32_t, const char*> kNames[] = {
        {U'+', "plus"},
        {U'−', "minus"},
        {U'=', "equals"},
        {U'⋅', "times"},
        {U'×', "times"},
        {U'∗', "star"},
        {U'/', "over"},
        {U'÷', "divided by"},
        {U'±', "plus or minus"},
        {U'∓', "minus or plus"},
        {U'<', "is less than"},
        {U'>', "is greater than"},
        {U'≤', "is at most"},
        {U'≥', "is at least"},
        {U'≠', "is not equal to"},
        {U'≈', "is about"},
        {U'≡', "is congruent to"},
        {U'∼', "is similar to"},
        {U'∝', "is proportional to"},
        {U'∈', "in"},
        {U'∉', "not in"},
        {U'⊂', "is a subset of"},
        {U'⊆', "is a subset of or equal to"},
        {U'∪', "union"},
        {U'∩', "intersection"},
        {U'∧', "and"},
        {U'∨', "or"},
        {U'¬', "not"},
        {U'∀', "for all"},
        {U'∃', "there is"},
        {U'→', "to"},
        {U'⇒', "implies"},
        {U'⟹', "implies"},
        {U'⇔', "if and only if"},
        {U'⟺', "if and only if"},
        {U'↦', "maps to"},
        {U'∞', "infinity"},
        {U'∂', "partial"},
        {U'∇', "nabla"},
        {U'∑', "sum"},
        {U'∏', "product"},
        {U'∫', "integral"},
        {U'∮', "contour integral"},
        {U'∬', "double integral"},
        {U'∅', "empty set"},
        {U'′', "prime"},
        {U'!', "factorial"},
        {U'∣', "given"},
        {U'|', "bar"},
        {U'‖', "norm bar"},
        {U'…', "and so on"},
        {U'⋯', "and so on"},
        {U'α', "alpha"},
        {U'β', "beta"},
        {U'γ', "gamma"},
        {U'δ', "delta"},
        {U'ϵ', "epsilon"},
        {U'ε', "epsilon"},
        {U'ζ', "zeta"},
        {U'η', "eta"},
        {U'θ', "theta"},
        {U'ι', "iota"},
        {U'κ', "kappa"},
        {U'λ', "lambda"},
        {U'μ', "mu"},
        {U'ν', "nu"},
        {U'ξ', "xi"},
        {U'π', "pi"},
        {U'ρ', "rho"},
        {U'σ', "sigma"},
        {U'τ', "tau"},
        {U'υ', "upsilon"},
        {U'ϕ', "phi"},
        {U'φ', "phi"},
        {U'χ', "chi"},
        {U'ψ', "psi"},
        {U'ω', "omega"},
        {U'Γ', "Gamma"},
        {U'Δ', "Delta"},
        {U'Θ', "Theta"},
        {U'Λ', "Lambda"},
        {U'Ξ', "Xi"},
        {U'Π', "Pi"},
        {U'Σ', "Sigma"},
        {U'Φ', "Phi"},
        {U'Ψ', "Psi"},
        {U'Ω', "Omega"},
        {U'ℏ', "h bar"},
        {U'ℓ', "ell"},
        {U'⊤', "transposed"}};
    for (const auto& [known, name] : kNames) {
        if (known == symbol) {
            return QString::fromLatin1(name);
        }
    }
    return symbol == 0 ? QString() : QString::fromUcs4(&symbol, 1);
}

class Speaker {
public:
    QString run(const MathNode& formula) {
        speak(formula);
        QString spoken = m_words.join(u' ');
        if (spoken.size() > kMaxSpoken) {
            spoken.truncate(kMaxSpoken);
            spoken += u'…';
        }
        return spoken;
    }

private:
    void say(const QString& words) {
        if (!words.isEmpty() && m_size < kMaxSpoken) {
            m_words.append(words);
            m_size += words.size() + 1;
        }
    }

    void speakAll(const MathNode& node, const QString& between = {}) {
        bool first = true;
        QString number;
        for (const MathNode& part : node.parts) {
            // Digits that follow each other are one number.
            const bool digit =
                part.kind == Kind::Symbol && part.symbol >= U'0' && part.symbol <= U'9';
            const bool point = part.kind == Kind::Symbol && part.symbol == U'.';
            if (digit || (point && !number.isEmpty())) {
                number += QChar(static_cast<char16_t>(part.symbol));
                continue;
            }
            say(std::exchange(number, {}));
            if (!std::exchange(first, false)) {
                say(between);
            }
            speak(part);
        }
        say(number);
    }

    static const MathNode* onlySymbol(const MathNode& node) {
        const MathNode* at = &node;
        while (at->kind == Kind::Group && at->parts.size() == 1) {
            at = &at->parts.front();
        }
        return at->kind == Kind::Symbol ? at : nullptr;
    }

    static bool isSimple(const MathNode& node) {
        return onlySymbol(node) != nullptr || node.parts.size() <= 1;
    }

    void speakScripts(const MathNode& node) {
        const MathNode& sub = node.parts[1];
        const MathNode& sup = node.parts[2];
        const MathNode* base = onlySymbol(node.parts[0]);
        const bool large = node.atom == AtomClass::Op;
        speak(node.parts[0]);
        if (!sub.isEmpty()) {
            say(!large          ? QStringLiteral("sub")
                : sup.isEmpty() ? QStringLiteral("over")
                                : QStringLiteral("from"));
            speak(sub);
        }
        if (sup.isEmpty()) {
            return;
        }
        const MathNode* power = onlySymbol(sup);
        if (large && base != nullptr) {
            say(QStringLiteral("to"));
            speak(sup);
            say(QStringLiteral("of"));
        } else if (power != nullptr && (power->symbol == U'2' || power->symbol == U'3')) {
            say(power->symbol == U'2' ? QStringLiteral("squared") : QStringLiteral("cubed"));
        } else if (power != nullptr && (power->symbol == U'′' || power->symbol == U'⊤')) {
            speak(sup);
        } else {
            say(QStringLiteral("to the"));
            speak(sup);
        }
    }

    void speak(const MathNode& node) {
        if (m_size >= kMaxSpoken) {
            return;
        }
        switch (node.kind) {
        case Kind::Symbol:
        case Kind::Delimiter:
            say(nameOf(node.symbol));
            break;
        case Kind::Text:
            say(node.text.trimmed());
            break;
        case Kind::Fraction: {
            const bool long_ = !isSimple(node.parts[0]) || !isSimple(node.parts[1]);
            say(long_ ? QStringLiteral("the fraction") : QString());
            speak(node.parts[0]);
            say(node.barred ? QStringLiteral("over") : QStringLiteral("choose"));
            speak(node.parts[1]);
            say(long_ ? QStringLiteral("end of fraction,") : QString());
            break;
        }
        case Kind::Root:
            if (node.parts[1].isEmpty()) {
                say(QStringLiteral("the square root of"));
            } else {
                say(QStringLiteral("the root of degree"));
                speak(node.parts[1]);
                say(QStringLiteral("of"));
            }
            speak(node.parts[0]);
            say(isSimple(node.parts[0]) ? QString() : QStringLiteral("end of root,"));
            break;
        case Kind::Scripts:
            speakScripts(node);
            break;
        case Kind::Fence: {
            for (size_t i = 0; i < node.parts.size(); ++i) {
                say(nameOf(node.delimiters[i]));
                speak(node.parts[i]);
            }
            say(nameOf(node.delimiters.back()));
            break;
        }
        case Kind::Accent:
            if (node.accent != MathAccent::Phantom) {
                speakAll(node);
                say(accentName(node.accent));
            }
            break;
        case Kind::Arrow:
            say(nameOf(node.symbol));
            break;
        case Kind::Table:
            for (const MathNode& row : node.parts) {
                if (node.parts.size() > 1) {
                    say(QStringLiteral("row:"));
                }
                speakAll(row,
                         node.grid == MathNode::Grid::Aligned ? QString() : QStringLiteral(","));
            }
            break;
        case Kind::Group:
        case Kind::Tag:
            speakAll(node);
            break;
        case Kind::Empty:
        case Kind::Space:
        case Kind::Level:
            break;
        }
    }

    static QString accentName(MathAccent accent) {
        switch (accent) {
        case MathAccent::Hat:
        case MathAccent::WideHat:
            return QStringLiteral("hat");
        case MathAccent::Tilde:
        case MathAccent::WideTilde:
            return QStringLiteral("tilde");
        case MathAccent::Bar:
        case MathAccent::OverLine:
            return QStringLiteral("bar");
        case MathAccent::Dot:
            return QStringLiteral("dot");
        case MathAccent::DoubleDot:
            return QStringLiteral("double dot");
        case MathAccent::Vector:
        case MathAccent::OverRightArrow:
            return QStringLiteral("vector");
        case MathAccent::Slash:
            return QStringLiteral("negated");
        case MathAccent::Cancel:
        case MathAccent::BackCancel:
        case MathAccent::CrossCancel:
            return QStringLiteral("cancelled");
        default:
            return {};
        }
    }

    QStringList m_words;
    qsizetype m_size = 0;
};

} // namespace

QString spokenMath(const MathNode& formula) {
    return Speaker().run(formula);
}

} // namespace phidelity
