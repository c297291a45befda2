// SPDX-License-Identifier: MIT
#include "chat/arithmetic/unit_reader.h"

#include <algorithm>

#include "chat/arithmetic/arithmetic_words.h"

namespace phidelity {

namespace {

using Kind = ArithmeticToken::Kind;
using Next = TokenCursor::Next;

constexpr int kMostPower = 3;
constexpr qsizetype kMostNameWords = 3;

QString currencyOf(const QString& sign) {
    static const QString signs = QStringLiteral("$€£¥");
    static const char* const names[] = {"$", "euro", "pound", "yen"};
    return QString::fromLatin1(names[std::max<qsizetype>(0, signs.indexOf(sign))]);
}

void readMultiples(TokenCursor& cursor, Quantity& quantity) {
    while (cursor.is(Kind::Word)) {
        const std::optional<Rational> multiple = multipleOf(cursor.token().word.toLower());
        if (!multiple) {
            return;
        }
        quantity.value = quantity.value * *multiple;
        quantity.number = quantity.number * *multiple;
        quantity.scale = quantity.scale * *multiple;
        quantity.multiple = true;
        cursor.skip();
    }
}

void apply(Quantity& quantity, const KnownUnit& unit, int power) {
    const auto factor = unit.scale.power(power, 64);
    quantity.value = quantity.value * *factor;
    quantity.scale = quantity.scale * *factor;
    int& exponent = quantity.units[unit.dimension];
    exponent += power * unit.power;
    if (exponent == 0) {
        quantity.units.erase(unit.dimension);
    }
}

/// The unit that the cursor stands at, with a power behind it; `sign` -1 = per such.
void readKnownUnit(TokenCursor& cursor, Quantity& quantity, const KnownUnit& unit, int sign) {
    quantity.letterUnit = quantity.letterUnit || cursor.token().word.size() == 1;
    cursor.skip();
    int power = 1;
    if (cursor.is(Kind::Raised) && cursor.token().number.value.isWhole()) {
        power = static_cast<int>(cursor.token().number.value.numerator().toInt(1));
        cursor.skip();
    } else if (cursor.is(Kind::Power) && !cursor.token().spaceBefore &&
               cursor.is(Kind::Number, 1) && cursor.token(1).wholeNumber) {
        power = static_cast<int>(cursor.token(1).number.value.numerator().toInt(1));
        cursor.skip(2);
    }
    apply(quantity, unit, sign * std::clamp(power, -kMostPower, kMostPower));
}

void addNoun(Quantity& quantity, const QString& word) {
    const QString name = singular(word);
    if (!quantity.nouns.contains(name)) {
        quantity.nouns.append(name);
    }
}

/// "/hour", "per hour", "per person".
void readPer(TokenCursor& cursor, Quantity& quantity) {
    while ((cursor.is(Kind::Divide) || cursor.isWord("per")) && cursor.is(Kind::Word, 1)) {
        const std::optional<KnownUnit> unit = unitOf(cursor.token(1).word);
        if (!unit) {
            if (cursor.isWord("per") && cursor.token(1).word.size() > 1) {
                addNoun(quantity, cursor.token(1).word);
                cursor.skip(2);
                continue;
            }
            return;
        }
        cursor.skip();
        readKnownUnit(cursor, quantity, *unit, -1);
    }
}

bool isName(const TokenCursor& cursor, qsizetype by) {
    const ArithmeticToken& word = cursor.token(by);
    return word.kind == Kind::Word && word.spaceBefore && word.word.size() > 1 &&
           !cursor.isWord("of", by) && !cursor.isWord("times", by) && !cursor.isWord("per", by) &&
           std::all_of(word.word.cbegin(), word.word.cend(),
                       [](QChar c) { return c.isLetter() || c == u'\''; });
}

/// Up to three words, "small red apples", if an operator follows; else the one that follows.
void readCountedName(TokenCursor& cursor, Quantity& quantity) {
    qsizetype count = 0;
    while (count < kMostNameWords && isName(cursor, count)) {
        ++count;
    }
    if (count == 0) {
        return;
    }
    const bool ends = cursor.next(count) == Next::Operator;
    const QString& first = cursor.token().word;
    if (ends ? changesWhatPrecedes(cursor.token(count - 1).word)
             : isLinkingWord(first) || changesWhatPrecedes(first)) {
        return;
    }
    qsizetype named = ends ? count : 1;
    while (!ends && named < count && !isLinkingWord(cursor.token(named).word)) {
        ++named;
    }
    addNoun(quantity, cursor.token(named - 1).word);
    cursor.skip(named);
}

} // namespace

std::optional<Quantity> readMoney(TokenCursor& cursor) {
    const QString currency = currencyOf(cursor.token().word);
    cursor.skip();
    if (!cursor.is(Kind::Number)) {
        return std::nullopt;
    }
    Quantity amount = cursor.token().number;
    cursor.skip();
    readMultiples(cursor, amount);
    amount.units[currency] = 1;
    readPer(cursor, amount);
    return amount;
}

void readUnit(TokenCursor& cursor, Quantity& quantity) {
    readMultiples(cursor, quantity);
    if (cursor.is(Kind::Currency) && !cursor.is(Kind::Number, 1)) { // "5 €"
        apply(quantity, {currencyOf(cursor.token().word), Rational(1)}, 1);
        cursor.skip();
        return;
    }
    const bool beforeUnit = cursor.is(Kind::Word, 1) && unitOf(cursor.token(1).word);
    const bool square = cursor.isWord("square") || cursor.isWord("sq");
    const int power = beforeUnit && square ? 2 : beforeUnit && cursor.isWord("cubic") ? 3 : 1;
    if (power > 1) {
        cursor.skip();
    }
    if (cursor.is(Kind::Word)) {
        if (const std::optional<KnownUnit> known = unitOf(cursor.token().word)) {
            if (power > 1) {
                quantity.letterUnit = quantity.letterUnit || cursor.token().word.size() == 1;
                apply(quantity, *known, power);
                cursor.skip();
            } else {
                readKnownUnit(cursor, quantity, *known, 1);
            }
            readPer(cursor, quantity);
            return;
        }
    }
    readCountedName(cursor, quantity);
    if (cursor.isWord("per") || cursor.is(Kind::Divide)) {
        readPer(cursor, quantity);
    }
}

} // namespace phidelity
