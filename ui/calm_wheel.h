// SPDX-License-Identifier: MIT
#pragma once

class QWidget;

namespace phidelity {

/// From now on the wheel turns the value of `control` only while that has the focus, and a wheel
/// over it does not give it the focus: who scrolls past a field must not change it unseen.
void ignoreWheelWithoutFocus(QWidget* control);

} // namespace phidelity
