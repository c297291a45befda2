// SPDX-License-Identifier: MIT
#include "ui/theme.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetrics>
#include <QStyle>
#include <QStyleFactory>
#include <QWidget>

#include "ui/calm_style.h"

namespace phidelity {

namespace {

double zoomFactor = 1;

double luminance(const QColor& color) {
    const auto linear = [](double part) {
        return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

/// The only place where colours are written down: used when the desktop gives none, or when the
/// user asks for the other kind.
struct OwnColors {
    const char* window;
    const char* base;
    const char* alternateBase;
    const char* button;
    const char* text;
    const char* highlight;
    const char* link;
    const char* placeholder;
    const char* disabled;
};
constexpr OwnColors kLight{"#f4f4f6", "#ffffff", "#f7f7f9", "#fbfbfc", "#1e2026",
                           "#3a66c4", "#2b57b5", "#696e78", "#9498a1"};
constexpr OwnColors kDark{"#24262b", "#1b1d21", "#212328", "#2e3137", "#e4e6ea",
                          "#3d6bc9", "#8fb4f7", "#9a9faa", "#6c717b"};

QPalette ownPalette(const OwnColors& own) {
    const QColor window(own.window);
    const QColor base(own.base);
    const QColor text(own.text);
    QPalette palette{QColor(own.button), window};
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, QColor(own.alternateBase));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, QColor(own.button));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, mixed(window, text, 0.06));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::PlaceholderText, QColor(own.placeholder));
    palette.setColor(QPalette::Highlight, QColor(own.highlight));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(own.link));
    palette.setColor(QPalette::LinkVisited, QColor(own.link));
    palette.setColor(QPalette::Light, mixed(QColor(own.button), Qt::white, 0.3));
    palette.setColor(QPalette::Midlight, mixed(window, text, 0.06));
    palette.setColor(QPalette::Mid, mixed(window, text, 0.22));
    palette.setColor(QPalette::Dark, mixed(window, Qt::black, 0.3));
    palette.setColor(QPalette::Shadow, Qt::black);
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        palette.setColor(QPalette::Disabled, role, QColor(own.disabled));
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, mixed(window, text, 0.2));
    return palette;
}

/// True where no desktop has given the program colours of its own.
bool paletteIsStylesDefault(const QPalette& palette) {
    const std::unique_ptr<QStyle> fusion(QStyleFactory::create(QStringLiteral("Fusion")));
    if (!fusion) {
        return false;
    }
    const QPalette plain = fusion->standardPalette();
    return palette.color(QPalette::Window) == plain.color(QPalette::Window) &&
           palette.color(QPalette::Highlight) == plain.color(QPalette::Highlight);
}

} // namespace

QColor mixed(const QColor& bottom, const QColor& top, double amount) {
    const auto part = [amount](double low, double high) {
        return static_cast<float>(std::clamp(low + (high - low) * amount, 0.0, 1.0));
    };
    return QColor::fromRgbF(part(bottom.redF(), top.redF()), part(bottom.greenF(), top.greenF()),
                            part(bottom.blueF(), top.blueF()));
}

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a) + 0.05;
    const double second = luminance(b) + 0.05;
    return std::max(first, second) / std::min(first, second);
}

QColor readableOn(const QColor& back, const QColor& wanted, double ratio) {
    const QColor goal = luminance(back) < 0.18 ? QColor(Qt::white) : QColor(Qt::black);
    QColor color = wanted;
    for (int step = 1; step <= 20 && contrast(back, color) < ratio; ++step) {
        color = mixed(wanted, goal, step / 20.0);
    }
    return color;
}

Shades shadesOf(const QPalette& palette) {
    Shades shades;
    shades.page = palette.color(QPalette::Base);
    shades.text = palette.color(QPalette::Text);
    shades.dark = luminance(shades.page) < luminance(shades.text);
    const QColor accent = palette.color(QPalette::Highlight);
    shades.card = mixed(shades.page, accent, shades.dark ? 0.24 : 0.10);
    shades.code = mixed(shades.page, shades.text, shades.dark ? 0.06 : 0.04);
    shades.line = mixed(shades.page, shades.text, shades.dark ? 0.18 : 0.14);
    shades.hover = mixed(shades.page, shades.text, 0.08);
    // Dim text also stands on cards and on the window's own colour.
    const QColor window = palette.color(QPalette::Window);
    const QColor hardest =
        contrast(window, shades.text) < contrast(shades.page, shades.text) ? window : shades.page;
    shades.edge = readableOn(hardest, mixed(shades.page, shades.text, 0.26), 3.0);
    shades.dimText = readableOn(hardest, mixed(shades.page, shades.text, 0.6), 4.6);
    shades.accent = readableOn(shades.page, palette.color(QPalette::Link));
    shades.warning = readableOn(shades.page, QColor::fromHsl(36, 220, 110));
    shades.danger = readableOn(shades.page, QColor::fromHsl(2, 180, 120));
    return shades;
}

void setTextColor(QWidget* label, const QPalette& base, const QColor& color) {
    QPalette palette = base;
    palette.setColor(QPalette::WindowText, color);
    palette.setColor(QPalette::Text, color);
    label->setPalette(palette);
}

int gridUnit(const QWidget* widget) {
    return std::max(4, QFontMetrics(widget->font()).height() / 4);
}

QFont scaledFont(const QFont& base, double factor) {
    QFont font = base;
    if (base.pointSizeF() > 0) {
        font.setPointSizeF(base.pointSizeF() * factor);
    } else {
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(base.pixelSize() * factor))));
    }
    return font;
}

QFont codeFont(const QFont& base) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    const double size = base.pointSizeF();
    if (size > 0) {
        font.setPointSizeF(size * 0.96);
    } else {
        font.setPixelSize(base.pixelSize());
    }
    font.setStyleHint(QFont::Monospace);
    return font;
}

QRectF insideEdge(const QRect& rect, double lineWidth) {
    const double half = lineWidth / 2;
    return QRectF(rect).adjusted(half, half, -half, -half);
}

void applyAppearance(QApplication& application, Appearance appearance) {
    static const QPalette systemPalette = QApplication::palette();
    static const bool noDesktop = paletteIsStylesDefault(systemPalette);
    const QString style = QApplication::style()->name().toLower();
    const bool plain = style == QLatin1String("fusion") || style == QLatin1String("windows");
    if (plain && !qobject_cast<CalmStyle*>(QApplication::style())) {
        QApplication::setStyle(new CalmStyle);
    }
    switch (appearance) {
    case Appearance::System:
        // An empty palette hands the choice back to the desktop, which may change it at any time.
        application.setPalette(noDesktop ? ownPalette(kLight) : QPalette());
        break;
    case Appearance::Light:
        application.setPalette(ownPalette(kLight));
        break;
    case Appearance::Dark:
        application.setPalette(ownPalette(kDark));
        break;
    }
}

void applyZoom(QApplication& application, double factor) {
    static const QFont systemFont = QApplication::font();
    zoomFactor = factor;
    application.setFont(scaledFont(systemFont, factor));
}

double currentZoom() {
    return zoomFactor;
}

} // namespace phidelity
