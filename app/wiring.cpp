// SPDX-License-Identifier: MIT
#include "app/wiring.h"

#include "ui/chat_find.h"
#include "ui/chat_page.h"
#include "ui/context_bar.h"
#include "ui/conversation_list.h"
#include "ui/main_window.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/settings_panel.h"
#include "ui/status_line.h"

namespace phidelity {

void connectWindow(MainWindow& window, ChatController& controller) {
    using C = ChatController;
    using W = MainWindow;
    const auto connect = [](auto&&... args) { QObject::connect(args...); };

    ModelDesk* models = controller.models();
    connect(&window, &W::openModelRequested, models, &ModelDesk::open);
    connect(&window, &W::cancelOpeningRequested, models, &ModelDesk::cancelOpening);
    connect(models, &ModelDesk::opening, &window, &W::showOpening);
    connect(models, &ModelDesk::opened, &window, &W::showModel);
    connect(models, &ModelDesk::openingEnded, &window, &W::endOpening);
    connect(models, &ModelDesk::closed, &window, &W::showNoModel);

    connect(&window, &W::deviceChosen, models, &ModelDesk::chooseDevice);
    connect(&window, &W::contextChosen, models, &ModelDesk::openWithContext);
    connect(models, &ModelDesk::devicePickChanged, &window, &W::setDevicePick);
    connect(models, &ModelDesk::contextOffered, &window, &W::offerContext);
    connect(models, &ModelDesk::sharingOffered, &window, &W::offerSharing);
    connect(&window, &W::sharingChosen, models, &ModelDesk::openShared);

    connect(&window, &W::formatChosen, &controller, &C::setFormat);
    connect(&controller, &C::formatChanged, &window, &W::setFormat);
    connect(&window, &W::settingsChanged, &controller, &C::setSettings);
    connect(&controller, &C::settingsShown, window.settings(), &SettingsPanel::setSettings);

    connect(&window, &W::submitted, &controller, &C::submit);
    connect(&window, &W::stopRequested, &controller, &C::stop);
    connect(&window, &W::regenerateRequested, &controller, &C::regenerate);
    connect(&window, &W::continueRequested, &controller, &C::continueReply);
    connect(&window, &W::versionRequested, &controller, &C::showVersion);
    connect(&window, &W::messageEdited, &controller, &C::editMessage);
    connect(&window, &W::branchRequested, &controller, &C::branch);
    connect(&controller, &C::busyChanged, &window, &W::setBusy);

    MessageModel* messages = window.page()->messages();
    connect(&controller, &C::messagesReset, messages, &MessageModel::reset);
    connect(&controller, &C::messagesReplaced, messages, &MessageModel::replaceFrom);
    connect(&controller, &C::textAppended, messages, &MessageModel::appendText);
    connect(&controller, &C::messageChanged, messages, &MessageModel::change);

    StatusLine* status = window.status();
    connect(&controller, &C::promptProgress, status, &StatusLine::showPrompt);
    connect(&controller, &C::speedChanged, status, &StatusLine::showSpeed);
    connect(&controller, &C::contextUsed, status, &StatusLine::showContext);
    connect(&controller, &C::activityCleared, status, &StatusLine::clearActivity);
    connect(&controller, &C::seedUsed, window.settings(), &SettingsPanel::showUsedSeed);

    connect(&controller, &C::retryOffered, &window, &W::offerRetry);
    connect(&window, &W::draftChanged, &controller, &C::setDraft);
    connect(&window, &W::placeChanged, &controller, &C::setScroll);
    connect(&controller, &C::draftShown, &window, &W::setDraft);
    connect(&controller, &C::scrollShown, window.page()->view(), &MessageView::setPlace);
    MessageView* view = window.page()->view();
    connect(&controller, &C::rowShown, view, [view](int row) { view->showHit(row, 0); });
    Library* library = controller.library();
    connect(&library->keeper(), &Keeper::stateChanged, status, &StatusLine::showKept);
    ConversationList* list = window.conversations();
    using L = ConversationList;
    connect(list, &L::searchRequested, library, &Library::search);
    connect(library, &Library::found, list, &L::showFound);
    connect(list, &L::hitChosen, &controller,
            [&controller, &window, view](const QString& id, NodeId node, const QString& text) {
                window.page()->find()->close();
                view->setHits(text);
                controller.showMessage(id, node);
            });
    connect(list, &L::searchEnded, view, [view] { view->setHits({}); });
    connect(list, &L::renamed, library, &Library::rename);
    connect(list, &L::pinned, library, &Library::setPinned);
    connect(list, &L::moved, library, &Library::move);
    connect(list, &L::trashed, &controller, &C::trashConversation);
    connect(list, &L::restored, library, &Library::restore);
    connect(list, &L::erased, library, &Library::erase);
    connect(list, &L::folderRenamed, library, &Library::renameFolder);
    connect(list, &L::folderErased, library, &Library::eraseFolder);
    connect(&window, &W::newConversationRequested, &controller, &C::newConversation);
    connect(&window, &W::conversationSelected, &controller, &C::selectConversation);
    connect(&controller, &C::conversationsChanged, &window, &W::setConversations);

    ContextBar* room = window.page()->contextBar();
    connect(&controller, &C::contextAsked, room, &ContextBar::ask);
    connect(&controller, &C::contextSettled, room, &ContextBar::dismiss);
    connect(room, &ContextBar::answered, &controller, &C::answerContext);
    connect(&window, &W::sendWholeRequested, &controller, &C::sendWholeConversation);
    PromptDesk* prompt = controller.prompt();
    connect(&window, &W::typedChanged, prompt, &PromptDesk::setTyped);
    connect(&window, &W::promptWatched, prompt, &PromptDesk::setWatched);
    connect(prompt, &PromptDesk::promptShown, &window, &W::showPrompt);

    connect(&controller, &C::noticeRaised, &window, &W::showNotice);
    connect(&controller, &C::noticeCleared, &window, &W::clearNotice);
    connect(&window, &W::closing, &controller, &C::shutDown);
}

void connectFormats(MainWindow& window, ChatController& controller, FormatDesk& desk) {
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    connect(&window, &MainWindow::formatsRequested, &desk,
            [&controller, &desk] { desk.edit(controller.format()); });
    connect(&desk, &FormatDesk::formatsChanged, &window, &MainWindow::setOwnFormats);
    connect(&desk, &FormatDesk::formatChosen, &window, &MainWindow::setFormat);
    connect(&desk, &FormatDesk::formatChosen, &controller, &ChatController::setFormat);
    connect(&desk, &FormatDesk::problem, &window,
            [&window](const QString& sentence) { window.showNotice(sentence, {}); });
    desk.load();
}

void connectTranscripts(MainWindow& window, TranscriptSource& source, TranscriptDesk& desk) {
    using S = TranscriptSource;
    using D = TranscriptDesk;
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    connect(&window, &MainWindow::exportRequested, &source,
            [&source] { source.want(S::Purpose::Export); });
    connect(&window, &MainWindow::printRequested, &source,
            [&source] { source.want(S::Purpose::Print); });
    connect(&source, &S::ready, &desk, [&desk](S::Purpose purpose, const Transcript& transcript) {
        if (purpose == S::Purpose::Print) {
            desk.printTranscript(transcript);
        } else {
            desk.exportTranscript(transcript);
        }
    });
    connect(&window, &MainWindow::importRequested, &desk, &D::importFile);
    connect(&desk, &D::imported, &source, &S::take);
    connect(&source, &S::takenStateChanged, &desk, &D::showImportState);
    const auto tell = [&window](const QString& sentence) { window.showNotice(sentence, {}); };
    connect(&desk, &D::problem, &window, tell);
    connect(&source, &S::problem, &window, tell);
}

} // namespace phidelity
