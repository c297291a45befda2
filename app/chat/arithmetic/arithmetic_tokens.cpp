// SPDX-License-Identifier: MIT
#include "chat/arithmetic/arithmetic_tokens.h"

#include <algorithm>

#include "chat/arithmetic/written_number.h"

namespace phidelity {

namespace {

using Token = ArithmeticToken;
using Kind = Token::Kind;

bool isDigit(QChar c) {
    return c >= u'0' && c <= u'9';
}

/// Cuts a text into tokens.
class Scanner {
public:
    explicit Scanner(QStringView text) : m_text(text) {}

    QList<Token> run() {
        while (m_at < m_text.size()) {
            const QChar c = m_text[m_at];
            if (c == u'\n') {
                add(Kind::LineEnd, 1);
            } else if (c.isSpace()) {
                ++m_at;
                m_space = true;
            } else if (isDigit(c) || (c == u'.' && isDigit(peek(1)) && peek(-1) != u'.')) {
                number();
            } else if (c.isLetter() || c == u'_') {
                word();
            } else {
                sign(c);
            }
        }
        return m_tokens;
    }

private:
    [[nodiscard]] QChar peek(qsizetype by) const {
        return m_at + by < m_text.size() && m_at + by >= 0 ? m_text[m_at + by] : QChar();
    }

    Token& add(Kind kind, qsizetype length) {
        Token token;
        token.kind = kind;
        token.start = m_at;
        token.end = m_at + length;
        token.spaceBefore = m_space || m_at == 0;
        token.word = m_text.mid(m_at, length).toString();
        m_tokens.append(token);
        m_at += length;
        m_space = false;
        return m_tokens.last();
    }

    void number() {
        const WrittenNumber number = numberAt(m_text, m_at);
        Token& token = add(number.known ? Kind::Number : Kind::Other, number.length);
        token.wholeNumber = number.whole;
        token.number = number.quantity;
    }

    void word() {
        const bool hex = !m_space && peek(-1) == u'0' && !isDigit(peek(-2));
        const bool cross = (m_text[m_at] == u'x' || m_text[m_at] == u'X') && !hex;
        if (cross && !m_tokens.isEmpty() &&
            (m_tokens.last().kind == Kind::Number || m_tokens.last().kind == Kind::Close)) {
            qsizetype by = 1;
            while (peek(by) == u' ') {
                ++by;
            }
            if (isDigit(peek(by)) || peek(by) == u'$') {
                add(Kind::Times, 1);
                return;
            }
        }
        qsizetype length = 1;
        while (peek(length).isLetter() || isDigit(peek(length)) || peek(length) == u'_' ||
               (peek(length) == u'\'' && peek(length + 1).isLetter())) {
            ++length;
        }
        if (!spelledSign(m_text.mid(m_at, length))) {
            add(Kind::Word, length);
        }
    }

    /// "plus", "divided by", "squared" between or behind numbers, as signs.
    bool spelledSign(QStringView word) {
        struct Spelled {
            QLatin1String word;
            QLatin1String then; ///< a word that belongs to it
            Kind kind;
            int power;
        };
        static constexpr Spelled kSpelled[] = {
            {QLatin1String("plus"), {}, Kind::Plus, 0},
            {QLatin1String("minus"), {}, Kind::Minus, 0},
            {QLatin1String("divided"), QLatin1String(" by"), Kind::Divide, 0},
            {QLatin1String("multiplied"), QLatin1String(" by"), Kind::Times, 0},
            {QLatin1String("equals"), {}, Kind::Equal, 0},
            {QLatin1String("squared"), {}, Kind::Raised, 2},
            {QLatin1String("cubed"), {}, Kind::Raised, 3},
        };
        if (!m_space || !endsNumber()) {
            return false;
        }
        const auto* const found =
            std::find_if(std::begin(kSpelled), std::end(kSpelled),
                         [&](const Spelled& spelled) { return spelled.word == word; });
        if (found == std::end(kSpelled)) {
            return false;
        }
        const qsizetype length = word.size() + found->then.size();
        const QChar then = peek(length);
        if (m_text.mid(m_at + word.size(), found->then.size()) != found->then ||
            then.isLetterOrNumber() || (found->power == 0 && !beginsNumber(length))) {
            return false;
        }
        Token& token = add(found->kind, length);
        token.number.value = token.number.number = Rational(found->power);
        return true;
    }

    /// Whether the last token ends a number, or the name or unit of one.
    [[nodiscard]] bool endsNumber() const {
        const auto kindAt = [this](qsizetype back) {
            return m_tokens.size() >= back ? m_tokens[m_tokens.size() - back].kind : Kind::LineEnd;
        };
        const Kind last = kindAt(1);
        return last == Kind::Number || last == Kind::Close || last == Kind::Percent ||
               last == Kind::Raised || last == Kind::Fraction ||
               (last == Kind::Word && kindAt(2) == Kind::Number);
    }

    [[nodiscard]] bool beginsNumber(qsizetype by) const {
        while (peek(by) == u' ') {
            ++by;
        }
        const QChar c = peek(by);
        return isDigit(c) || QStringLiteral("($€£¥-−.√").contains(c);
    }

    void vulgar(int top, int bottom) {
        Token& token = add(Kind::Fraction, 1);
        token.number.value = Rational(BigInteger(top), BigInteger(bottom));
        token.number.number = token.number.value;
        token.number.operations = 1;
    }

    void raised() {
        static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
        const bool negative = m_text[m_at] == QChar(0x207B);
        qsizetype length = negative ? 1 : 0;
        qint64 value = 0;
        while (digits.contains(peek(length)) && !peek(length).isNull() && length < 6) {
            value = value * 10 + digits.indexOf(peek(length));
            ++length;
        }
        Token& token = add(Kind::Raised, std::max<qsizetype>(1, length));
        token.number.value = Rational(negative ? -value : value);
        token.number.number = token.number.value;
    }

    void equals() {
        const QChar before = peek(-1);
        const bool twice = peek(1) == u'=';
        const QChar after = peek(twice ? 2 : 1);
        const bool other = QStringLiteral("<>!:+-*/%^&|=").contains(before) || after == u'>' ||
                           after == u'=' || after == u'<';
        add(other && !before.isNull() && m_at > 0 ? Kind::Other
            : after == u'>' || after == u'='      ? Kind::Other
                                                  : Kind::Equal,
            twice ? 2 : 1);
    }

    void sign(QChar c) {
        const bool spaceAfter = peek(1).isSpace();
        switch (c.unicode()) {
        case u'+':
            add(Kind::Plus, 1);
            return;
        case u'-':
            add(peek(1) == u'>' ? Kind::Other : Kind::Minus, 1);
            return;
        case 0x2212:
            add(Kind::Minus, 1);
            return;
        // Between digits an en dash is a range.
        case 0x2013:
            add(m_space && spaceAfter ? Kind::Minus : Kind::Other, 1);
            return;
        case u'*':
            add(peek(1) == u'*' ? Kind::Power : Kind::Times, peek(1) == u'*' ? 2 : 1);
            return;
        case 0xD7:
        case 0xB7:
        case 0x22C5:
        case 0x2219:
            add(Kind::Times, 1);
            return;
        case u'/':
            add(peek(1) == u'/' ? Kind::Other : Kind::Divide, peek(1) == u'/' ? 2 : 1);
            return;
        case 0xF7:
        case 0x2215:
        case 0x2044:
            add(Kind::Divide, 1);
            return;
        case u'^':
            add(Kind::Power, 1);
            return;
        case u'(':
        case u'[':
        case u'{':
            add(Kind::Open, 1);
            return;
        case u')':
        case u']':
        case u'}':
            add(Kind::Close, 1);
            return;
        case u'%':
            add(Kind::Percent, 1);
            return;
        case u'!':
            add(peek(1) == u'=' ? Kind::Other : Kind::Factorial, 1);
            return;
        case u'$':
        case 0x20AC:
        case 0xA3:
        case 0xA5:
            add(Kind::Currency, 1);
            return;
        case 0x2248:
        case 0x2243:
        case 0x2245:
            add(Kind::About, 1);
            return;
        case u'~': {
            const bool twice = peek(1) == u'=';
            add(twice || (m_space && spaceAfter) ? Kind::About : Kind::Other, twice ? 2 : 1);
            return;
        }
        case u'=':
            equals();
            return;
        case 0x221A:
            add(Kind::Root, 1);
            return;
        case 0xB0: {
            Token& token = add(
                Kind::Word, QStringLiteral("CFK").contains(peek(1)) && !peek(1).isNull() ? 2 : 1);
            token.word = token.end - token.start > 1 ? token.word : QStringLiteral("degrees");
            return;
        }
        case 0xBD:
            vulgar(1, 2);
            return;
        case 0xBC:
            vulgar(1, 4);
            return;
        case 0xBE:
            vulgar(3, 4);
            return;
        case 0x2153:
            vulgar(1, 3);
            return;
        case 0x2154:
            vulgar(2, 3);
            return;
        default:
            break;
        }
        if (QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹⁻").contains(c)) {
            raised();
            return;
        }
        add(Kind::Other, 1);
    }

    QStringView m_text;
    qsizetype m_at = 0;
    bool m_space = false;
    QList<Token> m_tokens;
};

} // namespace

QList<ArithmeticToken> arithmeticTokens(QStringView text) {
    return Scanner(text).run();
}

} // namespace phidelity
