// SPDX-License-Identifier: MIT
#include "ui/calm_style.h"

#include <algorithm>
#include <cmath>

#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QPainter>
#include <QPushButton>
#include <QStyleOption>
#include <QStyleOptionComboBox>
#include <QStyleOptionSlider>
#include <QStyleOptionSpinBox>

#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr double kRadius = 5;
constexpr double kRing = 2; ///< width of the ring round what has the focus
/// Between the edge of a box and its text, beyond what Fusion leaves.
constexpr int kTextGap = 4;

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
    const double line = focus ? kRing : 1;
    painter.setPen(QPen(focus ? shades.accent : edge, line));
    if (!raisedAlways && !focus) {
        painter.setPen(Qt::NoPen);
    }
    painter.drawRoundedRect(insideEdge(option.rect, line), kRadius, kRadius);
    painter.restore();
}

/// The ground and edge of what one types in.
void drawField(const QStyleOption& option, QPainter& painter) {
    const Shades shades = shadesOf(option.palette);
    const bool focus = option.state & QStyle::State_HasFocus;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(option.palette.brush(QPalette::Base));
    const double line = focus ? kRing : 1;
    painter.setPen(QPen(focus ? shades.accent : shades.edge, line));
    painter.drawRoundedRect(insideEdge(option.rect, line), kRadius - 1, kRadius - 1);
    painter.restore();
}

/// The edge of a list or of a text of many lines; its ground is drawn already.
void drawEdge(const QStyleOption& option, QPainter& painter) {
    const Shades shades = shadesOf(option.palette);
    const bool focus = option.state & QStyle::State_HasFocus;
    const double line = focus ? kRing : 1;
    painter.save();
    painter.setPen(QPen(focus ? shades.accent : shades.edge, line, Qt::SolidLine, Qt::SquareCap,
                        Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(insideEdge(option.rect, line));
    painter.restore();
}

/// A ring round what the keyboard acts on.
void drawFocusRing(const QStyleOption& option, QPainter& painter) {
    if (!(option.state & QStyle::State_KeyboardFocusChange)) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(shadesOf(option.palette).accent, kRing));
    painter.drawRoundedRect(insideEdge(option.rect, kRing), kRadius, kRadius);
    painter.restore();
}

/// Ground and edge of what is marked or not.
void setMarkColors(const QStyleOption& option, QPainter& painter) {
    const bool on = option.state & QStyle::State_On;
    const QPalette& palette = option.palette;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(palette.brush(on ? QPalette::Highlight : QPalette::Base));
    painter.setPen(QPen(on ? palette.color(QPalette::Highlight) : shadesOf(palette).edge, 1));
}

void drawCheckBox(const QStyleOption& option, QPainter& painter) {
    const bool on = option.state & QStyle::State_On;
    const QRectF box = insideEdge(option.rect, 1);
    painter.save();
    setMarkColors(option, painter);
    painter.drawRoundedRect(box, kRadius - 2, kRadius - 2);
    if (on) {
        const auto at = [&box](double x, double y) {
            return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
        };
        const QPointF tick[] = {at(0.22, 0.52), at(0.42, 0.72), at(0.78, 0.3)};
        painter.setPen(QPen(option.palette.color(QPalette::HighlightedText), box.width() / 8,
                            Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(tick, 3);
    }
    painter.restore();
}

void drawRadioButton(const QStyleOption& option, QPainter& painter) {
    const bool on = option.state & QStyle::State_On;
    const QRectF box = insideEdge(option.rect, 1);
    painter.save();
    setMarkColors(option, painter);
    painter.drawEllipse(box);
    if (on) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(option.palette.brush(QPalette::HighlightedText));
        painter.drawEllipse(box.center(), box.width() * 0.2, box.height() * 0.2);
    }
    painter.restore();
}

/// A small angle that points up or down.
void drawAngle(const QRectF& place, bool up, const QColor& color, QPainter& painter) {
    const double reach =
        std::min(std::min(place.width(), place.height()) * 0.26, 3.6 * currentZoom());
    const double rise = (up ? -1 : 1) * reach * 0.55;
    const QPointF middle = place.center();
    const QPointF angle[] = {middle + QPointF(-reach, -rise), middle + QPointF(0, rise),
                             middle + QPointF(reach, -rise)};
    painter.setPen(
        QPen(color, std::max(1.2, reach * 0.34), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(angle, 3);
}

void drawSpinBox(const QStyle& style, const QStyleOptionSpinBox& spin, QPainter& painter,
                 const QWidget* widget) {
    drawField(spin, painter);
    const QPalette& palette = spin.palette;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto drawStep = [&](QStyle::SubControl part, QAbstractSpinBox::StepEnabledFlag flag) {
        const QRectF place(style.subControlRect(QStyle::CC_SpinBox, &spin, part, widget));
        const bool enabled = (spin.state & QStyle::State_Enabled) && (spin.stepEnabled & flag);
        const bool touched = enabled && (spin.activeSubControls & part);
        if (touched) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(mixed(palette.color(QPalette::Base), palette.color(QPalette::Text),
                                   (spin.state & QStyle::State_Sunken) ? 0.2 : 0.1));
            painter.drawRoundedRect(place.adjusted(0, 0.5, -1, -0.5), kRadius - 2, kRadius - 2);
        }
        const QPalette::ColorGroup group = enabled ? QPalette::Active : QPalette::Disabled;
        drawAngle(place.adjusted(-1, -1, 0, 1), part == QStyle::SC_SpinBoxUp,
                  palette.color(group, QPalette::Text), painter);
    };
    if (spin.buttonSymbols != QAbstractSpinBox::NoButtons) {
        drawStep(QStyle::SC_SpinBoxUp, QAbstractSpinBox::StepUpEnabled);
        drawStep(QStyle::SC_SpinBoxDown, QAbstractSpinBox::StepDownEnabled);
    }
    painter.restore();
}

void drawComboBox(const QStyle& style, const QStyleOptionComboBox& box, QPainter& painter,
                  const QWidget* widget) {
    drawButton(box, painter, true);
    const QRectF arrow(
        style.subControlRect(QStyle::CC_ComboBox, &box, QStyle::SC_ComboBoxArrow, widget));
    const QPalette::ColorGroup group =
        (box.state & QStyle::State_Enabled) ? QPalette::Active : QPalette::Disabled;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    drawAngle(arrow, false, box.palette.color(group, QPalette::ButtonText), painter);
    painter.restore();
}

} // namespace

CalmStyle::CalmStyle() : QProxyStyle(QStringLiteral("Fusion")) {
    setObjectName(QStringLiteral("fusion"));
}

void CalmStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                              QPainter* painter, const QWidget* widget) const {
    switch (element) {
    case PE_PanelButtonCommand:
        drawButton(*option, *painter, true);
        return;
    case PE_PanelButtonTool:
        drawButton(*option, *painter, !(option->state & State_AutoRaise));
        return;
    case PE_PanelLineEdit:
        // A spin box draws the ground of its own text.
        if (!widget || !qobject_cast<const QAbstractSpinBox*>(widget->parentWidget())) {
            drawField(*option, *painter);
        }
        return;
    case PE_Frame:
        if (qobject_cast<const QAbstractScrollArea*>(widget)) {
            drawEdge(*option, *painter);
        } else {
            QProxyStyle::drawPrimitive(element, option, painter, widget);
        }
        return;
    case PE_IndicatorCheckBox:
        drawCheckBox(*option, *painter);
        return;
    case PE_IndicatorRadioButton:
        drawRadioButton(*option, *painter);
        return;
    case PE_FrameFocusRect:
        if (!qobject_cast<const QPushButton*>(widget)) { // whose panel has the ring already
            drawFocusRing(*option, *painter);
        }
        return;
    case PE_IndicatorTabClose: {
        const bool held = option->state & (State_MouseOver | State_Sunken);
        if (held) {
            painter->fillRect(option->rect, shadesOf(option->palette).hover);
        }
        icon(QStringLiteral("close")).paint(painter, option->rect.adjusted(2, 2, -2, -2));
        return;
    }
    case PE_IndicatorDockWidgetResizeHandle: {
        const QRect rect = option->rect;
        const bool upright = rect.height() > rect.width();
        painter->fillRect(upright ? QRect(rect.center().x(), rect.y(), 1, rect.height())
                                  : QRect(rect.x(), rect.center().y(), rect.width(), 1),
                          shadesOf(option->palette).line);
        return;
    }
    case PE_PanelMenu:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        painter->save();
        painter->setPen(shadesOf(option->palette).line);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void CalmStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                   QPainter* painter, const QWidget* widget) const {
    if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        spin && control == CC_SpinBox) {
        drawSpinBox(*this, *spin, *painter, widget);
        return;
    }
    if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        box && control == CC_ComboBox && !box->editable) {
        drawComboBox(*this, *box, *painter, widget);
        return;
    }
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
        const QRect rect = QProxyStyle::subControlRect(control, option, part, widget);
        const bool boxText = control == CC_ComboBox && part == SC_ComboBoxEditField;
        return boxText ? rect.adjusted(kTextGap, 0, 0, 0) : rect;
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

QRect CalmStyle::subElementRect(SubElement part, const QStyleOption* option,
                                const QWidget* widget) const {
    const QRect rect = QProxyStyle::subElementRect(part, option, widget);
    const bool ownFrame = part == SE_LineEditContents && widget &&
                          !qobject_cast<const QAbstractSpinBox*>(widget->parentWidget());
    return ownFrame ? rect.adjusted(kTextGap, 0, -kTextGap, 0) : rect;
}

QIcon CalmStyle::standardIcon(StandardPixmap which, const QStyleOption* option,
                              const QWidget* widget) const {
    switch (which) {
    case SP_MessageBoxCritical:
    case SP_MessageBoxWarning:
        return icon(QStringLiteral("warning"));
    case SP_MessageBoxInformation:
    case SP_MessageBoxQuestion:
        return icon(QStringLiteral("info"));
    default:
        return QProxyStyle::standardIcon(which, option, widget);
    }
}

QSize CalmStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                  const QWidget* widget) const {
    QSize whole = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_PushButton) {
        whole += QSize(8, 4);
    } else if (type == CT_ComboBox) {
        whole += QSize(6 + kTextGap, 4);
    } else if (type == CT_LineEdit) {
        whole += QSize(2 * kTextGap, 2);
    } else if (type == CT_ToolButton) {
        whole += QSize(4, 4);
    } else if (type == CT_ItemViewItem) {
        whole += QSize(0, 6); // rows of a list breathe as those of a menu do
    }
    return whole;
}

int CalmStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                           const QWidget* widget) const {
    switch (metric) {
    case PM_ScrollBarExtent:
        return 12;
    case PM_DockWidgetSeparatorExtent:
        return 5; // to be caught by the pointer; what is seen is a line
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
        // Icons grow with the text beside them.
        return static_cast<int>(std::lround(16 * std::max(1.0, currentZoom())));
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin:
        return widget && widget->isWindow() ? 4 * gridUnit(widget)
                                            : QProxyStyle::pixelMetric(metric, option, widget);
    case PM_DefaultFrameWidth:
        // Room for the ring round what has the focus.
        return qobject_cast<const QAbstractScrollArea*>(widget)
                   ? static_cast<int>(kRing)
                   : QProxyStyle::pixelMetric(metric, option, widget);
    case PM_FocusFrameHMargin: // beside the text of a list's row
        return kTextGap;
    case PM_ScrollView_ScrollBarOverlap:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int CalmStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                         QStyleHintReturn* data) const {
    switch (hint) {
    case SH_DialogButtonBox_ButtonsHaveIcons: // drawn for light windows only
    case SH_EtchDisabledText:                 // a shadow under letters, hard to read in the dark
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

} // namespace phidelity
