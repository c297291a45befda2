// SPDX-License-Identifier: MIT
#include "chat/arithmetic/arithmetic_reader.h"

#include <algorithm>

#include "chat/arithmetic/arithmetic_words.h"

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
            } else if (isDigit(c) || (c == u'.' && isDigit(peek(1)))) {
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

    [[nodiscard]] qsizetype digitsFrom(qsizetype at) const {
        qsizetype count = 0;
        while (at + count < m_text.size() && isDigit(m_text[at + count])) {
            ++count;
        }
        return count;
    }

    /// Dates, times, versions and addresses are made of digits, too: their length, or 0.
    [[nodiscard]] qsizetype otherLength() const {
        for (const QChar mark : {QChar(u'/'), QChar(u'-'), QChar(u'.'), QChar(u':')}) {
            qsizetype at = m_at + digitsFrom(m_at);
            int parts = 1;
            while (at > m_at && at < m_text.size() && m_text[at] == mark &&
                   digitsFrom(at + 1) > 0) {
                at += 1 + digitsFrom(at + 1);
                ++parts;
            }
            const bool long_ = parts > 2 && (mark != u'-' || looksLikeDate(at));
            if (long_ || (parts > 1 && mark == u':')) {
                return at - m_at;
            }
        }
        return 0;
    }

    /// "2024-01-15", "15-01-2024", and numbers of telephones.
    [[nodiscard]] bool looksLikeDate(qsizetype end) const {
        const qsizetype first = digitsFrom(m_at);
        return first == 4 || first == 3 ||
               m_text.mid(m_at, end - m_at).lastIndexOf(u'-') == end - m_at - 5;
    }

    void number() {
        if (const qsizetype other = otherLength(); other > 0) {
            add(Kind::Other, other);
            return;
        }
        const qsizetype from = m_at;
        qsizetype at = m_at;
        QString whole = m_text.mid(at, digitsFrom(at)).toString();
        at += whole.size();
        bool grouped = false;
        while (whole.size() > 0 && (grouped || whole.size() <= 3) && at < m_text.size() &&
               m_text[at] == u',' && digitsFrom(at + 1) == 3) {
            whole += m_text.mid(at + 1, 3);
            at += 4;
            grouped = true;
        }
        QString decimals;
        if (at + 1 < m_text.size() && m_text[at] == u'.' && isDigit(m_text[at + 1])) {
            decimals = m_text.mid(at + 1, digitsFrom(at + 1)).toString();
            at += 1 + decimals.size();
        }
        const auto next = [&](qsizetype by) {
            return at + by < m_text.size() ? m_text[at + by] : QChar();
        };
        int exponent = 0;
        if ((next(0) == u'e' || next(0) == u'E') &&
            (isDigit(next(1)) || ((next(1) == u'-' || next(1) == u'+') && isDigit(next(2))))) {
            const qsizetype digits = digitsFrom(at + (isDigit(next(1)) ? 1 : 2));
            const qsizetype length = (isDigit(next(1)) ? 1 : 2) + digits;
            exponent = digits > 3 ? 9999 : m_text.mid(at + 1, length - 1).toInt();
            at += length;
        }
        // "1,5", "1.2.3" and "0x1F" are none that we know how to read.
        const bool broken = (next(0) == u',' && isDigit(next(1))) ||
                            (next(0) == u'.' && isDigit(next(1))) || exponent > 99 ||
                            exponent < -99;
        if (broken) {
            while (isDigit(next(0)) || ((next(0) == u',' || next(0) == u'.') && isDigit(next(1)))) {
                ++at;
            }
            add(Kind::Other, at - from);
            return;
        }
        Quantity number;
        number.value = Rational(BigInteger::fromDigits((whole + decimals).toStdString()),
                                BigInteger::powerOfTen(static_cast<unsigned>(decimals.size())));
        if (exponent != 0) {
            number.value = number.value * *Rational(10).power(exponent, 64);
        }
        number.number = number.value;
        number.decimals = std::max(0, static_cast<int>(decimals.size()) - exponent);
        number.fraction = !decimals.isEmpty() || exponent != 0;
        while (decimals.isEmpty() && number.zeros + 1 < whole.size() &&
               whole.at(whole.size() - 1 - number.zeros) == u'0') {
            ++number.zeros;
        }
        if (next(0) == QChar(0x2026)) {
            number.cut = true;
            at += 1;
        } else if (next(0) == u'.' && next(1) == u'.' && next(2) == u'.') {
            number.cut = true;
            at += 3;
        }
        Token& token = add(Kind::Number, at - from);
        token.wholeNumber = decimals.isEmpty() && exponent == 0 && !number.cut;
        token.number = number;
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
        add(Kind::Word, length);
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
            add(Kind::Open, 1);
            return;
        case u')':
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
        case u'~':
            add(peek(1) == u'=' ? Kind::About : Kind::Other, peek(1) == u'=' ? 2 : 1);
            return;
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

/// Reads an expression by recursive descent; gives up where a value is no fraction.
class Reader {
public:
    Reader(const QList<Token>& tokens, qsizetype at) : m_tokens(tokens), m_at(at) {}

    std::optional<Quantity> sum() {
        std::optional<Quantity> left = product();
        while (left && (is(Kind::Plus) || is(Kind::Minus))) {
            const qsizetype before = m_at;
            const int sign = is(Kind::Plus) ? 1 : -1;
            ++m_at;
            const std::optional<Quantity> right = product();
            if (!right) {
                m_at = before;
                break;
            }
            left = sumOf(*left, *right, sign);
        }
        return left;
    }
    [[nodiscard]] qsizetype at() const { return m_at; }

private:
    static constexpr int kDepth = 20;

    [[nodiscard]] const Token& token(qsizetype by = 0) const {
        static const Token none{Kind::LineEnd, 0, 0, false, false, {}, {}};
        const qsizetype index = m_at + by;
        return index >= 0 && index < m_tokens.size() ? m_tokens[index] : none;
    }
    [[nodiscard]] bool is(Kind kind, qsizetype by = 0) const { return token(by).kind == kind; }
    [[nodiscard]] bool isWord(const char* word, qsizetype by = 0) const {
        return is(Kind::Word, by) &&
               token(by).word.compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
    }

    std::optional<Quantity> product() {
        std::optional<Quantity> left = signedPower();
        bool divided = false;
        while (left) {
            const qsizetype before = m_at;
            bool divide = false;
            bool implicit = false;
            if (is(Kind::Times) || isWord("times")) {
                ++m_at;
            } else if (is(Kind::Divide)) {
                divide = true;
                ++m_at;
            } else if (isWord("of") && (left->percent || left->operations > 0)) {
                ++m_at;
            } else if (is(Kind::Open) && !token().spaceBefore) {
                implicit = true;
            } else {
                break;
            }
            const std::optional<Quantity> right = signedPower();
            if (!right) {
                m_at = before;
                break;
            }
            left = divide ? quotientOf(*left, *right) : productOf(*left, *right);
            if (left) {
                // "6/2(1+2)" is read in two ways.
                left->unsure = left->unsure || (implicit && divided);
            }
            divided = divided || divide;
        }
        return left;
    }

    std::optional<Quantity> signedPower() {
        if (is(Kind::Minus) || is(Kind::Plus)) {
            const bool negative = is(Kind::Minus);
            ++m_at;
            const bool bracket = is(Kind::Open);
            std::optional<Quantity> inner = power();
            if (!inner) {
                return std::nullopt;
            }
            if (negative) {
                inner->value = -inner->value;
                inner->number = -inner->number;
                // "-3^2" is read in two ways.
                inner->unsure = inner->unsure || (!bracket && m_powers > 0);
            }
            return inner;
        }
        return power();
    }

    std::optional<Quantity> power() {
        m_powers = 0;
        std::optional<Quantity> base = primary();
        const bool takesUnit = m_takesUnit;
        while (base && (is(Kind::Power) || is(Kind::Raised))) {
            std::optional<Quantity> exponent;
            if (is(Kind::Raised)) {
                exponent = token().number;
                ++m_at;
            } else {
                const qsizetype before = m_at;
                ++m_at;
                const bool negative = is(Kind::Minus);
                m_at += negative ? 1 : 0;
                exponent = primary();
                if (!exponent) {
                    m_at = before;
                    break;
                }
                if (negative) {
                    exponent->value = -exponent->value;
                }
            }
            ++m_powers;
            const int powers = m_powers;
            base = powerOf(*base, *exponent);
            m_powers = powers;
            if (base) {
                base->unsure = base->unsure || powers > 1; // "2^3^2"
            }
        }
        if (base && is(Kind::Factorial) && !token().spaceBefore &&
            beforeOperator(1) == Next::Operator) {
            base = factorial(*base);
            ++m_at;
        }
        if (base && is(Kind::Percent) && beforeOperator(1) != Next::Number) {
            base->percent = true;
            base->number = base->value;
            base->value = base->value / Rational(100);
            ++m_at;
        }
        if (base && takesUnit) {
            unit(*base);
        }
        return base;
    }

    enum class Next { Nothing, Operator, Number };
    /// What stands behind a sign that could be an end as well.
    [[nodiscard]] Next beforeOperator(qsizetype by) const {
        switch (token(by).kind) {
        case Kind::Plus:
        case Kind::Minus:
        case Kind::Times:
        case Kind::Divide:
        case Kind::Equal:
        case Kind::About:
        case Kind::Close:
            return Next::Operator;
        case Kind::Number:
        case Kind::Open:
            return Next::Number;
        default:
            return Next::Nothing;
        }
    }

    static std::optional<Quantity> factorial(Quantity base) {
        const std::int64_t count = base.value.isWhole() ? base.value.numerator().toInt(-1) : -1;
        if (count < 0 || count > 100 || !base.units.empty()) {
            return std::nullopt;
        }
        base.value = Rational(1);
        for (std::int64_t factor = 2; factor <= count; ++factor) {
            base.value = base.value * Rational(factor);
        }
        base.number = base.value;
        base.operations += 1;
        return base;
    }

    std::optional<Quantity> primary() {
        m_takesUnit = false;
        if (m_depth > kDepth) {
            return std::nullopt;
        }
        if (is(Kind::Open)) {
            ++m_at;
            ++m_depth;
            std::optional<Quantity> inner = sum();
            --m_depth;
            if (!inner || !is(Kind::Close)) {
                return std::nullopt;
            }
            ++m_at;
            m_takesUnit = true;
            return inner;
        }
        if (is(Kind::Root) || isWord("sqrt")) {
            const bool word = is(Kind::Word);
            ++m_at;
            if (word && !is(Kind::Open)) {
                return std::nullopt;
            }
            std::optional<Quantity> inner = primary();
            Quantity half;
            half.value = Rational(BigInteger(1), BigInteger(2));
            return inner ? powerOf(*inner, half) : std::nullopt;
        }
        if (is(Kind::Currency)) {
            return money();
        }
        if (is(Kind::Fraction)) {
            m_takesUnit = true;
            return m_tokens[m_at++].number;
        }
        if (!is(Kind::Number)) {
            return std::nullopt;
        }
        Quantity number = token().number;
        const bool whole = token().wholeNumber;
        ++m_at;
        m_takesUnit = true;
        if (whole && is(Kind::Fraction)) {
            number.value = number.value + token().number.value;
            number.number = number.value;
            number.operations = 1;
            ++m_at;
        } else if (whole && isMixedFraction()) {
            const Rational part = token(0).number.value / token(2).number.value;
            number.value = number.value + part;
            number.number = number.value;
            number.operations = 1;
            m_at += 3;
        }
        return number;
    }

    /// "1 1/2": a number, a space, and a fraction below one without spaces.
    [[nodiscard]] bool isMixedFraction() const {
        return is(Kind::Number) && token().wholeNumber && token().spaceBefore &&
               is(Kind::Divide, 1) && !token(1).spaceBefore && is(Kind::Number, 2) &&
               token(2).wholeNumber && !token(2).spaceBefore &&
               token().number.value < token(2).number.value && !token().number.value.isZero();
    }

    std::optional<Quantity> money() {
        const QString sign = token().word;
        ++m_at;
        if (!is(Kind::Number)) {
            return std::nullopt;
        }
        Quantity amount = token().number;
        ++m_at;
        multiples(amount);
        static const QString signs = QStringLiteral("$€£¥");
        static const char* names[] = {"$", "euro", "pound", "yen"};
        amount.units[QString::fromLatin1(names[std::max<qsizetype>(0, signs.indexOf(sign))])] = 1;
        // "$5 each", "$5 per hour", "$5/hour"
        perUnit(amount);
        return amount;
    }

    void multiples(Quantity& quantity) {
        while (is(Kind::Word)) {
            const std::optional<Rational> multiple = multipleOf(token().word.toLower());
            if (!multiple) {
                return;
            }
            quantity.value = quantity.value * *multiple;
            quantity.number = quantity.number * *multiple;
            quantity.scale = quantity.scale * *multiple;
            quantity.multiple = true;
            ++m_at;
        }
    }

    void apply(Quantity& quantity, const KnownUnit& unit, int sign, int power) {
        const auto factor = unit.scale.power(sign * power, 64);
        quantity.value = quantity.value * *factor;
        quantity.scale = quantity.scale * *factor;
        int& exponent = quantity.units[unit.dimension];
        exponent += sign * power * unit.power;
        if (exponent == 0) {
            quantity.units.erase(unit.dimension);
        }
    }

    void knownUnit(Quantity& quantity, const KnownUnit& unit, int sign) {
        quantity.letterUnit = quantity.letterUnit || token().word.size() == 1;
        ++m_at;
        int power = 1;
        if (is(Kind::Raised) && token().number.value.isWhole()) {
            power = static_cast<int>(token().number.value.numerator().toInt(1));
            ++m_at;
        } else if (is(Kind::Power) && !token().spaceBefore && is(Kind::Number, 1) &&
                   token(1).wholeNumber) {
            power = static_cast<int>(token(1).number.value.numerator().toInt(1));
            m_at += 2;
        }
        apply(quantity, unit, sign, std::clamp(power, -3, 3));
    }

    void perUnit(Quantity& quantity) {
        while ((is(Kind::Divide) || isWord("per")) && is(Kind::Word, 1)) {
            const std::optional<KnownUnit> unit = unitOf(token(1).word);
            if (!unit) {
                if (isWord("per") && token(1).word.size() > 1) {
                    noun(quantity, token(1).word);
                    m_at += 2;
                    continue;
                }
                return;
            }
            ++m_at;
            knownUnit(quantity, *unit, -1);
        }
    }

    static void noun(Quantity& quantity, const QString& word) {
        const QString name = singular(word);
        if (!quantity.nouns.contains(name)) {
            quantity.nouns.append(name);
        }
    }

    /// What stands behind a number: a multiple, a unit, or the name of what is counted.
    void unit(Quantity& quantity) {
        multiples(quantity);
        if (is(Kind::Currency) && !is(Kind::Number, 1)) { // "5 €"
            KnownUnit money;
            money.scale = Rational(1);
            static const QString signs = QStringLiteral("$€£¥");
            static const char* names[] = {"$", "euro", "pound", "yen"};
            money.dimension =
                QString::fromLatin1(names[std::max<qsizetype>(0, signs.indexOf(token().word))]);
            apply(quantity, money, 1, 1);
            ++m_at;
            return;
        }
        int power = 1;
        if ((isWord("square") || isWord("sq")) && is(Kind::Word, 1) && unitOf(token(1).word)) {
            power = 2;
            ++m_at;
        } else if (isWord("cubic") && is(Kind::Word, 1) && unitOf(token(1).word)) {
            power = 3;
            ++m_at;
        }
        if (is(Kind::Word)) {
            if (const std::optional<KnownUnit> known = unitOf(token().word)) {
                if (power > 1) {
                    quantity.letterUnit = quantity.letterUnit || token().word.size() == 1;
                    apply(quantity, *known, 1, power);
                    ++m_at;
                } else {
                    knownUnit(quantity, *known, 1);
                }
                perUnit(quantity);
                return;
            }
        }
        countedName(quantity);
        if (isWord("per") || (is(Kind::Divide) && is(Kind::Word, 1))) {
            perUnit(quantity);
        }
    }

    void countedName(Quantity& quantity) {
        // Up to three words, "small red apples", if an operator follows; else the one that follows.
        qsizetype count = 0;
        while (count < 3 && isName(count)) {
            ++count;
        }
        if (count == 0) {
            return;
        }
        const Next next = beforeOperator(count);
        const bool ends = next == Next::Operator;
        if (!ends && (isLinkingWord(token().word) || changesWhatPrecedes(token().word))) {
            return;
        }
        if (ends && changesWhatPrecedes(token(count - 1).word)) {
            return;
        }
        qsizetype named = ends ? count : 1;
        while (!ends && named < count && !isLinkingWord(token(named).word)) {
            ++named;
        }
        noun(quantity, token(named - 1).word);
        m_at += named;
    }

    [[nodiscard]] bool isName(qsizetype by) const {
        const Token& word = token(by);
        return word.kind == Kind::Word && word.spaceBefore && word.word.size() > 1 &&
               !isWord("of", by) && !isWord("times", by) && !isWord("per", by) &&
               std::all_of(word.word.cbegin(), word.word.cend(),
                           [](QChar c) { return c.isLetter() || c == u'\''; });
    }

    const QList<Token>& m_tokens;
    qsizetype m_at;
    int m_depth = 0;
    int m_powers = 0;
    bool m_takesUnit = false;
};

} // namespace

QList<ArithmeticToken> arithmeticTokens(QStringView text) {
    return Scanner(text).run();
}

std::optional<ReadExpression> readExpression(const QList<ArithmeticToken>& tokens, qsizetype from) {
    Reader reader(tokens, from);
    std::optional<Quantity> quantity = reader.sum();
    if (!quantity) {
        return std::nullopt;
    }
    return ReadExpression{std::move(*quantity), reader.at()};
}

} // namespace phidelity
