// SPDX-License-Identifier: MIT
#pragma once

class QDialog;
class QWidget;

namespace phidelity {

/// Lists the shortcuts of all actions under `window`, and the keys that have no action. Not modal;
/// deletes itself when closed.
QDialog* showShortcutsDialog(QWidget* window);
/// Name, version, what it is, licence. Not modal; deletes itself when closed.
QDialog* showAboutDialog(QWidget* window);

} // namespace phidelity
