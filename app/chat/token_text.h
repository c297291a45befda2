// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace phidelity {

/// The bytes of a token as text that hides nothing: a space is "·", a tab "⇥", a line's end "↵" and
/// the end itself; control characters, blanks without width and marks that turn the direction of
/// writing stand as their code, and so do bytes that are only a part of a character: "⟨C3⟩".
[[nodiscard]] QString visibleText(const QByteArray& bytes);

} // namespace phidelity
