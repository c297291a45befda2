// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

class MainWindow;

/// Remembers from one start to the next whether the window's checkable action of this name is on,
/// in the user's configuration under `key`. Before it was ever switched it stays as it is. To be
/// called once the action is connected.
void rememberSwitch(MainWindow& window, const QString& action, const QString& key);

} // namespace phidelity
