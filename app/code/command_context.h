// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// Characters of a text.
struct CodeRegion {
    qsizetype from = 0;
    qsizetype to = 0; ///< behind the last
    [[nodiscard]] bool isEmpty() const { return from >= to; }
    bool operator==(const CodeRegion&) const = default;
};

/// What a command is about: the selection without line ends behind it and with the indentation
/// before it; without a selection the definition around the cursor, else the lines around it that
/// no empty line parts. Empty where there is nothing but white space. Linear.
[[nodiscard]] CodeRegion regionFor(const QString& text, qsizetype anchor, qsizetype cursor);

enum class Surroundings { Before, BeforeAndAfter };
/// What of a text goes to the model with a region of it.
struct CodeContext {
    QString before;
    QString after;
    QString leftOut; ///< a sentence on what is not there; empty where everything is
};
/// Whole lines, the nearest ones; where not all have room, before them those that import something
/// and those that open what the region stands in. At most `characters` in all, a quarter of them
/// for what comes after if that is wanted.
[[nodiscard]] CodeContext contextFor(const QString& text, const CodeRegion& region,
                                     Surroundings wanted, qsizetype characters);

} // namespace phidelity
