// SPDX-License-Identifier: MIT
#include "ui/calm_wheel.h"

#include <QEvent>
#include <QWidget>

namespace phidelity {

namespace {

class WheelFilter : public QObject {
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) {
            return false;
        }
        event->ignore(); // so that what lies behind scrolls
        return true;
    }
};

} // namespace

void ignoreWheelWithoutFocus(QWidget* control) {
    control->setFocusPolicy(Qt::StrongFocus);
    control->installEventFilter(new WheelFilter(control));
}

} // namespace phidelity
