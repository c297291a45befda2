// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// Where a link leads, as it can be shown and opened.
struct LinkAddress {
    QString shown;      ///< percent-encoded, host in ASCII, nothing hidden in it
    bool opens = false; ///< http, https or mailto
};
[[nodiscard]] LinkAddress linkAddress(const QString& written);

/// True where the words of a link look like an address and it is not this one.
[[nodiscard]] bool misleads(const QString& words, const QString& address);

} // namespace phidelity
