// SPDX-License-Identifier: MIT
// The frame of the main window: pages, the panels at their sides, the header, what is remembered.
#include <algorithm>

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QMenuBar>
#include <QRegularExpression>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/chat_page.h"
#include "ui/command_palette.h"
#include "ui/composer.h"
#include "ui/conversation_list.h"
#include "ui/elided_label.h"
#include "ui/icon.h"
#include "ui/main_window.h"
#include "ui/notice_bar.h"
#include "ui/page_switch.h"
#include "ui/panel_docks.h"
#include "ui/settings_panel.h"
#include "ui/status_line.h"

namespace phidelity {

namespace {

const QString kChat = QStringLiteral("chat");
/// Of a notice, in grid units; as wide as the chat's composer.
constexpr int kNoticeUnits = 172;

QFrame* separator() {
    auto* line = new QFrame;
    line->setObjectName(QStringLiteral("separator"));
    line->setFrameShape(QFrame::HLine);
    line->setFrameShadow(QFrame::Plain);
    line->setLineWidth(1);
    return line;
}

} // namespace

void MainWindow::buildShell() {
    m_header->setObjectName(QStringLiteral("header"));
    m_title->setObjectName(QStringLiteral("conversationTitle"));
    auto* header = new QHBoxLayout(m_header);
    header->addWidget(addHeaderButton(m_showConversations, QStringLiteral("sidebar")));
    header->addWidget(m_switch);
    header->addWidget(m_title, 1);
    header->addWidget(addHeaderButton(m_showSettings, QStringLiteral("panel")));
    auto* notice = new QHBoxLayout(m_noticeRow);
    notice->addStretch(1);
    notice->addWidget(m_notice, 1000);
    notice->addStretch(1);

    auto* middle = new QWidget;
    middle->setObjectName(QStringLiteral("middle"));
    auto* down = new QVBoxLayout(middle);
    down->setContentsMargins(0, 0, 0, 0);
    down->setSpacing(0);
    down->addWidget(m_header);
    down->addWidget(m_noticeRow);
    down->addWidget(m_stack, 1);
    for (QWidget* widget : {m_header, m_noticeRow, middle}) {
        widget->setAutoFillBackground(true);
        widget->setBackgroundRole(QPalette::Base);
    }
    m_bench->setObjectName(QStringLiteral("bench"));
    m_bench->setWindowFlags(Qt::Widget);
    m_bench->setCentralWidget(middle);
    auto* central = new QWidget;
    auto* all = new QVBoxLayout(central);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(m_bench, 1);
    all->addWidget(separator());
    all->addWidget(m_status);
    setCentralWidget(central);

    addPage(m_page, kChat);
    addPanel(m_conversations, QStringLiteral("conversations"), tr("Conversations"),
             Qt::LeftDockWidgetArea, m_showConversations, {kChat});
    addPanel(m_settings, QStringLiteral("settings"), tr("Settings"), Qt::RightDockWidgetArea,
             m_showSettings, {kChat, QStringLiteral("playground")});
}

QToolButton* MainWindow::addHeaderButton(QAction* action, const QString& symbol) {
    auto* button = new QToolButton;
    // The button takes everything anew from the action whenever that changes.
    action->setIcon(icon(symbol));
    action->setIconVisibleInMenu(false);
    button->setDefaultAction(action);
    button->setObjectName(action->objectName() + QStringLiteral("Button"));
    button->setAccessibleName(action->text().remove(u'&'));
    button->setToolTip(tr("%1 (%2)").arg(action->text().remove(u'&'),
                                         action->shortcut().toString(QKeySequence::NativeText)));
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(action, &QAction::changed, button,
            [action, button] { button->setVisible(action->isVisible()); });
    return button;
}

// ---- Pages

void MainWindow::addPage(WorkbenchPage* page, const QString& key) {
    const auto number = static_cast<int>(m_pages.size()) + 1;
    m_stack->addWidget(page);
    auto* choose = new QAction(icon(page->symbol()), page->title(), this);
    choose->setObjectName(QStringLiteral("actionPage.%1").arg(key));
    choose->setCheckable(true);
    if (number <= 9) {
        choose->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)));
    }
    m_pageChoice->addAction(choose);
    m_viewMenu->insertAction(m_pageLine, choose);
    connect(choose, &QAction::triggered, this, [this, key] { showPage(key); });
    m_switch->add(choose);

    auto* menu = new QMenu(u'&' + page->title(), this);
    menu->addActions(page->actions());
    QAction* menuAction = menuBar()->insertMenu(m_helpMenu->menuAction(), menu);
    menuAction->setVisible(false);
    m_pages.append({key, page, choose, menuAction});
    connect(page, &WorkbenchPage::headingChanged, this, &MainWindow::showHeading);
    if (m_pages.size() == 1 || key == m_wantedPage) {
        showPage(key);
    }
}

WorkbenchPage* MainWindow::currentPage() const {
    return static_cast<WorkbenchPage*>(m_stack->currentWidget());
}

QString MainWindow::shownPage() const {
    for (const Page& page : m_pages) {
        if (page.page == currentPage()) {
            return page.key;
        }
    }
    return {};
}

void MainWindow::showPage(const QString& key) {
    const auto page = std::find_if(m_pages.begin(), m_pages.end(),
                                   [&](const Page& each) { return each.key == key; });
    if (page == m_pages.end()) {
        return;
    }
    m_wantedPage.clear();
    page->choose->setChecked(true);
    // One after the other, since both may use the same keys.
    for (const Page& other : std::as_const(m_pages)) {
        other.menu->setVisible(false);
    }
    page->menu->setVisible(!page->page->actions().isEmpty());
    m_stack->setCurrentWidget(page->page);
    m_docks->setPage(key);
    showHeading();
    page->page->activated();
    emit pageShown(key);
}

void MainWindow::showHeading() {
    const QString heading = currentPage()->heading();
    m_title->setText(heading);
    setWindowTitle(heading);
}

// ---- Panels

void MainWindow::addPanel(QWidget* panel, const QString& key, const QString& title,
                          Qt::DockWidgetArea area, QAction* toggle, const QStringList& pages) {
    m_viewMenu->insertAction(m_panelsBack, toggle);
    m_docks->add(panel, key, title, area, toggle, pages);
}

void MainWindow::showPanel(const QString& key) {
    m_docks->show(key, true);
}

void MainWindow::searchConversations() {
    showPage(kChat);
    showPanel(QStringLiteral("conversations"));
    m_conversations->focusSearch();
}

// ---- What is remembered

void MainWindow::setState(const WindowState& state) {
    if (!state.geometry.isEmpty()) {
        restoreGeometry(state.geometry);
    }
    m_docks->restore(state.panelLayout, state.panels);
    m_palette->setRecent(state.recentCommands);
    m_zoom = state.zoom;
    for (QAction* action : m_appearances->actions()) {
        action->setChecked(action->data().toInt() == static_cast<int>(state.appearance));
    }
    m_wantedPage = state.page;
    showPage(state.page);
}

WindowState MainWindow::state() const {
    WindowState state;
    state.geometry = saveGeometry();
    state.panelLayout = m_docks->layout();
    state.panels = m_docks->wanted();
    state.page = shownPage();
    state.recentCommands = m_palette->recent();
    state.zoom = m_zoom;
    if (const QAction* chosen = m_appearances->checkedAction()) {
        state.appearance = static_cast<Appearance>(chosen->data().toInt());
    }
    return state;
}

void MainWindow::escape() {
    if (currentPage()->escape()) {
        return;
    }
    if (m_busy && currentPage() == m_page) {
        emit stopRequested();
    } else if (m_opening) {
        emit cancelOpeningRequested();
    } else {
        clearNotice();
    }
}

void MainWindow::applyLook() {
    const int unit = gridUnit(this);
    m_header->layout()->setContentsMargins(2 * unit, unit + unit / 2, 2 * unit, unit + unit / 2);
    m_noticeRow->layout()->setContentsMargins(4 * unit, unit, 4 * unit, unit);
    m_notice->setMaximumWidth(kNoticeUnits * unit);
    QFont title = font();
    title.setWeight(QFont::DemiBold);
    m_title->setFont(title);
    QPalette line = palette();
    line.setColor(QPalette::WindowText, shadesOf(palette()).line);
    const QList<QFrame*> frames =
        findChildren<QFrame*>(QRegularExpression(QStringLiteral("eparator$")));
    for (QFrame* frame : frames) {
        frame->setPalette(line);
    }
    m_docks->fit();
}

} // namespace phidelity
