// SPDX-License-Identifier: MIT
#include "app/transcript/math_ml.h"

#include <QXmlStreamWriter>

#include "ui/math/math_parse.h"
#include "ui/math/math_symbols.h"

namespace phidelity {

namespace {

using Kind = MathNode::Kind;

QString textOf(char32_t symbol) {
    return symbol == 0 ? QString() : QString::fromUcs4(&symbol, 1);
}

bool isLetter(char32_t symbol) {
    return QChar::isLetter(symbol) || symbol == U'∞' || symbol == U'∅' || symbol == U'∂' ||
           symbol == U'ℏ' || symbol == U'ℓ';
}

/// The character that is drawn over or under a formula.
char32_t accentMark(MathAccent accent) {
    switch (accent) {
    case MathAccent::Hat:
    case MathAccent::WideHat:
        return U'^';
    case MathAccent::Check:
        return U'ˇ';
    case MathAccent::Tilde:
    case MathAccent::WideTilde:
        return U'~';
    case MathAccent::Acute:
        return U'´';
    case MathAccent::Grave:
        return U'`';
    case MathAccent::Breve:
        return U'˘';
    case MathAccent::Bar:
    case MathAccent::OverLine:
        return U'¯';
    case MathAccent::UnderLine:
        return U'_';
    case MathAccent::Dot:
        return U'˙';
    case MathAccent::DoubleDot:
        return U'¨';
    case MathAccent::TripleDot:
        return U'⃛';
    case MathAccent::Ring:
        return U'˚';
    case MathAccent::Vector:
    case MathAccent::OverRightArrow:
        return U'→';
    case MathAccent::OverLeftArrow:
        return U'←';
    case MathAccent::OverBothArrow:
        return U'↔';
    case MathAccent::OverBrace:
        return U'⏞';
    case MathAccent::UnderBrace:
        return U'⏟';
    default:
        return 0;
    }
}

bool isWide(MathAccent accent) {
    return accent != MathAccent::Hat && accent != MathAccent::Check &&
           accent != MathAccent::Tilde && accent != MathAccent::Dot &&
           accent != MathAccent::DoubleDot && accent != MathAccent::Ring;
}

class Writer {
public:
    QString run(const MathNode& formula, MathPlace place) {
        m_display = place == MathPlace::Display;
        m_xml.writeStartElement(QStringLiteral("math"));
        m_xml.writeAttribute(QStringLiteral("xmlns"),
                             QStringLiteral("http://www.w3.org/1998/Math/MathML"));
        if (m_display) {
            m_xml.writeAttribute(QStringLiteral("display"), QStringLiteral("block"));
        }
        row(formula);
        m_xml.writeEndElement();
        return m_out;
    }

private:
    void leaf(const char* element, const QString& text) {
        m_xml.writeTextElement(QLatin1String(element), text);
    }

    enum class Stretch { Yes, No };

    void fixedOperator(const QString& text, Stretch stretch) {
        m_xml.writeStartElement(QStringLiteral("mo"));
        m_xml.writeAttribute(QStringLiteral("stretchy"), stretch == Stretch::Yes
                                                             ? QStringLiteral("true")
                                                             : QStringLiteral("false"));
        m_xml.writeCharacters(text);
        m_xml.writeEndElement();
    }

    /// Always one element, as the places of a fraction or script need it.
    void row(const MathNode& node) {
        if (node.kind != Kind::Group && node.kind != Kind::Empty) {
            write(node);
            return;
        }
        m_xml.writeStartElement(QStringLiteral("mrow"));
        QString number; // of digits that stand side by side
        for (const MathNode& part : node.parts) {
            const bool digit = part.kind == Kind::Symbol && QChar::isDigit(part.symbol) &&
                               part.face == MathFace::Auto;
            if (digit) {
                number += textOf(part.symbol);
                continue;
            }
            writeNumber(number);
            write(part);
        }
        writeNumber(number);
        m_xml.writeEndElement();
    }

    void writeNumber(QString& number) {
        if (!number.isEmpty()) {
            leaf("mn", number);
            number.clear();
        }
    }

    void symbol(const MathNode& node) {
        const char32_t styled = alphabetCharacter(node.symbol, node.face);
        const bool special = node.face != MathFace::Auto && node.face != MathFace::Italic &&
                             node.face != MathFace::Roman && styled != 0;
        const QString text = textOf(special ? styled : node.symbol);
        if (QChar::isDigit(node.symbol)) {
            leaf("mn", text);
        } else if (special || isLetter(node.symbol)) {
            m_xml.writeStartElement(QStringLiteral("mi"));
            if (node.face == MathFace::Roman) {
                m_xml.writeAttribute(QStringLiteral("mathvariant"), QStringLiteral("normal"));
            }
            m_xml.writeCharacters(text);
            m_xml.writeEndElement();
        } else if (node.atom == AtomClass::Open || node.atom == AtomClass::Close) {
            fixedOperator(text, Stretch::No);
        } else {
            leaf("mo", text);
        }
    }

    void scripts(const MathNode& node) {
        const MathNode& sub = node.parts.at(1);
        const MathNode& sup = node.parts.at(2);
        const bool limits =
            node.limits == MathLimits::Always || (node.limits == MathLimits::Display && m_display);
        const char* both = limits ? "munderover" : "msubsup";
        const char* under = limits ? "munder" : "msub";
        const char* over = limits ? "mover" : "msup";
        m_xml.writeStartElement(
            QLatin1String(sub.isEmpty() ? over : (sup.isEmpty() ? under : both)));
        row(node.parts.at(0));
        if (!sub.isEmpty()) {
            row(sub);
        }
        if (!sup.isEmpty()) {
            row(sup);
        }
        m_xml.writeEndElement();
    }

    void accent(const MathNode& node) {
        const MathNode& base = node.parts.at(0);
        const char32_t mark = accentMark(node.accent);
        if (node.accent == MathAccent::Phantom) {
            m_xml.writeStartElement(QStringLiteral("mphantom"));
            row(base);
            m_xml.writeEndElement();
        } else if (mark == 0) { // a slash or a frame, which Core has no element for
            row(base);
        } else {
            const bool below =
                node.accent == MathAccent::UnderLine || node.accent == MathAccent::UnderBrace;
            m_xml.writeStartElement(below ? QStringLiteral("munder") : QStringLiteral("mover"));
            m_xml.writeAttribute(below ? QStringLiteral("accentunder") : QStringLiteral("accent"),
                                 QStringLiteral("true"));
            row(base);
            fixedOperator(textOf(mark), isWide(node.accent) ? Stretch::Yes : Stretch::No);
            m_xml.writeEndElement();
        }
    }

    void table(const MathNode& node) {
        m_xml.writeStartElement(QStringLiteral("mtable"));
        const bool wide =
            node.grid == MathNode::Grid::Aligned || node.grid == MathNode::Grid::Gathered;
        if (wide) {
            m_xml.writeAttribute(QStringLiteral("displaystyle"), QStringLiteral("true"));
        }
        for (const MathNode& cells : node.parts) {
            m_xml.writeStartElement(QStringLiteral("mtr"));
            int column = 0;
            for (const MathNode& cell : cells.parts) {
                m_xml.writeStartElement(QStringLiteral("mtd"));
                if (const QString side = sideOf(node, column++); !side.isEmpty()) {
                    m_xml.writeAttribute(QStringLiteral("columnalign"), side);
                }
                row(cell);
                m_xml.writeEndElement();
            }
            m_xml.writeEndElement();
        }
        m_xml.writeEndElement();
    }

    static QString sideOf(const MathNode& table, int column) {
        switch (table.grid) {
        case MathNode::Grid::Cases:
            return QStringLiteral("left");
        case MathNode::Grid::Aligned:
            return column % 2 == 0 ? QStringLiteral("right") : QStringLiteral("left");
        case MathNode::Grid::Array: {
            QString letters = table.columns;
            letters.remove(u'|');
            const QChar letter = letters.size() > column ? letters.at(column) : QChar(u'c');
            return letter == u'l'   ? QStringLiteral("left")
                   : letter == u'r' ? QStringLiteral("right")
                                    : QString();
        }
        default:
            return {};
        }
    }

    void element(const char* name, std::initializer_list<const MathNode*> parts) {
        m_xml.writeStartElement(QLatin1String(name));
        for (const MathNode* part : parts) {
            row(*part);
        }
        m_xml.writeEndElement();
    }

    void fraction(const MathNode& node) {
        const bool fixed = node.fixedLevel && node.level <= MathLevel::Text;
        if (fixed) {
            m_xml.writeStartElement(QStringLiteral("mstyle"));
            m_xml.writeAttribute(QStringLiteral("displaystyle"), node.level == MathLevel::Display
                                                                     ? QStringLiteral("true")
                                                                     : QStringLiteral("false"));
        }
        m_xml.writeStartElement(QStringLiteral("mfrac"));
        if (!node.barred) {
            m_xml.writeAttribute(QStringLiteral("linethickness"), QStringLiteral("0"));
        }
        row(node.parts.at(0));
        row(node.parts.at(1));
        m_xml.writeEndElement();
        if (fixed) {
            m_xml.writeEndElement();
        }
    }

    void fence(const MathNode& node) {
        m_xml.writeStartElement(QStringLiteral("mrow"));
        for (size_t at = 0; at < node.delimiters.size(); ++at) {
            if (node.delimiters.at(at) != 0) {
                fixedOperator(textOf(node.delimiters.at(at)), Stretch::Yes);
            }
            if (at < node.parts.size()) {
                row(node.parts.at(at));
            }
        }
        m_xml.writeEndElement();
    }

    void write(const MathNode& node) {
        switch (node.kind) {
        case Kind::Empty:
        case Kind::Group:
            row(node);
            break;
        case Kind::Symbol:
            symbol(node);
            break;
        case Kind::Delimiter:
            fixedOperator(textOf(node.symbol), Stretch::No);
            break;
        case Kind::Text:
            leaf(node.atom == AtomClass::Op ? "mi" : "mtext", node.text);
            break;
        case Kind::Fraction:
            fraction(node);
            break;
        case Kind::Root:
            if (node.parts.at(1).isEmpty()) {
                element("msqrt", {&node.parts.at(0)});
            } else {
                element("mroot", {&node.parts.at(0), &node.parts.at(1)});
            }
            break;
        case Kind::Scripts:
            scripts(node);
            break;
        case Kind::Fence:
            fence(node);
            break;
        case Kind::Accent:
            accent(node);
            break;
        case Kind::Arrow:
            arrow(node);
            break;
        case Kind::Table:
            table(node);
            break;
        case Kind::Space:
            m_xml.writeStartElement(QStringLiteral("mspace"));
            m_xml.writeAttribute(QStringLiteral("width"),
                                 QString::number(node.space, 'f', 3) + QStringLiteral("em"));
            m_xml.writeEndElement();
            break;
        case Kind::Level:
            break; // concerns sizes only
        case Kind::Tag:
            leaf("mtext", QStringLiteral("\u2003("));
            row(node.parts.at(0));
            leaf("mtext", QStringLiteral(")"));
            break;
        }
    }

    void arrow(const MathNode& node) {
        const MathNode& above = node.parts.at(0);
        const MathNode& below = node.parts.at(1);
        m_xml.writeStartElement(below.isEmpty()   ? QStringLiteral("mover")
                                : above.isEmpty() ? QStringLiteral("munder")
                                                  : QStringLiteral("munderover"));
        fixedOperator(textOf(node.symbol), Stretch::Yes);
        if (!below.isEmpty()) {
            row(below);
        }
        if (!above.isEmpty() || below.isEmpty()) {
            row(above);
        }
        m_xml.writeEndElement();
    }

    QString m_out;
    QXmlStreamWriter m_xml{&m_out};
    bool m_display = false;
};

} // namespace

QString toMathMl(const QString& latex, MathPlace place) {
    const std::optional<MathNode> formula = parseMath(latex);
    return formula ? Writer().run(*formula, place) : QString();
}

} // namespace phidelity
