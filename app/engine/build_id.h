// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// "0.1.0 (a940e76ff31c, GNU 12.2.0)": version, commit ("unknown" without git, with a plus sign
/// where there were changes) and compiler. Two builds of one id compute the same numbers.
[[nodiscard]] QString buildId();

} // namespace phidelity
