// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// Markdown that shows the same in other programs as in the window, where nothing is HTML and
/// nothing is loaded: outside code, what would be a tag or a picture gets a backslash before it
/// ("\<img", "\!["). One that stands behind n backslashes gets n + 1 more, so that the way back
/// is certain. Linear.
[[nodiscard]] QString disarmMarkdown(const QString& markdown);

/// The way back: rearmMarkdown(disarmMarkdown(x)) == x.
[[nodiscard]] QString rearmMarkdown(const QString& markdown);

} // namespace phidelity
