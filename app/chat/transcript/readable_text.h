// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// `text` for a reader, as the window shows it (visibleText()): line ends are '\n', what would be
/// invisible or turn the text around stands there as a sign that one can see, halves of surrogate
/// pairs and what XML forbids are U+FFFD. Tabs stay. Linear.
[[nodiscard]] QString readableText(const QString& text);

/// readableText() on one line: runs of white space become one blank; at most 500 characters.
[[nodiscard]] QString onOneLine(const QString& text);

} // namespace phidelity
