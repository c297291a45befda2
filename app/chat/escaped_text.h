// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QString>

namespace phidelity {

/// The text on one line with nothing hidden: a line's end is "\n", a tab "\t", a backslash "\\",
/// other control characters, separators, marks without width and halves of surrogates "\u200b".
[[nodiscard]] QString escapedText(const QString& text);

/// The other way about; none if a backslash is not followed by n, t, r, \ or u and four digits.
/// `problem` receives a sentence then.
[[nodiscard]] std::optional<QString> unescapedText(const QString& text, QString* problem = nullptr);

} // namespace phidelity
