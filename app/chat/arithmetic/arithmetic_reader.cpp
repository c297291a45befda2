// SPDX-License-Identifier: MIT
#include "chat/arithmetic/arithmetic_reader.h"

#include "chat/arithmetic/unit_reader.h"

namespace phidelity {

namespace {

/// Reads an expression by recursive descent; gives up where a value is no fraction.
class Reader : private TokenCursor {
public:
    using TokenCursor::at;
    using TokenCursor::TokenCursor;

    std::optional<Quantity> sum() {
        std::optional<Quantity> left = product();
        while (left && (is(Kind::Plus) || is(Kind::Minus))) {
            const qsizetype before = at();
            const int sign = is(Kind::Plus) ? 1 : -1;
            skip();
            const std::optional<Quantity> right = product();
            if (!right) {
                moveTo(before);
                break;
            }
            left = sumOf(*left, *right, sign);
        }
        return left;
    }

private:
    static constexpr int kDepth = 20;

    std::optional<Quantity> product() {
        std::optional<Quantity> left = signedPower();
        bool divided = false;
        while (left) {
            const qsizetype before = at();
            bool divide = false;
            bool implicit = false;
            bool maybeNote = false;
            const bool share = isWord("of") && (left->percent || left->operations > 0);
            if (is(Kind::Times) || isWord("times") || share) {
                skip();
            } else if (is(Kind::Divide)) {
                divide = true;
                skip();
            } else if (is(Kind::Open) && !token().spaceBefore &&
                       token().word == QLatin1String("(")) {
                implicit = true;
                maybeNote = is(Kind::Number, 1) && is(Kind::Close, 2);
            } else {
                break;
            }
            const std::optional<Quantity> right = signedPower();
            if (!right) {
                moveTo(before);
                break;
            }
            left = divide ? quotientOf(*left, *right) : productOf(*left, *right);
            if (left) {
                // "6/2(1+2)" is read in two ways; "7(2)" may refer to a note.
                left->unsure = left->unsure || (implicit && divided) || maybeNote;
            }
            divided = divided || divide;
        }
        return left;
    }

    std::optional<Quantity> signedPower() {
        if (is(Kind::Minus) || is(Kind::Plus)) {
            const bool negative = is(Kind::Minus);
            skip();
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
                skip();
            } else {
                const qsizetype before = at();
                skip();
                const bool negative = is(Kind::Minus);
                skip(negative ? 1 : 0);
                exponent = primary();
                if (!exponent) {
                    moveTo(before);
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
        if (base && is(Kind::Factorial) && !token().spaceBefore && next(1) == Next::Operator) {
            base = factorial(*base);
            skip();
        }
        if (base && is(Kind::Percent) && next(1) != Next::Number) {
            base->percent = true;
            base->number = base->value;
            base->value = base->value / Rational(100);
            skip();
        }
        if (base && takesUnit) {
            readUnit(*this, *base);
        }
        return base;
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
            return enclosed(token().word == QLatin1String("(")   ? QLatin1String(")")
                            : token().word == QLatin1String("[") ? QLatin1String("]")
                                                                 : QLatin1String("}"));
        }
        if (is(Kind::Other) && token().word == QLatin1String("|")) {
            std::optional<Quantity> inner = enclosed(QLatin1String("|"));
            if (inner) {
                inner->value = inner->value.magnitude();
                inner->number = inner->number.magnitude();
                inner->operations += 1;
            }
            return inner;
        }
        if (is(Kind::Root) || isWord("sqrt")) {
            const bool word = is(Kind::Word);
            skip();
            const bool enclosed = is(Kind::Open);
            if (word && !enclosed) {
                return std::nullopt;
            }
            ++m_depth;
            std::optional<Quantity> inner = primary();
            --m_depth;
            Quantity half;
            half.value = Rational(BigInteger(1), BigInteger(2));
            inner = inner ? powerOf(*inner, half) : std::nullopt;
            if (inner) {
                // Who knows how far the sign of "√16 + 9" is meant to reach.
                inner->unsure = inner->unsure || (!enclosed && goesOnBehind());
            }
            return inner;
        }
        if (is(Kind::Currency)) {
            return readMoney(*this);
        }
        if (is(Kind::Fraction)) {
            m_takesUnit = true;
            const Quantity part = token().number;
            skip();
            return part;
        }
        if (!is(Kind::Number)) {
            return std::nullopt;
        }
        Quantity number = token().number;
        const bool whole = token().wholeNumber;
        skip();
        m_takesUnit = true;
        if (whole && is(Kind::Fraction)) {
            number.value = number.value + token().number.value;
            number.number = number.value;
            number.operations = 1;
            skip();
        } else if (whole && isMixedFraction()) {
            const Rational part = token().number.value / token(2).number.value;
            number.value = number.value + part;
            number.number = number.value;
            number.operations = 1;
            skip(3);
        }
        return number;
    }

    [[nodiscard]] bool goesOnBehind() const {
        return next(0) == Next::Operator && !is(Kind::Equal) && !is(Kind::About) &&
               !is(Kind::Close);
    }

    /// What stands between two signs, the second of which is `close`.
    std::optional<Quantity> enclosed(QLatin1String close) {
        skip();
        ++m_depth;
        std::optional<Quantity> inner = sum();
        --m_depth;
        if (!inner || token().word != close) {
            return std::nullopt;
        }
        skip();
        m_takesUnit = true;
        return inner;
    }

    /// "1 1/2": a number, a space, and a fraction below one without spaces.
    [[nodiscard]] bool isMixedFraction() const {
        return is(Kind::Number) && token().wholeNumber && token().spaceBefore &&
               is(Kind::Divide, 1) && !token(1).spaceBefore && is(Kind::Number, 2) &&
               token(2).wholeNumber && !token(2).spaceBefore &&
               token().number.value < token(2).number.value && !token().number.value.isZero();
    }

    int m_depth = 0;
    int m_powers = 0;
    bool m_takesUnit = false;
};

} // namespace

std::optional<ReadExpression> readExpression(const QList<ArithmeticToken>& tokens, qsizetype from) {
    Reader reader(tokens, from);
    std::optional<Quantity> quantity = reader.sum();
    if (!quantity) {
        return std::nullopt;
    }
    return ReadExpression{std::move(*quantity), reader.at()};
}

} // namespace phidelity
