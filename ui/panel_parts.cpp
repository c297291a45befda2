// SPDX-License-Identifier: MIT
#include "ui/panel_parts.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSpinBox>

#include "ui/calm_wheel.h"
#include "ui/focus_in_sight.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("PanelParts", text);
}

} // namespace

QHBoxLayout* tokenLimitRow(QSpinBox* box, const QString& objectName) {
    auto* label = new QLabel(say("At most"));
    label->setBuddy(box);
    box->setObjectName(objectName);
    box->setAccessibleName(say("Longest reply in tokens"));
    box->setToolTip(say("The longest reply; a token is about three quarters of a word"));
    box->setRange(0, 1'000'000);
    box->setSingleStep(64);
    box->setSpecialValueText(say("No limit"));
    box->setSuffix(say(" tokens"));
    box->setKeyboardTracking(false);
    box->setAlignment(Qt::AlignRight);
    ignoreWheelWithoutFocus(box);
    auto* row = new QHBoxLayout;
    row->setSpacing(gridUnit(box));
    row->addWidget(label, 1);
    row->addWidget(box);
    return row;
}

QScrollArea* scrollingColumn(QWidget* content) {
    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    keepFocusInSight(scroll);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    return scroll;
}

} // namespace phidelity
