// SPDX-License-Identifier: MIT
#include "ui/math/math_reader.h"

#include "ui/math/math_symbols.h"

namespace phidelity {

using Kind = MathNode::Kind;

void MathReader::skipSpaces() {
    while (!atEnd()) {
        if (peek() == u'%') {
            while (!atEnd() && peek() != u'\n') {
                ++m_at;
            }
        } else if (peek().isSpace()) {
            ++m_at;
        } else {
            return;
        }
    }
}

bool MathReader::take(QChar c) {
    const bool found = !atEnd() && peek() == c;
    m_at += found ? 1 : 0;
    return found;
}

/// The name after a backslash: letters, or one other character; empty where there is none.
QStringView MathReader::peekCommand() const {
    if (peek() != u'\\' || m_at + 1 >= m_text.size()) {
        return {};
    }
    const auto isLetter = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
    };
    qsizetype end = m_at + 1;
    while (end < m_text.size() && isLetter(m_text.at(end))) {
        ++end;
    }
    return m_text.sliced(m_at + 1, end == m_at + 1 ? 1 : end - m_at - 1);
}

bool MathReader::takeCommand(QStringView name) {
    if (name.isEmpty() || peekCommand() != name) {
        return false;
    }
    m_at += 1 + name.size();
    return true;
}

bool MathReader::isRowEnd() const {
    const QStringView name = peekCommand();
    return name == u"\\" || name == u"cr" || name == u"newline" || name == u"end";
}

bool MathReader::isStop(Stop stop) const {
    switch (stop) {
    case Stop::Brace:
        return peek() == u'}';
    case Stop::Bracket:
        return peek() == u']';
    case Stop::Dollar:
        return peek() == u'$';
    case Stop::Right:
        return peekCommand() == u"right" || peekCommand() == u"middle";
    case Stop::Cell:
        return peek() == u'&' || isRowEnd();
    }
    return true;
}

/// The characters of an argument as they stand, with balanced braces.
QStringView MathReader::readRaw() {
    skipSpaces();
    if (!take(u'{')) {
        fail(QStringLiteral("an argument is missing"));
        return {};
    }
    const qsizetype start = m_at;
    for (int braces = 0; !atEnd(); ++m_at) {
        if (peek() == u'\\') {
            ++m_at;
        } else if (peek() == u'{') {
            ++braces;
        } else if (peek() == u'}' && braces-- == 0) {
            return m_text.sliced(start, m_at++ - start);
        }
    }
    fail(QStringLiteral("unclosed brace"));
    return {};
}

std::optional<QStringView> MathReader::readOptional() {
    skipSpaces();
    const qsizetype end = peek() == u'[' ? m_text.indexOf(u']', m_at) : -1;
    if (end < 0) {
        return std::nullopt;
    }
    const QStringView inner = m_text.sliced(m_at + 1, end - m_at - 1).trimmed();
    m_at = end + 1;
    return inner;
}

char32_t MathReader::readDelimiter() {
    skipSpaces();
    QStringView name = peekCommand();
    if (name == u"|") {
        name = u"Vert"; // not the single bar, which is written without a backslash
        m_at += 2;
    } else if (!name.isEmpty()) {
        m_at += 1 + name.size();
    } else if (!atEnd()) {
        name = m_text.sliced(m_at++, 1);
    }
    const auto delimiter = mathDelimiter(name);
    if (!delimiter) {
        fail(QStringLiteral("not a delimiter: '%1'").arg(name));
    }
    return delimiter.value_or(0);
}

/// Nothing that is invisible or changes the direction of what stands beside it gets any further.
bool MathReader::checkCharacters() {
    for (qsizetype at = 0; at < m_text.size(); ++at) {
        char32_t c = m_text.at(at).unicode();
        if (QChar::isHighSurrogate(c) && at + 1 < m_text.size() &&
            m_text.at(at + 1).isLowSurrogate()) {
            c = QChar::surrogateToUcs4(static_cast<char16_t>(c), m_text.at(++at).unicode());
        }
        const bool bad = c != U'\n' && c != U'\t' && c != U'\r' &&
                         (QChar::category(c) == QChar::Other_Control ||
                          QChar::category(c) == QChar::Other_Format ||
                          QChar::category(c) == QChar::Other_Surrogate ||
                          QChar::category(c) == QChar::Other_PrivateUse ||
                          QChar::category(c) == QChar::Other_NotAssigned);
        if (bad) {
            fail(
                QStringLiteral("the character U+%1").arg(static_cast<uint>(c), 4, 16, QChar(u'0')));
            return false;
        }
    }
    return true;
}

MathNode MathReader::make(Kind kind) {
    if (++m_nodes > kMathMaxNodes) {
        return fail(QStringLiteral("too many parts"));
    }
    MathNode node;
    node.kind = kind;
    return node;
}

MathNode MathReader::symbolNode(char32_t symbol, AtomClass atom) {
    MathNode node = make(Kind::Symbol);
    node.symbol = symbol;
    node.atom = atom;
    node.face = m_face;
    return node;
}

MathNode MathReader::fail(const QString& reason) {
    if (!m_failed) {
        m_failed = true;
        m_reason = reason;
    }
    m_at = m_text.size();
    return {};
}

} // namespace phidelity
