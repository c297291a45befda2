// SPDX-License-Identifier: MIT
#include "chat/arithmetic/written_number.h"

#include <algorithm>

namespace phidelity {

namespace {

/// Beyond it a number is too large or too small to be worth its exact digits.
constexpr int kMostExponent = 99;
/// More than any text computes with; reading them takes the square of their number.
constexpr qsizetype kMostDigits = 600;
constexpr QChar kNoBreakSpace(0xA0);
constexpr QChar kThinSpace(0x2009);
constexpr QChar kNarrowSpace(0x202F);

bool isDigit(QChar c) {
    return c >= u'0' && c <= u'9';
}

class NumberReader {
public:
    NumberReader(QStringView text, qsizetype at) : m_text(text), m_from(at), m_at(at) {}

    WrittenNumber run() {
        if (const qsizetype other = otherLength(); other > 0) {
            return {other, false, false, {}};
        }
        const QString whole = groupedDigits();
        const QString decimals = decimalDigits(whole);
        const int exponent = exponentPart();
        // "1,2,3" and "1.2.3" are none that we know how to read.
        if (((next() == u',' || next() == u'.') && isDigit(next(1))) ||
            std::abs(exponent) > kMostExponent || whole.size() + decimals.size() > kMostDigits) {
            while (isDigit(next()) || ((next() == u',' || next() == u'.') && isDigit(next(1)))) {
                ++m_at;
            }
            return {m_at - m_from, false, false, {}};
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
        number.unsure = m_unsure;
        number.cut = goesOn();
        return {m_at - m_from, true, decimals.isEmpty() && exponent == 0 && !number.cut, number};
    }

private:
    [[nodiscard]] QChar next(qsizetype by = 0) const {
        return m_at + by < m_text.size() ? m_text[m_at + by] : QChar();
    }

    [[nodiscard]] qsizetype digitsFrom(qsizetype at) const {
        qsizetype count = 0;
        while (at + count < m_text.size() && isDigit(m_text[at + count])) {
            ++count;
        }
        return count;
    }

    QString digits() {
        const qsizetype count = digitsFrom(m_at);
        m_at += count;
        return m_text.mid(m_at - count, count).toString();
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
            const bool several = parts > 2 && (mark != u'-' || looksLikeDate(at));
            if (several || (parts > 1 && mark == u':')) {
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

    /// "1,250,000" and "1 250 000" are a million and more, "1,25" is not. A plain space may part
    /// two numbers as well.
    QString groupedDigits() {
        QString whole = digits();
        if (whole.isEmpty() || whole.size() > 3 || whole.front() == u'0') {
            return whole;
        }
        const QChar mark = next();
        if (mark == u',' || mark == u' ' || mark == kNoBreakSpace || mark == kNarrowSpace ||
            mark == kThinSpace) {
            while (next() == mark && digitsFrom(m_at + 1) == 3) {
                ++m_at;
                whole += digits();
                m_unsure = m_unsure || mark == u' ';
            }
        }
        return whole;
    }

    /// A decimal comma may be the comma of a list, too. `whole`: digits in front.
    QString decimalDigits(const QString& whole) {
        const bool comma = next() == u',' && !whole.isEmpty() &&
                           (digitsFrom(m_at + 1) != 3 || whole == QLatin1String("0"));
        if ((next() != u'.' && !comma) || !isDigit(next(1))) {
            return {};
        }
        m_unsure = m_unsure || comma;
        ++m_at;
        return digits();
    }

    /// "e-3"; 0 where there is none.
    int exponentPart() {
        const bool sign = next(1) == u'-' || next(1) == u'+';
        if ((next() != u'e' && next() != u'E') || !isDigit(next(sign ? 2 : 1))) {
            return 0;
        }
        const bool negative = next(1) == u'-';
        m_at += sign ? 2 : 1;
        const QString power = digits();
        const int exponent = power.size() > 3 ? 10 * kMostExponent : power.toInt();
        return negative ? -exponent : exponent;
    }

    /// "0.333…"
    bool goesOn() {
        const bool points = next() == u'.' && next(1) == u'.' && next(2) == u'.';
        const bool one = next() == QChar(0x2026);
        m_at += points ? 3 : one ? 1 : 0;
        return points || one;
    }

    QStringView m_text;
    qsizetype m_from;
    qsizetype m_at;
    bool m_unsure = false; ///< it may be more than one number
};

} // namespace

WrittenNumber numberAt(QStringView text, qsizetype at) {
    return NumberReader(text, at).run();
}

} // namespace phidelity
