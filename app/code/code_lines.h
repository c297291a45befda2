// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>

namespace phidelity {

/// Leading spaces and tabs, each counted as one.
[[nodiscard]] qsizetype indentOfLine(QStringView line);
/// Nothing but spaces and tabs.
[[nodiscard]] bool isBlankLine(QStringView line);
/// Whether a line begins a function, a class or the like, in the languages that say so by a word.
[[nodiscard]] bool definesSomething(QStringView line);

} // namespace phidelity
