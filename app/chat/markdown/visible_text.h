// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// `text` with every character that is not seen but changes what is (control characters, overrides
/// and isolates of direction, tags, U+2028, an object mark) replaced by one that is seen, so that
/// what one reads is what stands there. Tabs, line feeds, and the joiners of emoji and of scripts
/// that need them stay. As long as `text`, character for character. Linear.
[[nodiscard]] QString visibleText(const QString& text);

} // namespace phidelity
