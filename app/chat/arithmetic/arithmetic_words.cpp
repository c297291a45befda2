// SPDX-License-Identifier: MIT
#include "chat/arithmetic/arithmetic_words.h"

#include <QHash>
#include <QSet>

namespace phidelity {

namespace {

struct Row {
    const char* words; ///< parted by spaces
    const char* dimension;
    std::int64_t numerator;
    std::int64_t denominator;
};

/// International definitions; all exact.
constexpr Row kUnits[] = {
    {"mm millimeter millimeters millimetre millimetres", "length", 1, 1000},
    {"cm centimeter centimeters centimetre centimetres", "length", 1, 100},
    {"m meter meters metre metres", "length", 1, 1},
    {"km kilometer kilometers kilometre kilometres", "length", 1000, 1},
    {"inch inches", "length", 254, 10000},
    {"ft foot feet", "length", 3048, 10000},
    {"yd yard yards", "length", 9144, 10000},
    {"mi mile miles", "length", 1609344, 1000},
    {"mg milligram milligrams", "mass", 1, 1000000},
    {"g gram grams", "mass", 1, 1000},
    {"kg kilogram kilograms", "mass", 1, 1},
    {"lb lbs pound pounds", "mass lb", 1, 1},
    {"oz ounce ounces", "ounce", 1, 1},
    {"ml mL milliliter milliliters", "volume", 1, 1000},
    {"l L liter liters litre litres", "volume", 1, 1},
    {"s sec second seconds", "time", 1, 1},
    {"min mins minute minutes", "time", 60, 1},
    {"h hr hrs hour hours", "time", 3600, 1},
    {"day days", "day", 1, 1},
    {"week weeks", "day", 7, 1},
    {"month months", "month", 1, 1},
    {"year years", "month", 12, 1},
    {"dollar dollars USD", "$", 1, 1},
    {"cent cents", "$", 1, 100},
    {"euro euros EUR", "euro", 1, 1},
    {"yen JPY", "yen", 1, 1},
    {"GBP", "pound", 1, 1},
    {"degree degrees", "degree", 1, 1},
    {"°C", "degree Celsius", 1, 1},
    {"°F", "degree Fahrenheit", 1, 1},
    {"mph", "mph", 1, 1},
    {"V", "volt", 1, 1},
    {"A", "ampere", 1, 1},
    {"W", "watt", 1, 1},
    {"kW", "watt", 1000, 1},
    {"N", "newton", 1, 1},
    {"J", "joule", 1, 1},
    {"Hz", "hertz", 1, 1},
    {"KB kB", "kb", 1, 1},
    {"MB", "mb", 1, 1},
    {"GB", "gb", 1, 1},
};

QSet<QString> words(const char* list) {
    const QStringList parts = QString::fromLatin1(list).split(u' ');
    return {parts.cbegin(), parts.cend()};
}

} // namespace

std::optional<KnownUnit> unitOf(const QString& word) {
    static const QHash<QString, KnownUnit> known = [] {
        QHash<QString, KnownUnit> table;
        for (const Row& row : kUnits) {
            for (const QString& name : QString::fromUtf8(row.words).split(u' ')) {
                table.insert(name,
                             {QString::fromLatin1(row.dimension),
                              Rational(BigInteger(row.numerator), BigInteger(row.denominator))});
            }
        }
        for (const char* name : {"mm", "cm", "m", "km", "ft"}) {
            for (const int power : {2, 3}) {
                KnownUnit unit = table.value(QString::fromLatin1(name));
                unit.scale = *unit.scale.power(power, 16);
                unit.power = power;
                table.insert(QString::fromLatin1(name) + QString::number(power), unit);
            }
        }
        return table;
    }();
    const auto found = known.constFind(word);
    return found == known.constEnd() ? std::nullopt : std::optional(*found);
}

std::optional<Rational> multipleOf(const QString& word) {
    static const QHash<QString, std::int64_t> known = {
        {QStringLiteral("hundred"), 100},
        {QStringLiteral("thousand"), 1000},
        {QStringLiteral("million"), 1000000},
        {QStringLiteral("billion"), 1000000000},
        {QStringLiteral("trillion"), 1000000000000},
        {QStringLiteral("dozen"), 12},
        {QStringLiteral("dozens"), 12},
    };
    const auto found = known.constFind(word);
    return found == known.constEnd() ? std::nullopt : std::optional(Rational(*found));
}

bool isLinkingWord(const QString& word) {
    static const QSet<QString> known = words(
        "so and which is was are were the then because but or since as to for in at on with that "
        "this it we you he she they i if when where while thus hence therefore now next also not "
        "exactly total altogether left each per by from using given after before again only just "
        "correctly here there let be has have had will would can an a of into than what how why");
    return known.contains(word.toLower());
}

bool changesWhatFollows(const QString& word) {
    static const QSet<QString> known = words(
        "of lim limit integral fig eq eqn art vol ch pp log ln lg exp sin cos tan cot sec csc "
        "arcsin arccos arctan sqrt root cbrt max min gcd "
        "lcm floor ceil round abs sum mod modulo times plus minus divided multiplied by over per "
        "squared cubed power than from to between twice thrice half double triple base percent "
        "dozen step question problem example exercise figure table chapter line part case number "
        "no day round item page pages chapters lines questions team section version hundred "
        "thousand million negative square cube "
        "subtract subtracting");
    return known.contains(word.toLower());
}

bool changesWhatPrecedes(const QString& word) {
    static const QSet<QString> known = words(
        "plus minus times divided multiplied over squared cubed mod modulo more less fewer "
        "remainder r rem choose factorial percent of to point hundred thousand million billion "
        "trillion dozen half th st nd rd or something and_a_half pi");
    return known.contains(word.toLower());
}

bool isOtherArithmetic(const QString& word) {
    static const QSet<QString> known = words(
        "binary hex hexadecimal octal base mod modulo xor clock clockwise bitwise boolean "
        "integer floor truncated string strings concatenated concatenation module modular score");
    return known.contains(word.toLower());
}

QString singular(const QString& word) {
    QString lower = word.toLower();
    if (lower.size() > 4 && lower.endsWith(QLatin1String("ies"))) {
        return lower.left(lower.size() - 3) + u'y';
    }
    if (lower.size() > 4 &&
        (lower.endsWith(QLatin1String("xes")) || lower.endsWith(QLatin1String("ches")) ||
         lower.endsWith(QLatin1String("shes")))) {
        return lower.left(lower.size() - 2);
    }
    if (lower.size() > 3 && lower.endsWith(u's') && !lower.endsWith(QLatin1String("ss"))) {
        lower.chop(1);
    }
    return lower;
}

} // namespace phidelity
