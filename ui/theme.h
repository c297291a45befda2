// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QRectF>

class QApplication;
class QWidget;

namespace phidelity {

/// Which palette the user wants.
enum class Appearance { System, Light, Dark };

/// The colours of the window beyond QPalette's roles, all derived from a palette, so that light,
/// dark and a user's own colours work alike. Text colours reach WCAG AA (4.5:1) on `page`.
struct Shades {
    QColor page;    ///< behind messages
    QColor text;    ///< messages
    QColor dimText; ///< labels, notes
    QColor line;    ///< thin separators and outlines
    QColor edge;    ///< of a field one types in; 3:1 on `page` and on the window (WCAG 1.4.11)
    QColor card;    ///< the user's messages
    QColor code;    ///< behind code
    QColor hover;   ///< under the pointer
    QColor accent;  ///< links, progress, focus; readable on `page`
    QColor warning; ///< readable on `page`
    QColor danger;  ///< readable on `page`
    bool dark = false;
};
[[nodiscard]] Shades shadesOf(const QPalette& palette);

/// `amount` of `top` over `bottom`, 0..1.
[[nodiscard]] QColor mixed(const QColor& bottom, const QColor& top, double amount);
/// WCAG 2 contrast ratio, 1..21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);
/// `wanted`, made lighter or darker until it reads on `back` with the given contrast.
[[nodiscard]] QColor readableOn(const QColor& back, const QColor& wanted, double ratio = 4.5);

/// The colour of a label's text, whatever ground it stands on.
void setTextColor(QWidget* label, const QPalette& base, const QColor& color);
/// The grid: spacings are multiples of it. Grows with the font of `widget`; 4 at usual sizes.
[[nodiscard]] int gridUnit(const QWidget* widget);
/// Fonts derived from a base, in proportion, so that zoom moves all of them.
[[nodiscard]] QFont scaledFont(const QFont& base, double factor);
[[nodiscard]] QFont codeFont(const QFont& base);

/// Where a line of this width runs just inside of `rect`, so that it is sharp.
[[nodiscard]] QRectF insideEdge(const QRect& rect, double lineWidth);

/// Sets style and palette for the whole program. System keeps what the desktop gives; where no
/// desktop gives a palette, our own light one serves. Widgets follow by QEvent::PaletteChange.
void applyAppearance(QApplication& application, Appearance appearance);
/// Scales every font of the program; 1 is the desktop's own size.
void applyZoom(QApplication& application, double factor);
/// The factor that applyZoom was last given.
[[nodiscard]] double currentZoom();

} // namespace phidelity
