// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>

#include "chat/arithmetic/quantity.h"

namespace phidelity {

/// Digits of a text and what they stand for.
struct WrittenNumber {
    qsizetype length = 0; ///< in the text
    bool known = false;   ///< false: a date, a time, a version, an address, or not to be read
    bool whole = false;   ///< nothing but digits and what groups them
    Quantity quantity;    ///< of a known one; without sign and unit
};

/// Reads the number that begins at `at`, where a digit stands, or a point before one. Linear in its
/// length.
[[nodiscard]] WrittenNumber numberAt(QStringView text, qsizetype at);

} // namespace phidelity
