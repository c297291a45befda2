// SPDX-License-Identifier: MIT
#pragma once

#include <QIcon>
#include <QString>

namespace phidelity {

/// A monochrome icon of this program (resources/icons/NAME.svg), drawn as strokes in the colour of
/// the palette it is shown with: it follows light and dark, disabled and pressed, and any scale,
/// and needs no SVG library. The files hold <path>, <circle> and <rect> only; path commands are the
/// absolute M L H V C Q Z.
[[nodiscard]] QIcon icon(const QString& name);

/// The program's own icon, in its own colours.
[[nodiscard]] QIcon programIcon();

} // namespace phidelity
