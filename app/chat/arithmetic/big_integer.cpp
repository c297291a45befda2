// SPDX-License-Identifier: MIT
#include "chat/arithmetic/big_integer.h"

#include <algorithm>

namespace phidelity {

BigInteger::BigInteger(std::int64_t value) : m_negative(value < 0) {
    std::uint64_t rest =
        m_negative ? ~static_cast<std::uint64_t>(value) + 1U : static_cast<std::uint64_t>(value);
    for (; rest != 0; rest >>= 32U) {
        m_limbs.push_back(static_cast<std::uint32_t>(rest));
    }
}

BigInteger BigInteger::make(Limbs limbs, bool negative) {
    trim(limbs);
    BigInteger number;
    number.m_negative = negative && !limbs.empty();
    number.m_limbs = std::move(limbs);
    return number;
}

BigInteger BigInteger::fromDigits(std::string_view digits) {
    Limbs limbs;
    for (const char digit : digits) {
        std::uint64_t carry = static_cast<std::uint64_t>(digit - '0');
        for (std::uint32_t& limb : limbs) {
            carry += std::uint64_t{limb} * 10U;
            limb = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
        if (carry != 0) {
            limbs.push_back(static_cast<std::uint32_t>(carry));
        }
    }
    return make(std::move(limbs), false);
}

BigInteger BigInteger::powerOfTen(unsigned exponent) {
    BigInteger power(1);
    for (unsigned step = 0; step < exponent; ++step) {
        power = power * BigInteger(10);
    }
    return power;
}

std::int64_t BigInteger::toInt(std::int64_t otherwise) const {
    if (m_limbs.size() > 1) {
        return otherwise;
    }
    const std::int64_t value = m_limbs.empty() ? 0 : std::int64_t{m_limbs[0]};
    return m_negative ? -value : value;
}

std::string BigInteger::toString() const {
    if (isZero()) {
        return "0";
    }
    std::string text;
    Limbs rest = m_limbs;
    while (!rest.empty()) {
        std::uint32_t nine = divideSmall(rest, 1'000'000'000U);
        for (int digit = 0; digit < 9 && (nine != 0 || !rest.empty()); ++digit) {
            text.push_back(static_cast<char>('0' + nine % 10U));
            nine /= 10U;
        }
    }
    if (m_negative) {
        text.push_back('-');
    }
    std::reverse(text.begin(), text.end());
    return text;
}

BigInteger BigInteger::magnitude() const {
    return make(m_limbs, false);
}

BigInteger BigInteger::operator-() const {
    return make(m_limbs, !m_negative);
}

void BigInteger::trim(Limbs& limbs) {
    while (!limbs.empty() && limbs.back() == 0) {
        limbs.pop_back();
    }
}

std::strong_ordering BigInteger::compare(const Limbs& a, const Limbs& b) {
    if (a.size() != b.size()) {
        return a.size() <=> b.size();
    }
    for (size_t at = a.size(); at-- > 0;) {
        if (a[at] != b[at]) {
            return a[at] <=> b[at];
        }
    }
    return std::strong_ordering::equal;
}

BigInteger::Limbs BigInteger::add(const Limbs& a, const Limbs& b) {
    Limbs sum;
    std::uint64_t carry = 0;
    for (size_t at = 0; at < std::max(a.size(), b.size()) || carry != 0; ++at) {
        carry += at < a.size() ? a[at] : 0U;
        carry += at < b.size() ? b[at] : 0U;
        sum.push_back(static_cast<std::uint32_t>(carry));
        carry >>= 32U;
    }
    return sum;
}

BigInteger::Limbs BigInteger::subtract(const Limbs& a, const Limbs& b) {
    Limbs difference = a;
    std::int64_t borrow = 0;
    for (size_t at = 0; at < a.size(); ++at) {
        std::int64_t limb =
            std::int64_t{a[at]} - borrow - (at < b.size() ? std::int64_t{b[at]} : 0);
        borrow = limb < 0 ? 1 : 0;
        difference[at] = static_cast<std::uint32_t>(limb + borrow * (std::int64_t{1} << 32));
    }
    trim(difference);
    return difference;
}

std::uint32_t BigInteger::divideSmall(Limbs& limbs, std::uint32_t by) {
    std::uint64_t rest = 0;
    for (size_t at = limbs.size(); at-- > 0;) {
        rest = (rest << 32U) | limbs[at];
        limbs[at] = static_cast<std::uint32_t>(rest / by);
        rest %= by;
    }
    trim(limbs);
    return static_cast<std::uint32_t>(rest);
}

BigInteger operator+(const BigInteger& a, const BigInteger& b) {
    if (a.m_negative == b.m_negative) {
        return BigInteger::make(BigInteger::add(a.m_limbs, b.m_limbs), a.m_negative);
    }
    const bool aLarger = BigInteger::compare(a.m_limbs, b.m_limbs) >= 0;
    return aLarger ? BigInteger::make(BigInteger::subtract(a.m_limbs, b.m_limbs), a.m_negative)
                   : BigInteger::make(BigInteger::subtract(b.m_limbs, a.m_limbs), b.m_negative);
}

BigInteger operator-(const BigInteger& a, const BigInteger& b) {
    return a + (-b);
}

BigInteger operator*(const BigInteger& a, const BigInteger& b) {
    BigInteger::Limbs product(a.m_limbs.size() + b.m_limbs.size(), 0U);
    for (size_t i = 0; i < a.m_limbs.size(); ++i) {
        std::uint64_t carry = 0;
        for (size_t j = 0; j < b.m_limbs.size() || carry != 0; ++j) {
            carry += product[i + j];
            carry += j < b.m_limbs.size() ? std::uint64_t{a.m_limbs[i]} * b.m_limbs[j] : 0U;
            product[i + j] = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
    }
    return BigInteger::make(std::move(product), a.m_negative != b.m_negative);
}

BigInteger::Division BigInteger::divide(const BigInteger& a, const BigInteger& b) {
    if (b.m_limbs.size() == 1) {
        Limbs quotient = a.m_limbs;
        const std::uint32_t rest = divideSmall(quotient, b.m_limbs[0]);
        return {make(std::move(quotient), a.m_negative != b.m_negative),
                make(Limbs{rest}, a.m_negative)};
    }
    // Bit by bit: slow but obvious, and numbers of this size are rare in a text.
    Limbs quotient(a.m_limbs.size(), 0U);
    Limbs rest;
    for (size_t bit = a.m_limbs.size() * 32; bit-- > 0;) {
        std::uint32_t carry = (a.m_limbs[bit / 32] >> (bit % 32)) & 1U;
        for (std::uint32_t& limb : rest) {
            const std::uint32_t out = limb >> 31U;
            limb = (limb << 1U) | carry;
            carry = out;
        }
        if (carry != 0) {
            rest.push_back(carry);
        }
        if (compare(rest, b.m_limbs) >= 0) {
            rest = subtract(rest, b.m_limbs);
            quotient[bit / 32] |= std::uint32_t{1} << (bit % 32);
        }
    }
    return {make(std::move(quotient), a.m_negative != b.m_negative),
            make(std::move(rest), a.m_negative)};
}

BigInteger BigInteger::greatestCommonDivisor(BigInteger a, BigInteger b) {
    a = a.magnitude();
    b = b.magnitude();
    while (!b.isZero()) {
        BigInteger rest = divide(a, b).rest;
        a = std::move(b);
        b = std::move(rest);
    }
    return a;
}

BigInteger BigInteger::squareRoot() const {
    if (isZero()) {
        return {};
    }
    // Newton's steps from above: each is nearer until one is not.
    BigInteger root = make(Limbs(m_limbs.size() / 2 + 2, 0xFFFFFFFFU), false);
    while (true) {
        BigInteger next = divide(root + divide(*this, root).quotient, BigInteger(2)).quotient;
        if (next >= root) {
            return root;
        }
        root = std::move(next);
    }
}

std::strong_ordering BigInteger::operator<=>(const BigInteger& other) const {
    if (m_negative != other.m_negative) {
        return m_negative ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return m_negative ? compare(other.m_limbs, m_limbs) : compare(m_limbs, other.m_limbs);
}

} // namespace phidelity
