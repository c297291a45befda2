// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace phidelity {

/// A whole number of any size. Schoolbook arithmetic: n limbs cost n for sums and n² for products,
/// which is fine for the few hundred digits that a text states. Any thread.
class BigInteger {
public:
    BigInteger() = default;
    BigInteger(std::int64_t value); // NOLINT: a number is a number
    /// `digits` holds decimal digits only.
    [[nodiscard]] static BigInteger fromDigits(std::string_view digits);
    /// 10 to the power of `exponent`.
    [[nodiscard]] static BigInteger powerOfTen(unsigned exponent);

    [[nodiscard]] bool isZero() const { return m_limbs.empty(); }
    [[nodiscard]] bool isNegative() const { return m_negative; }
    [[nodiscard]] bool isOdd() const { return !m_limbs.empty() && (m_limbs[0] & 1U) != 0; }
    /// Size in units of 32 bits.
    [[nodiscard]] size_t limbs() const { return m_limbs.size(); }
    /// The value, or `otherwise` where it does not fit.
    [[nodiscard]] std::int64_t toInt(std::int64_t otherwise) const;
    [[nodiscard]] std::string toString() const;
    [[nodiscard]] BigInteger magnitude() const;

    BigInteger operator-() const;
    friend BigInteger operator+(const BigInteger& a, const BigInteger& b);
    friend BigInteger operator-(const BigInteger& a, const BigInteger& b);
    friend BigInteger operator*(const BigInteger& a, const BigInteger& b);
    struct Division;
    /// Rounds towards zero; the rest has the sign of `a`. `b` is not zero.
    [[nodiscard]] static Division divide(const BigInteger& a, const BigInteger& b);
    [[nodiscard]] static BigInteger greatestCommonDivisor(BigInteger a, BigInteger b);
    /// The largest r with r² <= this; for numbers that are not negative.
    [[nodiscard]] BigInteger squareRoot() const;

    std::strong_ordering operator<=>(const BigInteger& other) const;
    bool operator==(const BigInteger& other) const = default;

private:
    using Limbs = std::vector<std::uint32_t>;
    static void trim(Limbs& limbs);
    static std::strong_ordering compare(const Limbs& a, const Limbs& b);
    static Limbs add(const Limbs& a, const Limbs& b);
    static Limbs subtract(const Limbs& a, const Limbs& b); ///< a >= b
    static std::uint32_t divideSmall(Limbs& limbs, std::uint32_t by);
    static BigInteger make(Limbs limbs, bool negative);

    Limbs m_limbs; ///< least significant first, no zeros at the end
    bool m_negative = false;
};

struct BigInteger::Division {
    BigInteger quotient;
    BigInteger rest;
};

} // namespace phidelity
