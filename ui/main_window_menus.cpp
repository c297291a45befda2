// SPDX-License-Identifier: MIT
// The menus of the main window and their shortcuts.
#include <type_traits>

#include <QAbstractSpinBox>
#include <QAction>
#include <QActionGroup>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QShortcut>

#include "ui/chat_find.h"
#include "ui/chat_page.h"
#include "ui/command_palette.h"
#include "ui/composer.h"
#include "ui/help_dialogs.h"
#include "ui/icon.h"
#include "ui/main_window.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/panel_docks.h"

namespace phidelity {

QAction* MainWindow::addAction(QMenu* menu, const char* name, const QString& text,
                               const QKeySequence& shortcut) {
    QAction* action = menu->addAction(text);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(shortcut);
    return action;
}

void MainWindow::buildMenus() {
    buildFileMenu();
    buildEditMenu();
    buildViewMenu();
    buildChatActions();
    buildHelpMenu();
    m_palette = new CommandPalette(this, menuBar());
    auto* escapeKey = new QShortcut(QKeySequence(Qt::Key_Escape), this);
    connect(escapeKey, &QShortcut::activated, this, &MainWindow::escape);
}

void MainWindow::buildFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    QAction* fresh = addAction(menu, "actionNew", tr("&New Conversation"), QKeySequence::New);
    fresh->setIcon(icon(QStringLiteral("new")));
    connect(fresh, &QAction::triggered, this, [this] {
        m_page->composer()->tellDraft();
        showPage(QStringLiteral("chat"));
        emit newConversationRequested();
    });
    menu->addSeparator();
    QAction* open = addAction(menu, "actionOpen", tr("&Open Model…"), QKeySequence::Open);
    open->setIcon(icon(QStringLiteral("open")));
    connect(open, &QAction::triggered, this, &MainWindow::chooseFile);
    QAction* folder = addAction(menu, "actionOpenFolder", tr("Open Model &Folder…"),
                                QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O));
    connect(folder, &QAction::triggered, this, &MainWindow::chooseFolder);
    QAction* demo = addAction(menu, "actionDemo", tr("Use &Demo Model"), {});
    connect(demo, &QAction::triggered, this, [this] { emit openModelRequested({}); });
    QAction* device = addAction(menu, "actionDevice", tr("De&vice…"),
                                QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D));
    connect(device, &QAction::triggered, this, &MainWindow::chooseDevice);
    menu->addSeparator();
    QAction* import = addAction(menu, "actionImport", tr("&Import Conversations…"), {});
    connect(import, &QAction::triggered, this, &MainWindow::importRequested);
    QAction* exporting = addAction(menu, "actionExport", tr("&Export…"),
                                   QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
    connect(exporting, &QAction::triggered, this, &MainWindow::exportRequested);
    QAction* print = addAction(menu, "actionPrint", tr("&Print…"), QKeySequence::Print);
    connect(print, &QAction::triggered, this, &MainWindow::printRequested);
    menu->addSeparator();
    QAction* quit = addAction(menu, "actionQuit", tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q));
    connect(quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::buildEditMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    // These act on what has the focus; the keys, which the menu only tells, are its own.
    const auto addEdit = [this, menu](const char* name, const QString& text,
                                      QKeySequence::StandardKey key, auto act) {
        const QString keys = QKeySequence(key).toString(QKeySequence::NativeText);
        QAction* action = addAction(menu, name, text + u'\t' + keys, {});
        connect(action, &QAction::triggered, this, [this, act] {
            QWidget* focus = focusWidget();
            if (const auto* box = qobject_cast<QAbstractSpinBox*>(focus)) {
                focus = box->findChild<QLineEdit*>();
            }
            if (auto* edit = qobject_cast<QPlainTextEdit*>(focus)) {
                act(edit);
            } else if (auto* line = qobject_cast<QLineEdit*>(focus)) {
                act(line);
            } else if (auto* view = qobject_cast<MessageView*>(focus)) {
                act(view);
            }
        });
    };
    const auto onText = [](auto act) {
        return [act](auto* edit) {
            if constexpr (!std::is_same_v<decltype(edit), MessageView*>) {
                act(edit);
            }
        };
    };
    addEdit("actionUndo", tr("&Undo"), QKeySequence::Undo, onText([](auto* e) { e->undo(); }));
    addEdit("actionRedo", tr("&Redo"), QKeySequence::Redo, onText([](auto* e) { e->redo(); }));
    menu->addSeparator();
    addEdit("actionCut", tr("Cu&t"), QKeySequence::Cut, onText([](auto* e) { e->cut(); }));
    addEdit("actionCopy", tr("&Copy"), QKeySequence::Copy, [](auto* edit) { edit->copy(); });
    addEdit("actionPaste", tr("&Paste"), QKeySequence::Paste, onText([](auto* e) { e->paste(); }));
    addEdit("actionSelectAll", tr("Select &All"), QKeySequence::SelectAll,
            [](auto* edit) { edit->selectAll(); });
    menu->addSeparator();
    QAction* search = addAction(menu, "actionSearch", tr("&Find in All Conversations"),
                                QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F));
    connect(search, &QAction::triggered, this, &MainWindow::searchConversations);
}

QAction* MainWindow::addChatAction(const char* name, const QString& text,
                                   const QKeySequence& shortcut) {
    auto* action = new QAction(text, m_page);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(shortcut);
    m_page->addAction(action);
    return action;
}

void MainWindow::addChatLine() {
    auto* line = new QAction(m_page);
    line->setSeparator(true);
    m_page->addAction(line);
}

void MainWindow::buildChatActions() {
    QAction* write = addChatAction("actionCompose", tr("Go to the &Box to Write In"),
                                   QKeySequence(Qt::CTRL | Qt::Key_L));
    connect(write, &QAction::triggered, this, [this] { m_page->composer()->focusInput(); });
    ChatFind* find = m_page->find();
    connect(addChatAction("actionFind", tr("F&ind in This Conversation…"), QKeySequence::Find),
            &QAction::triggered, find, &ChatFind::open);
    connect(addChatAction("actionFindNext", tr("Find &Next"), QKeySequence(Qt::Key_F3)),
            &QAction::triggered, find, &ChatFind::findNext);
    connect(addChatAction("actionFindPrevious", tr("Find Pre&vious"),
                          QKeySequence(Qt::SHIFT | Qt::Key_F3)),
            &QAction::triggered, find, &ChatFind::findPrevious);
    addChatLine();
    m_regenerate = addChatAction("actionRegenerate", tr("&Write Last Reply Again"),
                                 QKeySequence(Qt::CTRL | Qt::Key_R));
    m_regenerate->setIcon(icon(QStringLiteral("regenerate")));
    connect(m_regenerate, &QAction::triggered, this,
            [this] { emit regenerateRequested(m_page->messages()->rowCount() - 1); });
    m_replay = addChatAction("actionReplay", tr("Repla&y Last Reply"), {});
    m_replay->setVisible(false);
    connect(m_replay, &QAction::triggered, this,
            [this] { emit replayRequested(m_page->messages()->rowCount() - 1); });
    m_continue = addChatAction("actionContinue", tr("Contin&ue Last Reply"),
                               QKeySequence(Qt::CTRL | Qt::Key_Return));
    connect(m_continue, &QAction::triggered, this, &MainWindow::continueRequested);
    m_toggleCut = addChatAction("actionToggleCut", tr("Show or &Hide What Was Cut"),
                                QKeySequence(Qt::CTRL | Qt::Key_E));
    connect(m_toggleCut, &QAction::triggered, m_page->view(), &MessageView::toggleCut);
    m_stop = addChatAction("actionStop", tr("&Stop the Reply"), {});
    m_stop->setIcon(icon(QStringLiteral("stop")));
    m_stop->setEnabled(false);
    connect(m_stop, &QAction::triggered, this, &MainWindow::stopRequested);
    addChatLine();
    QAction* copyCode = addChatAction("actionCopyCode", tr("Copy Last Co&de"),
                                      QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C));
    connect(copyCode, &QAction::triggered, m_page->view(), &MessageView::copyLastCode);
    addChatLine();
    QAction* prompt = addChatAction("actionPrompt", tr("&Prompt…"),
                                    QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P));
    connect(prompt, &QAction::triggered, this, &MainWindow::openPrompt);
    QAction* formats = addChatAction("actionFormats", tr("Prompt &Formats…"), {});
    connect(formats, &QAction::triggered, this, &MainWindow::formatsRequested);
    QAction* whole = addChatAction("actionSendWhole", tr("Send the Wh&ole Conversation"), {});
    whole->setToolTip(tr("Also what was left out to make room"));
    connect(whole, &QAction::triggered, this, &MainWindow::sendWholeRequested);
}

void MainWindow::setReplayOffered(bool offered) {
    m_replay->setVisible(offered);
    m_page->view()->setReplayOffered(offered);
}

void MainWindow::buildViewMenu() {
    QMenu* menu = m_viewMenu = menuBar()->addMenu(tr("&View"));
    menu->setObjectName(QStringLiteral("viewMenu"));
    QAction* commands = addAction(menu, "actionCommands", tr("Find a Co&mmand…"),
                                  QKeySequence(Qt::CTRL | Qt::Key_K));
    connect(commands, &QAction::triggered, this, [this] { m_palette->open(); });
    menu->addSeparator();
    m_pageChoice = new QActionGroup(this);
    m_pageLine = menu->addSeparator();
    m_showConversations = new QAction(tr("&Conversations"), this);
    m_showConversations->setObjectName(QStringLiteral("actionConversations"));
    m_showConversations->setShortcut(QKeySequence(Qt::Key_F9));
    m_showSettings = new QAction(tr("&Settings"), this);
    m_showSettings->setObjectName(QStringLiteral("actionSettings"));
    m_showSettings->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Comma));
    for (QAction* action : {m_showConversations, m_showSettings}) {
        action->setCheckable(true);
        action->setChecked(true);
    }
    m_panelsBack = addAction(menu, "actionPanelsBack", tr("&Put All Panels Back"), {});
    connect(m_panelsBack, &QAction::triggered, this, [this] { m_docks->reset(); });
    menu->addSeparator();
    QAction* larger = addAction(menu, "actionZoomIn", tr("&Zoom In"), QKeySequence::ZoomIn);
    larger->setShortcuts(
        {QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)});
    connect(larger, &QAction::triggered, this, [this] { setZoom(m_zoom + 0.1); });
    QAction* smaller =
        addAction(menu, "actionZoomOut", tr("Zoom &Out"), QKeySequence(Qt::CTRL | Qt::Key_Minus));
    connect(smaller, &QAction::triggered, this, [this] { setZoom(m_zoom - 0.1); });
    QAction* reset =
        addAction(menu, "actionZoomReset", tr("&Normal Size"), QKeySequence(Qt::CTRL | Qt::Key_0));
    connect(reset, &QAction::triggered, this, [this] { setZoom(1.0); });
    menu->addSeparator();
    buildAppearances(menu);
    menu->addSeparator();
    QAction* arithmetic = addAction(menu, "actionArithmetic", tr("Chec&k Arithmetic"), {});
    arithmetic->setToolTip(tr("Marks what a reply computes, right or wrong"));
    arithmetic->setCheckable(true);
    arithmetic->setChecked(true);
    connect(arithmetic, &QAction::toggled, this,
            [this](bool on) { m_page->view()->setArithmeticChecked(on); });
    QAction* full =
        addAction(menu, "actionFullScreen", tr("&Full Screen"), QKeySequence(Qt::Key_F11));
    full->setCheckable(true);
    connect(full, &QAction::triggered, this, [this](bool on) {
        setWindowState(on ? windowState() | Qt::WindowFullScreen
                          : windowState() & ~Qt::WindowFullScreen);
    });
}

void MainWindow::buildAppearances(QMenu* menu) {
    m_appearances = new QActionGroup(this);
    const std::pair<Appearance, QString> looks[] = {{Appearance::System, tr("Follow the S&ystem")},
                                                    {Appearance::Light, tr("Li&ght")},
                                                    {Appearance::Dark, tr("&Dark")}};
    for (const auto& [appearance, text] : looks) {
        QAction* action = addAction(menu, "", text, {});
        action->setObjectName(QStringLiteral("appearance%1").arg(static_cast<int>(appearance)));
        action->setCheckable(true);
        action->setChecked(appearance == Appearance::System);
        action->setData(static_cast<int>(appearance));
        m_appearances->addAction(action);
    }
    connect(m_appearances, &QActionGroup::triggered, this, [this](const QAction* action) {
        emit appearanceChosen(static_cast<Appearance>(action->data().toInt()));
    });
}

void MainWindow::buildHelpMenu() {
    QMenu* menu = m_helpMenu = menuBar()->addMenu(tr("&Help"));
    QAction* shortcuts =
        addAction(menu, "actionShortcuts", tr("&Keyboard Shortcuts"), QKeySequence(Qt::Key_F1));
    connect(shortcuts, &QAction::triggered, this, &MainWindow::showShortcuts);
    QAction* about = addAction(menu, "actionAbout", tr("&About Phidelity"), {});
    connect(about, &QAction::triggered, this, &MainWindow::showAbout);
}

void MainWindow::showShortcuts() {
    showShortcutsDialog(this);
}

void MainWindow::showAbout() {
    showAboutDialog(this);
}

} // namespace phidelity
