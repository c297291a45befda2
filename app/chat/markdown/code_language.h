// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// A file name that code of this language (the word behind a fence) would have: "x.py" for
/// "python". For highlighters that know languages by their files; a language nobody knows gives a
/// name nobody knows.
[[nodiscard]] QString codeFileName(const QString& language);

} // namespace phidelity
