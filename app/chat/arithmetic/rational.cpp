// SPDX-License-Identifier: MIT
#include "chat/arithmetic/rational.h"

#include <algorithm>

namespace phidelity {

Rational::Rational(BigInteger numerator, BigInteger denominator) {
    if (denominator.isNegative()) {
        numerator = -numerator;
        denominator = -denominator;
    }
    const BigInteger divisor = BigInteger::greatestCommonDivisor(numerator, denominator);
    m_numerator = BigInteger::divide(numerator, divisor).quotient;
    m_denominator = BigInteger::divide(denominator, divisor).quotient;
}

Rational Rational::magnitude() const {
    return isNegative() ? -*this : *this;
}

size_t Rational::limbs() const {
    return std::max(m_numerator.limbs(), m_denominator.limbs());
}

std::optional<int> Rational::decimals(int most) const {
    Rational scaled = *this;
    for (int count = 0; count <= most; ++count) {
        if (scaled.isWhole()) {
            return count;
        }
        scaled = scaled * Rational(10);
    }
    return std::nullopt;
}

std::string Rational::toDecimal(int decimals) const {
    const BigInteger scale = BigInteger::powerOfTen(static_cast<unsigned>(decimals));
    std::string digits =
        BigInteger::divide(m_numerator.magnitude() * scale, m_denominator).quotient.toString();
    const auto places = static_cast<size_t>(decimals);
    if (digits.size() <= places) {
        digits.insert(0, places + 1 - digits.size(), '0');
    }
    if (places > 0) {
        digits.insert(digits.end() - decimals, '.');
    }
    if (isNegative()) {
        digits.insert(digits.begin(), '-');
    }
    return digits;
}

Rational operator+(const Rational& a, const Rational& b) {
    return {a.m_numerator * b.m_denominator + b.m_numerator * a.m_denominator,
            a.m_denominator * b.m_denominator};
}

Rational operator-(const Rational& a, const Rational& b) {
    return a + (-b);
}

Rational operator*(const Rational& a, const Rational& b) {
    return {a.m_numerator * b.m_numerator, a.m_denominator * b.m_denominator};
}

Rational operator/(const Rational& a, const Rational& b) {
    return {a.m_numerator * b.m_denominator, a.m_denominator * b.m_numerator};
}

std::optional<Rational> Rational::power(std::int64_t exponent, size_t limbs) const {
    if (exponent < 0) {
        return isZero() ? std::nullopt : (Rational(1) / *this).power(-exponent, limbs);
    }
    if (*this == Rational(1) || isZero()) {
        return exponent == 0 ? Rational(1) : *this;
    }
    if (exponent > static_cast<std::int64_t>(limbs) * 32) {
        return std::nullopt;
    }
    Rational result(1);
    for (std::int64_t step = 0; step < exponent; ++step) {
        result = result * *this;
        if (result.limbs() > limbs) {
            return std::nullopt;
        }
    }
    return result;
}

std::optional<Rational> Rational::squareRoot() const {
    if (isNegative()) {
        return std::nullopt;
    }
    const BigInteger top = m_numerator.squareRoot();
    const BigInteger bottom = m_denominator.squareRoot();
    if (top * top != m_numerator || bottom * bottom != m_denominator) {
        return std::nullopt;
    }
    return Rational(top, bottom);
}

Rational Rational::squareRootTo(unsigned decimals) const {
    // sqrt(n / d) = sqrt(n * d) / d
    const BigInteger shift = BigInteger::powerOfTen(decimals);
    return {(m_numerator * m_denominator * shift * shift).squareRoot(), m_denominator * shift};
}

std::strong_ordering Rational::operator<=>(const Rational& other) const {
    return m_numerator * other.m_denominator <=> other.m_numerator * m_denominator;
}

} // namespace phidelity
