// SPDX-License-Identifier: MIT
#pragma once

#include <QApplication>
#include <QScrollArea>

namespace phidelity {

/// Scrolls to whatever takes the focus within an area. Qt does so only where the focus was within
/// it before. The area must have its widget.
inline void keepFocusInSight(QScrollArea* area) {
    QObject::connect(qApp, &QApplication::focusChanged, area, [area](const QWidget*, QWidget* now) {
        if (now && area->widget() && area->widget()->isAncestorOf(now)) {
            area->ensureWidgetVisible(now);
        }
    });
}

} // namespace phidelity
