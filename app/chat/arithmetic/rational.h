// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "chat/arithmetic/big_integer.h"

namespace phidelity {

/// A fraction in lowest terms, its denominator above zero. Exact; any thread.
class Rational {
public:
    Rational() : m_denominator(1) {}
    Rational(std::int64_t value) : m_numerator(value), m_denominator(1) {} // NOLINT
    /// `denominator` is not zero.
    Rational(BigInteger numerator, BigInteger denominator);

    [[nodiscard]] const BigInteger& numerator() const { return m_numerator; }
    [[nodiscard]] const BigInteger& denominator() const { return m_denominator; }
    [[nodiscard]] bool isZero() const { return m_numerator.isZero(); }
    [[nodiscard]] bool isNegative() const { return m_numerator.isNegative(); }
    [[nodiscard]] bool isWhole() const { return m_denominator == BigInteger(1); }
    [[nodiscard]] Rational magnitude() const;
    /// 32-bit units of the larger part: what further arithmetic with it costs.
    [[nodiscard]] size_t limbs() const;
    /// How many decimals write it exactly; nothing where no number of them up to `most` does.
    [[nodiscard]] std::optional<int> decimals(int most) const;
    /// With so many decimals, the rest cut off.
    [[nodiscard]] std::string toDecimal(int decimals) const;

    Rational operator-() const { return {-m_numerator, m_denominator}; }
    friend Rational operator+(const Rational& a, const Rational& b);
    friend Rational operator-(const Rational& a, const Rational& b);
    friend Rational operator*(const Rational& a, const Rational& b);
    /// `b` is not zero.
    friend Rational operator/(const Rational& a, const Rational& b);
    /// Nothing for a negative power of zero, or where the result would be larger than `limbs`.
    [[nodiscard]] std::optional<Rational> power(std::int64_t exponent, size_t limbs) const;
    /// Where it is the square of a fraction.
    [[nodiscard]] std::optional<Rational> squareRoot() const;
    /// The square root of what is not negative, cut off behind so many decimals or later.
    [[nodiscard]] Rational squareRootTo(unsigned decimals) const;

    std::strong_ordering operator<=>(const Rational& other) const;
    bool operator==(const Rational& other) const = default;

private:
    BigInteger m_numerator;
    BigInteger m_denominator;
};

} // namespace phidelity
