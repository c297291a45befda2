// SPDX-License-Identifier: MIT
#include "ui/calm_style.h"

#include <algorithm>

#include <QPainter>
#include <QStyleOption>
#include <QStyleOptionSlider>

#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr double kRadius = 5;

void drawButton(const QStyleOption& option, QPainter& painter, bool raisedAlways) {
    const QPalette& palette = option.palette;
    const Shades shades = shadesOf(palette);
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool down = option.state & QStyle::State_Sunken;
    const bool on = option.state & QStyle::State_On;
    const bool hover = enabled && (option.state & QStyle::State_MouseOver);
    const bool focus = (option.state & QStyle::State_HasFocus) &&
                       (option.state & QStyle::State_KeyboardFocusChange);
    if (!raisedAlways && !down && !on && !hover && !focus) {
        return;
    }
    QColor fill = raisedAlways ? palette.color(QPalette::Button) : palette.color(QPalette::Window);
    if (on && raisedAlways) {
        fill = mixed(fill, palette.color(QPalette::Highlight), shades.dark ? 0.38 : 0.16);
    }
    if (hover || down || !raisedAlways) {
        fill = mixed(fill, shades.text, down ? 0.14 : 0.07);
    }
    QColor edge = mixed(palette.color(QPalette::Window), shades.text, raisedAlways ? 0.2 : 0.1);
    if (on && raisedAlways) {
        edge = mixed(edge, palette.color(QPalette::Highlight), 0.6);
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(fill);
    painter.setPen(QPen(focus ? shades.accent : edge, focus ? 1.6 : 1));
    if (!raisedAlways && !focus) {
        painter.setPen(Qt::NoPen);
    }
    painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), kRadius, kRadius);
    painter.restore();
}

} // namespace

CalmStyle::CalmStyle() : QProxyStyle(QStringLiteral("Fusion")) {
    setObjectName(QStringLiteral("fusion"));
}

void CalmStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                              QPainter* painter, const QWidget* widget) const {
    if (element == PE_PanelButtonCommand) {
        drawButton(*option, *painter, true);
    } else if (element == PE_PanelButtonTool) {
        const bool flat = option->state & State_AutoRaise;
        drawButton(*option, *painter, !flat);
    } else {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void CalmStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                   QPainter* painter, const QWidget* widget) const {
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control != CC_ScrollBar || !bar) {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        return;
    }
    if (bar->minimum == bar->maximum) {
        return;
    }
    const QPalette& palette = option->palette;
    const bool held = (option->state & State_Sunken) || (option->state & State_MouseOver);
    QRectF handle(subControlRect(CC_ScrollBar, option, SC_ScrollBarSlider, widget));
    const double gap = held ? 2.5 : 3.5;
    handle.adjust(gap, gap, -gap, -gap);
    const double radius = std::min(handle.width(), handle.height()) / 2;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(mixed(palette.color(QPalette::Window), palette.color(QPalette::WindowText),
                            held ? 0.5 : 0.28));
    painter->drawRoundedRect(handle, radius, radius);
    painter->restore();
}

QRect CalmStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                SubControl part, const QWidget* widget) const {
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control != CC_ScrollBar || !bar) {
        return QProxyStyle::subControlRect(control, option, part, widget);
    }
    const bool across = bar->orientation == Qt::Horizontal;
    const int length = across ? bar->rect.width() : bar->rect.height();
    const qint64 range = static_cast<qint64>(bar->maximum) - bar->minimum;
    const int shortest = std::min(length, 32);
    const int handle =
        range > 0 ? std::max(shortest, static_cast<int>(static_cast<qint64>(length) *
                                                        bar->pageStep / (range + bar->pageStep)))
                  : length;
    const int start = sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition,
                                              length - handle, bar->upsideDown);
    const auto stretch = [&](int from, int to) {
        const QRect rect = across ? QRect(from, 0, to - from, bar->rect.height())
                                  : QRect(0, from, bar->rect.width(), to - from);
        return visualRect(bar->direction, bar->rect, rect.translated(bar->rect.topLeft()));
    };
    switch (part) {
    case SC_ScrollBarSlider:
        return stretch(start, start + handle);
    case SC_ScrollBarSubPage:
        return stretch(0, start);
    case SC_ScrollBarAddPage:
        return stretch(start + handle, length);
    case SC_ScrollBarGroove:
        return bar->rect;
    default:
        return {};
    }
}

QSize CalmStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                  const QWidget* widget) const {
    QSize whole = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_PushButton) {
        whole += QSize(8, 4);
    } else if (type == CT_ComboBox) {
        whole += QSize(6, 4);
    } else if (type == CT_ToolButton) {
        whole += QSize(4, 4);
    }
    return whole;
}

int CalmStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                           const QWidget* widget) const {
    switch (metric) {
    case PM_ScrollBarExtent:
        return 12;
    case PM_ScrollView_ScrollBarOverlap:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

} // namespace phidelity
