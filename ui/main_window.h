// SPDX-License-Identifier: MIT
#pragma once

#include <QMainWindow>
#include <QMap>
#include <QStringList>

#include "chat/conversation.h"
#include "chat/generation_settings.h"
#include "chat/prompt_format.h"
#include "chat/prompt_warnings.h"
#include "engine/messages.h"
#include "engine/preview_messages.h"
#include "ui/theme.h"

class QAction;
class QActionGroup;
class QMenu;
class QStackedWidget;
class QToolButton;

namespace phidelity {

class ChatPage;
class CommandPalette;
class ConversationList;
class DeviceDialog;
class DropHint;
class ElidedLabel;
class NoticeBar;
class PageSwitch;
class PanelDocks;
class PromptView;
class SettingsPanel;
class StatusLine;
class WorkbenchPage;

/// What of the window is remembered from one start to the next.
struct WindowState {
    QByteArray geometry;
    QByteArray panelLayout;     ///< where the side panels stand
    QMap<QString, bool> panels; ///< which of them are wanted
    QString page;               ///< the one that was shown
    QStringList recentCommands; ///< of the command palette
    double zoom = 1.0;
    Appearance appearance = Appearance::System;
};

/// The window: menus, pages with a switch between them, panels at their sides, status. It shows the
/// values that its slots are given and tells what the user wants by its signals; it decides
/// nothing.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] ChatPage* page() const { return m_page; }
    [[nodiscard]] StatusLine* status() const { return m_status; }
    [[nodiscard]] SettingsPanel* settings() const { return m_settings; }
    [[nodiscard]] ConversationList* conversations() const { return m_conversations; }

    /// Takes a page; it comes behind those that are there, in the switch (Ctrl+1, Ctrl+2, ...), and
    /// gets a menu with its actions. The first one, "chat", is the window's own.
    void addPage(WorkbenchPage* page, const QString& key);
    /// Nothing where there is no such page.
    void showPage(const QString& key);
    [[nodiscard]] QString shownPage() const;
    /// Takes a panel that docks at a side of the page, floats and hides. `toggle` shows and hides
    /// it and comes into the View menu; one that is not checked is hidden at a first start.
    /// `pages`: keys of those beside which the panel stands; none = all. Its width is at least the
    /// minimum width of the panel.
    void addPanel(QWidget* panel, const QString& key, const QString& title, Qt::DockWidgetArea area,
                  QAction* toggle, const QStringList& pages = {});
    /// As by hand.
    void showPanel(const QString& key);

    /// After pages and panels were added, or before.
    void setState(const WindowState& state);
    [[nodiscard]] WindowState state() const;

    /// Shows the actions that replay a reply; off until there is someone who can.
    void setReplayOffered(bool offered);

public slots:
    void setFormat(const phidelity::PromptFormat& format);
    /// Those that the user made, for the chooser under the message.
    void setOwnFormats(const QList<phidelity::PromptFormat>& formats);
    void setBusy(bool busy);
    void setConversations(const QList<phidelity::ConversationInfo>& conversations,
                          const QStringList& folders, const QString& current);
    void showModel(const phidelity::ModelOpened& model);
    void showOpening(const QString& path, double fraction);
    void endOpening();
    void showNoModel();
    void showNotice(const QString& sentence, const QString& detail);
    void clearNotice();
    /// Adds to the notice that is shown: open the model with this context.
    void offerContext(int context);
    /// Likewise: let the processor run all but so many of its layers.
    void offerSharing(int layersOnDevice, int layers);
    /// Adds to the notice that is shown: try again to keep what could not be kept.
    void offerRetry();
    /// What stood in the composer when the conversation was left.
    void setDraft(const QString& text);
    /// What goes to the model next; for the strip over the composer, and the prompt view if it is
    /// open.
    void showPrompt(phidelity::PromptOccasion occasion, const phidelity::PromptPreview& preview,
                    const QList<phidelity::PromptWarning>& warnings);
    void setDevicePick(const phidelity::DevicePick& pick);
    /// Fills the dialog if it is open.
    void showDevices(const phidelity::DevicesListed& list);

signals:
    void pageShown(const QString& key);
    void submitted(const QString& text);
    void stopRequested();
    void regenerateRequested(int row);
    /// To run the reply in this row again and say whether it comes out the same: ReplayDialog.
    void replayRequested(int row);
    void continueRequested();
    void versionRequested(int row, int version);
    /// The text that is to stand beside the message of this row.
    void messageEdited(int row, const QString& text);
    void branchRequested(int row);
    void newConversationRequested();
    void conversationSelected(const QString& id);
    void importRequested();
    void exportRequested();
    void printRequested();
    /// An empty path is the demo model.
    void openModelRequested(const QString& path);
    void cancelOpeningRequested();
    void devicesRequested();
    void deviceChosen(const phidelity::DevicePick& pick);
    void contextChosen(int context);
    void sharingChosen();
    void retryRequested();
    /// What stands in the composer has changed; a moment after the last key.
    void draftChanged(const QString& text);
    /// Where the messages are read: MessageView::place.
    void placeChanged(double place);
    void formatChosen(const phidelity::PromptFormat& format);
    /// The editor of formats is asked for.
    void formatsRequested();
    /// What stands in the composer; `row`: of the message in whose place it is to stand, or -1.
    void typedChanged(const QString& text, int row);
    void sendWholeRequested();
    /// The prompt view was opened or closed.
    void promptWatched(bool watched);
    void settingsChanged(const phidelity::GenerationSettings& settings);
    void appearanceChosen(phidelity::Appearance appearance);
    void zoomChosen(double factor);
    void closing();

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    struct Page {
        QString key;
        WorkbenchPage* page;
        QAction* choose; ///< shows it
        QAction* menu;
    };

    void buildShell();
    void buildMenus();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildAppearances(QMenu* menu);
    void buildChatActions();
    void buildHelpMenu();
    void connectPage();
    QAction* addAction(QMenu* menu, const char* name, const QString& text,
                       const QKeySequence& shortcut);
    /// An action of the chat page, for its menu.
    QAction* addChatAction(const char* name, const QString& text, const QKeySequence& shortcut);
    void addChatLine();
    [[nodiscard]] WorkbenchPage* currentPage() const;
    void showHeading();
    QToolButton* addHeaderButton(QAction* action, const QString& symbol);
    void updateActions();
    void chooseFile();
    void chooseFolder();
    void chooseDevice();
    void openPrompt();
    void setZoom(double factor);
    void applyLook();
    void escape();
    void searchConversations();
    void editMessage(int row);
    void showShortcuts();
    void showAbout();

    ChatPage* m_page;
    ConversationList* m_conversations;
    SettingsPanel* m_settings;
    StatusLine* m_status;
    DropHint* m_dropHint;
    QMainWindow* m_bench; ///< the panels round the pages
    PanelDocks* m_docks;
    QWidget* m_header;
    PageSwitch* m_switch;
    ElidedLabel* m_title;
    NoticeBar* m_notice;
    QWidget* m_noticeRow;
    QStackedWidget* m_stack;
    QList<Page> m_pages;
    QString m_wantedPage; ///< remembered, and not there yet
    CommandPalette* m_palette = nullptr;
    QMenu* m_viewMenu = nullptr;
    QMenu* m_helpMenu = nullptr;
    QActionGroup* m_pageChoice = nullptr;
    QAction* m_pageLine = nullptr;   ///< in the View menu; before it come the pages
    QAction* m_panelsBack = nullptr; ///< likewise the panels
    QAction* m_showConversations = nullptr;
    QAction* m_showSettings = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_regenerate = nullptr;
    QAction* m_replay = nullptr;
    QAction* m_continue = nullptr;
    QAction* m_toggleCut = nullptr;
    QActionGroup* m_appearances = nullptr;
    DeviceDialog* m_devices = nullptr; ///< while it is open
    PromptView* m_prompt = nullptr;    ///< likewise
    PromptOccasion m_promptOccasion = PromptOccasion::None;
    PromptPreview m_promptPreview;
    QList<PromptWarning> m_promptWarnings;
    DevicePick m_devicePick;
    bool m_busy = false;
    bool m_opening = false;
    double m_zoom = 1.0;
};

} // namespace phidelity
