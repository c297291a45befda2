// SPDX-License-Identifier: MIT
#include "ui/panel_docks.h"

#include <algorithm>

#include <QAction>

#include "ui/panel_dock.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

/// What is left to the page, in grid units; a panel that is not asked for by hand takes no more.
constexpr int kPageWidth = 120;
constexpr int kPageHeight = 60;

bool isAcross(Qt::DockWidgetArea area) {
    return area == Qt::LeftDockWidgetArea || area == Qt::RightDockWidgetArea;
}

} // namespace

PanelDocks::PanelDocks(QMainWindow* host) : QObject(host), m_host(host) {
    host->setDockNestingEnabled(true);
    host->setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    // Qt's own menu of docks would change what is wanted behind our back.
    host->setContextMenuPolicy(Qt::NoContextMenu);
}

void PanelDocks::add(QWidget* content, const QString& key, const QString& title,
                     Qt::DockWidgetArea area, QAction* toggle, const QStringList& pages) {
    auto* dock = new PanelDock(content, key, title);
    toggle->setCheckable(true);
    Panel panel{key, area, dock, toggle, pages, toggle->isChecked(), toggle->isChecked(), true};
    panel.wanted = m_restored.value(key, panel.wantedAtFirst);
    place(panel);
    m_panels.append(panel);
    if (!m_layout.isEmpty()) {
        m_host->restoreDockWidget(dock);
    }
    connect(toggle, &QAction::triggered, this, [this, key](bool shown) { toggled(key, shown); });
    connect(dock, &PanelDock::closeRequested, this, [this, key] { show(key, false); });
    connect(dock, &QDockWidget::visibilityChanged, this, [this, key](bool revealed) {
        if (Panel* changed = find(key)) {
            changed->revealed = revealed;
        }
    });
    // Not while Qt is still moving it.
    connect(dock, &QDockWidget::topLevelChanged, this, &PanelDocks::fit, Qt::QueuedConnection);
    connect(dock, &QDockWidget::dockLocationChanged, this, &PanelDocks::fit, Qt::QueuedConnection);
    fit();
}

void PanelDocks::place(const Panel& panel) {
    m_host->addDockWidget(panel.home, panel.dock);
    for (const Panel& other : m_panels) {
        if (other.dock != panel.dock && other.home == panel.home && !other.dock->isFloating()) {
            m_host->tabifyDockWidget(other.dock, panel.dock);
            other.dock->raise();
            break;
        }
    }
}

PanelDocks::Panel* PanelDocks::find(const QString& key) {
    const auto found = std::find_if(m_panels.begin(), m_panels.end(),
                                    [&](const Panel& panel) { return panel.key == key; });
    return found == m_panels.end() ? nullptr : &*found;
}

void PanelDocks::setPage(const QString& key) {
    m_page = key;
    fit();
}

void PanelDocks::toggled(const QString& key, bool shown) {
    const Panel* panel = find(key);
    // One that stands behind another's tab is asked for, not hidden.
    const bool hidden = panel && panel->dock->isVisible() && !panel->revealed;
    show(key, shown || hidden);
}

void PanelDocks::show(const QString& key, bool shown) {
    Panel* panel = find(key);
    if (!panel) {
        return;
    }
    panel->wanted = shown;
    m_forced = shown && !panel->dock->isFloating() ? areaOf(*panel) : Qt::NoDockWidgetArea;
    fit();
    if (shown) {
        panel->dock->raise();
    }
}

bool PanelDocks::offered(const Panel& panel) const {
    return panel.pages.isEmpty() || panel.pages.contains(m_page);
}

Qt::DockWidgetArea PanelDocks::areaOf(const Panel& panel) const {
    const Qt::DockWidgetArea area = m_host->dockWidgetArea(panel.dock);
    return area == Qt::NoDockWidgetArea ? panel.home : area;
}

int PanelDocks::extentOf(Qt::DockWidgetArea area) const {
    int extent = 0;
    for (const Panel& panel : m_panels) {
        if (panel.wanted && offered(panel) && !panel.dock->isFloating() && areaOf(panel) == area) {
            const QSize size = panel.dock->dockedSize();
            extent = std::max(extent, isAcross(area) ? size.width() : size.height());
        }
    }
    return extent;
}

void PanelDocks::fit() {
    const int unit = gridUnit(m_host);
    // Of the window, which has its new size before the host has.
    int width = m_host->window()->width() - kPageWidth * unit;
    int height = m_host->window()->height() - kPageHeight * unit;
    Qt::DockWidgetAreas shown = m_forced;
    for (const Qt::DockWidgetArea area : {Qt::RightDockWidgetArea, Qt::LeftDockWidgetArea,
                                          Qt::BottomDockWidgetArea, Qt::TopDockWidgetArea}) {
        int& room = isAcross(area) ? width : height;
        const int extent = extentOf(area);
        if (area == m_forced || room >= extent) {
            shown |= area;
            room -= extent;
        }
    }
    for (const Panel& panel : m_panels) {
        const bool seen = panel.wanted && offered(panel) &&
                          (panel.dock->isFloating() || shown.testFlag(areaOf(panel)));
        panel.dock->setVisible(seen);
        panel.toggle->setChecked(seen);
        panel.toggle->setVisible(offered(panel));
    }
}

void PanelDocks::reset() {
    m_forced = Qt::NoDockWidgetArea;
    for (Panel& panel : m_panels) {
        panel.wanted = panel.wantedAtFirst;
        panel.dock->setFloating(false);
        m_host->removeDockWidget(panel.dock);
    }
    for (const Panel& panel : m_panels) {
        place(panel);
    }
    fit();
}

QMap<QString, bool> PanelDocks::wanted() const {
    QMap<QString, bool> wanted = m_restored; // of panels that are not there this time
    for (const Panel& panel : m_panels) {
        wanted.insert(panel.key, panel.wanted);
    }
    return wanted;
}

QByteArray PanelDocks::layout() const {
    return m_host->saveState();
}

void PanelDocks::restore(const QByteArray& layout, const QMap<QString, bool>& wanted) {
    m_restored = wanted;
    if (!layout.isEmpty() && m_host->restoreState(layout)) {
        m_layout = layout;
    }
    for (Panel& panel : m_panels) {
        panel.wanted = wanted.value(panel.key, panel.wantedAtFirst);
    }
    fit();
}

} // namespace phidelity
