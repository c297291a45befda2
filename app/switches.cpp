// SPDX-License-Identifier: MIT
#include "app/switches.h"

#include <memory>

#include <QAction>
#include <QSettings>

#include "ui/main_window.h"

namespace phidelity {

void rememberSwitch(MainWindow& window, const QString& action, const QString& key) {
    const auto store = [] {
        return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope,
                                           QStringLiteral("phidelity"),
                                           QStringLiteral("phidelity"));
    };
    auto* toggle = window.findChild<QAction*>(action);
    toggle->setChecked(store()->value(key, toggle->isChecked()).toBool());
    QObject::connect(toggle, &QAction::toggled, &window,
                     [store, key](bool on) { store()->setValue(key, on); });
}

} // namespace phidelity
