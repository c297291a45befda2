// SPDX-License-Identifier: MIT
#pragma once

#include <QFont>
#include <QPalette>

#include "ui/theme.h"

class QWidget;

namespace phidelity {

/// Fonts, colours and measures that messages are laid out and painted with; made anew when the
/// palette, the font or the zoom changes.
struct MessageLook {
    MessageLook() = default;
    explicit MessageLook(const QWidget* widget);

    QFont text;
    QFont code;
    QFont label; ///< authors, notes, languages
    QPalette palette;
    Shades shades;
    QColor hit;                   ///< behind the words of a search
    QColor currentHit;            ///< behind those that the user has gone to
    bool checksArithmetic = true; ///< statements of arithmetic in replies are marked
    bool runsCode = false;        ///< Python code has a button to run it
    int unit = 4;                 ///< the grid
    int textLine = 20;
    int codeLine = 18;
    int labelLine = 16;
    double textCharacter = 7; ///< mean width, for estimates
    double codeCharacter = 7;
};

} // namespace phidelity
