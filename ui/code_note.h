// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// What stands under a piece of code that was run; no part of the message.
struct CodeNote {
    enum class Kind { Running, Good, Bad };
    Kind kind = Kind::Running;
    QString status; ///< a line: "Ended after 0.1 s. 3 checks passed."
    QString output; ///< what it printed, bounded, without control characters

    bool operator==(const CodeNote&) const = default;
};

} // namespace phidelity
