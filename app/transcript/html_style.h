// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

class CodeKinds;

/// The style sheet of exported pages: one text, light and dark.
[[nodiscard]] QString htmlStyle(const CodeKinds& code);

} // namespace phidelity
