// SPDX-License-Identifier: MIT
#include "ui/main_window.h"

#include <algorithm>

#include <QAbstractButton>
#include <QAction>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>

#include "ui/chat_page.h"
#include "ui/composer.h"
#include "ui/conversation_list.h"
#include "ui/device_dialog.h"
#include "ui/drop_hint.h"
#include "ui/elided_label.h"
#include "ui/icon.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/notice_bar.h"
#include "ui/page_switch.h"
#include "ui/panel_docks.h"
#include "ui/prompt_strip.h"
#include "ui/settings_panel.h"
#include "ui/status_line.h"
#include "ui/welcome_page.h"

namespace phidelity {

namespace {

/// The one local file or folder that is dragged, if it is one.
QString draggedPath(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

} // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent), m_page(new ChatPage), m_conversations(new ConversationList),
      m_settings(new SettingsPanel), m_status(new StatusLine), m_dropHint(new DropHint(this)),
      m_bench(new QMainWindow), m_docks(new PanelDocks(m_bench)), m_header(new QWidget),
      m_switch(new PageSwitch(m_header)), m_title(new ElidedLabel), m_notice(new NoticeBar),
      m_noticeRow(new QWidget), m_stack(new QStackedWidget) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Phidelity"));
    setWindowIcon(programIcon());
    setAcceptDrops(true);
    setMinimumSize(440, 340);
    // With room left for the frame that the desktop draws round it.
    resize(QSize(1180, 760).boundedTo(screen()->availableSize() - QSize(16, 40)));
    buildMenus();
    buildShell();
    connectPage();
    applyLook();
    updateActions();
    m_page->composer()->focusInput();
}

MainWindow::~MainWindow() = default;

void MainWindow::connectPage() {
    MessageView* view = m_page->view();
    Composer* composer = m_page->composer();
    connect(composer, &Composer::submitted, this, [this, view](const QString& text) {
        view->jumpToLatest();
        emit submitted(text);
    });
    connect(composer, &Composer::stopRequested, this, &MainWindow::stopRequested);
    connect(composer, &Composer::textChanged, this, &MainWindow::typedChanged);
    connect(m_page->promptStrip(), &PromptStrip::activated, this, &MainWindow::openPrompt);
    connect(m_status, &StatusLine::promptActivated, this, &MainWindow::openPrompt);
    connect(composer, &Composer::formatChosen, this, [this](const PromptFormat& format) {
        m_page->welcome()->setFormat(format);
        emit formatChosen(format);
    });
    connect(composer, &Composer::formatsRequested, this, &MainWindow::formatsRequested);
    connect(view, &MessageView::typed, composer, &Composer::typeText);
    connect(view, &MessageView::linkActivated, this,
            [](const QUrl& address) { QDesktopServices::openUrl(address); });
    connect(view, &MessageView::regenerateRequested, this, &MainWindow::regenerateRequested);
    connect(view, &MessageView::replayRequested, this, &MainWindow::replayRequested);
    connect(view, &MessageView::continueRequested, this, &MainWindow::continueRequested);
    connect(view, &MessageView::versionRequested, this, &MainWindow::versionRequested);
    connect(view, &MessageView::branchRequested, this, &MainWindow::branchRequested);
    connect(view, &MessageView::editRequested, this, &MainWindow::editMessage);
    connect(composer, &Composer::edited, this, &MainWindow::messageEdited);
    const MessageModel* messages = m_page->messages();
    connect(messages, &QAbstractItemModel::modelReset, composer, &Composer::endEditing);
    connect(messages, &QAbstractItemModel::rowsRemoved, composer, &Composer::endEditing);
    connect(messages, &QAbstractItemModel::modelReset, this, &MainWindow::updateActions);
    connect(messages, &QAbstractItemModel::rowsInserted, this, &MainWindow::updateActions);
    connect(messages, &QAbstractItemModel::rowsRemoved, this, &MainWindow::updateActions);
    connect(messages, &QAbstractItemModel::dataChanged, this, &MainWindow::updateActions);
    connect(m_page->welcome(), &WelcomePage::exampleChosen, this, &MainWindow::submitted);
    connect(m_page->welcome(), &WelcomePage::openModelRequested, this, &MainWindow::chooseFile);
    connect(m_conversations, &ConversationList::newRequested, this,
            &MainWindow::newConversationRequested);
    connect(m_conversations, &ConversationList::selected, this, &MainWindow::conversationSelected);
    connect(m_settings, &SettingsPanel::settingsChanged, this, &MainWindow::settingsChanged);
    connect(m_status, &StatusLine::cancelRequested, this, &MainWindow::cancelOpeningRequested);
    connect(m_status, &StatusLine::deviceActivated, this, &MainWindow::chooseDevice);
    connect(composer, &Composer::draftChanged, this, &MainWindow::draftChanged);
    connect(view, &MessageView::placeChanged, this, &MainWindow::placeChanged);
}

void MainWindow::updateActions() {
    const MessageModel* messages = m_page->messages();
    const int last = messages->rowCount() - 1;
    m_regenerate->setEnabled(last >= 0 && isEndedReply(messages->at(last)));
    m_replay->setEnabled(m_regenerate->isEnabled());
    m_continue->setEnabled(last >= 0 && canContinue(messages->at(last)));
    m_toggleCut->setEnabled(last >= 0 && hasCut(messages->at(last)));
}

// ---- Values in

void MainWindow::setFormat(const PromptFormat& format) {
    m_page->composer()->setFormat(format);
    m_page->welcome()->setFormat(format);
}

void MainWindow::setOwnFormats(const QList<PromptFormat>& formats) {
    m_page->composer()->setOwnFormats(formats);
}

void MainWindow::setBusy(bool busy) {
    m_busy = busy;
    m_stop->setEnabled(busy);
    m_page->composer()->setState(busy ? Composer::State::Busy : Composer::State::Ready);
}

void MainWindow::setConversations(const QList<ConversationInfo>& conversations,
                                  const QStringList& folders, const QString& current) {
    m_conversations->setConversations(conversations, folders, current);
    const auto shown =
        std::find_if(conversations.begin(), conversations.end(),
                     [&](const ConversationInfo& info) { return info.id == current; });
    m_page->setHeading(shown == conversations.end() ? tr("New conversation") : shown->title);
}

void MainWindow::showModel(const ModelOpened& model) {
    m_opening = false;
    m_status->showModel(model);
    m_page->welcome()->setModel(model.embedded ? WelcomePage::Model::Demo : WelcomePage::Model::Own,
                                model.name);
    clearNotice();
}

void MainWindow::showOpening(const QString& path, double fraction) {
    m_opening = true;
    const QString name = path.isEmpty() ? tr("the demo model") : QFileInfo(path).fileName();
    m_status->showOpening(name, fraction);
}

void MainWindow::endOpening() {
    m_opening = false;
    m_status->endOpening();
}

void MainWindow::showNoModel() {
    m_status->showNoModel();
    m_page->welcome()->setModel(WelcomePage::Model::None, {});
}

void MainWindow::showNotice(const QString& sentence, const QString& detail) {
    m_notice->showNotice(sentence, detail);
}

void MainWindow::offerContext(int context) {
    QAbstractButton* button =
        m_notice->offer(tr("Open with a context of %1 tokens").arg(QLocale().toString(context)));
    button->setObjectName(QStringLiteral("offerContext"));
    connect(button, &QAbstractButton::clicked, this,
            [this, context] { emit contextChosen(context); });
}

void MainWindow::offerSharing(int layersOnDevice, int layers) {
    QAbstractButton* button = m_notice->offer(
        tr("Run %n of its %1 layers on the processor", nullptr, layers - layersOnDevice)
            .arg(layers));
    button->setObjectName(QStringLiteral("offerSharing"));
    connect(button, &QAbstractButton::clicked, this, &MainWindow::sharingChosen);
}

void MainWindow::offerRetry() {
    QAbstractButton* button = m_notice->offer(tr("Try again"));
    button->setObjectName(QStringLiteral("offerRetry"));
    connect(button, &QAbstractButton::clicked, this, [this] {
        clearNotice();
        emit retryRequested();
    });
}

void MainWindow::setDraft(const QString& text) {
    m_page->composer()->setDraft(text);
}

void MainWindow::setDevicePick(const DevicePick& pick) {
    m_devicePick = pick;
}

void MainWindow::showDevices(const DevicesListed& list) {
    if (m_devices) {
        m_devices->setDevices(list, m_devicePick);
    }
}

void MainWindow::chooseDevice() {
    if (!m_devices) {
        m_devices = new DeviceDialog(this);
        connect(m_devices, &DeviceDialog::chosen, this, &MainWindow::deviceChosen);
        connect(m_devices, &QObject::destroyed, this, [this] { m_devices = nullptr; });
        m_devices->open();
    }
    emit devicesRequested();
}

void MainWindow::clearNotice() {
    m_notice->dismiss();
}

// ---- Window

void MainWindow::setZoom(double factor) {
    m_zoom = std::clamp(factor, 0.8, 2.0);
    emit zoomChosen(m_zoom);
}

void MainWindow::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Open Model"));
    dialog->setObjectName(QStringLiteral("openModelDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Models (*.gguf *.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openModelRequested);
    dialog->open();
}

void MainWindow::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Open Model Folder"));
    dialog->setObjectName(QStringLiteral("openFolderDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openModelRequested);
    dialog->open();
}

void MainWindow::editMessage(int row) {
    const Message& message = m_page->messages()->at(row);
    m_page->composer()->beginEditing(row, shownText(message), message.speaker);
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    m_dropHint->setGeometry(rect());
    if (event->oldSize().isValid() && event->oldSize().width() != width()) {
        m_docks->forgetForced();
    }
    m_docks->fit();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    m_page->composer()->tellDraft();
    m_page->view()->tellPlace();
    emit closing();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!draggedPath(event->mimeData()).isEmpty()) {
        m_dropHint->raise();
        m_dropHint->show();
        event->acceptProposedAction();
    }
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
    m_dropHint->hide();
}

void MainWindow::dropEvent(QDropEvent* event) {
    m_dropHint->hide();
    const QString path = draggedPath(event->mimeData());
    if (!path.isEmpty()) {
        event->acceptProposedAction();
        emit openModelRequested(path);
    }
}

} // namespace phidelity
