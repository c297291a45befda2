// SPDX-License-Identifier: MIT
#include "ui/main_window.h"

#include <algorithm>

#include <QAction>
#include <QActionGroup>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLocale>
#include <QMimeData>
#include <QScreen>
#include <QToolButton>
#include <QVBoxLayout>

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

QFrame* separator(QFrame::Shape shape) {
    auto* line = new QFrame;
    line->setObjectName(QStringLiteral("separator"));
    line->setFrameShape(shape);
    line->setFrameShadow(QFrame::Plain);
    line->setLineWidth(1);
    return line;
}

} // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent), m_page(new ChatPage), m_conversations(new ConversationList),
      m_settings(new SettingsPanel), m_status(new StatusLine), m_dropHint(new DropHint(this)),
      m_header(new QWidget), m_title(new ElidedLabel) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Phidelity"));
    setWindowIcon(programIcon());
    setAcceptDrops(true);
    setMinimumSize(440, 340);
    // With room left for the frame that the desktop draws round it.
    resize(QSize(1180, 760).boundedTo(screen()->availableSize() - QSize(16, 40)));
    buildMenus();
    buildPage();
    connectPage();
    applyLook();
    updateActions();
    m_page->composer()->focusInput();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildPage() {
    m_header->setObjectName(QStringLiteral("header"));
    m_header->setAutoFillBackground(true);
    m_header->setBackgroundRole(QPalette::Base);
    m_title->setObjectName(QStringLiteral("conversationTitle"));
    auto* header = new QHBoxLayout(m_header);
    header->addWidget(addHeaderButton(m_showConversations, QStringLiteral("sidebar")));
    header->addWidget(m_title, 1);
    header->addWidget(addHeaderButton(m_showSettings, QStringLiteral("panel")));

    auto* middle = new QWidget;
    auto* down = new QVBoxLayout(middle);
    down->setContentsMargins(0, 0, 0, 0);
    down->setSpacing(0);
    down->addWidget(m_header);
    down->addWidget(m_page, 1);

    auto* central = new QWidget;
    auto* across = new QHBoxLayout;
    across->setSpacing(0);
    QFrame* left = separator(QFrame::VLine);
    QFrame* right = separator(QFrame::VLine);
    left->setObjectName(QStringLiteral("leftSeparator"));
    right->setObjectName(QStringLiteral("rightSeparator"));
    across->addWidget(m_conversations);
    across->addWidget(left);
    across->addWidget(middle, 1);
    across->addWidget(right);
    across->addWidget(m_settings);
    auto* all = new QVBoxLayout(central);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addLayout(across, 1);
    all->addWidget(separator(QFrame::HLine));
    all->addWidget(m_status);
    setCentralWidget(central);
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
    return button;
}

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
    connect(composer, &Composer::formatChosen, this, [this](FormatId format) {
        m_page->welcome()->setFormat(format);
        emit formatChosen(format);
    });
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

void MainWindow::setFormat(FormatId format) {
    m_page->composer()->setFormat(format);
    m_page->welcome()->setFormat(format);
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
    const QString title = shown == conversations.end() ? tr("New conversation") : shown->title;
    m_title->setText(title);
    setWindowTitle(title);
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
    m_page->notice()->showNotice(sentence, detail);
}

void MainWindow::offerContext(int context) {
    QAbstractButton* button = m_page->notice()->offer(
        tr("Open with a context of %1 tokens").arg(QLocale().toString(context)));
    button->setObjectName(QStringLiteral("offerContext"));
    connect(button, &QAbstractButton::clicked, this,
            [this, context] { emit contextChosen(context); });
}

void MainWindow::offerSharing(int layersOnDevice, int layers) {
    QAbstractButton* button = m_page->notice()->offer(
        tr("Run %n of its %1 layers on the processor", nullptr, layers - layersOnDevice)
            .arg(layers));
    button->setObjectName(QStringLiteral("offerSharing"));
    connect(button, &QAbstractButton::clicked, this, &MainWindow::sharingChosen);
}

void MainWindow::offerRetry() {
    QAbstractButton* button = m_page->notice()->offer(tr("Try again"));
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
    m_page->notice()->dismiss();
}

// ---- Window

void MainWindow::setState(const WindowState& state) {
    if (!state.geometry.isEmpty()) {
        restoreGeometry(state.geometry);
    }
    m_wantConversations = state.conversationsShown;
    m_wantSettings = state.settingsShown;
    m_zoom = state.zoom;
    for (QAction* action : m_appearances->actions()) {
        action->setChecked(action->data().toInt() == static_cast<int>(state.appearance));
    }
    fitPanels();
}

WindowState MainWindow::state() const {
    WindowState state;
    state.geometry = saveGeometry();
    state.conversationsShown = m_wantConversations;
    state.settingsShown = m_wantSettings;
    state.zoom = m_zoom;
    if (const QAction* chosen = m_appearances->checkedAction()) {
        state.appearance = static_cast<Appearance>(chosen->data().toInt());
    }
    return state;
}

void MainWindow::fitPanels() {
    const int unit = gridUnit(this);
    const int page = 120 * unit;
    const int settings = m_settings->width();
    const int conversations = m_conversations->width();
    const bool showSettings = m_wantSettings && (m_settingsForced || width() >= page + settings);
    const int left = width() - (showSettings ? settings : 0);
    const bool showConversations =
        m_wantConversations && (m_conversationsForced || left >= page + conversations);
    m_showSettings->setChecked(showSettings);
    m_showConversations->setChecked(showConversations);
    m_settings->setVisible(showSettings);
    m_conversations->setVisible(showConversations);
    findChild<QWidget*>(QStringLiteral("rightSeparator"))->setVisible(showSettings);
    findChild<QWidget*>(QStringLiteral("leftSeparator"))->setVisible(showConversations);
}

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

void MainWindow::escape() {
    if (m_page->composer()->isEditing()) {
        m_page->composer()->endEditing();
    } else if (m_busy) {
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
    fitPanels();
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
        m_conversationsForced = m_settingsForced = false;
    }
    fitPanels();
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
