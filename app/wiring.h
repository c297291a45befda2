// SPDX-License-Identifier: MIT
#pragma once

#include "app/chat_controller.h"
#include "app/format_desk.h"
#include "app/replay_desk.h"
#include "app/transcript_desk.h"
#include "app/transcript_source.h"
#include "ui/main_window.h"

namespace phidelity {

/// Connects window and controller, in the order in which a turn happens. Neither owns the other.
void connectWindow(MainWindow& window, ChatController& controller);

/// Connects the controller with the engine, or with anything that has its slots and signals; it may
/// live on another thread.
template <class EngineLike>
void connectEngine(EngineLike& engine, ChatController& controller) {
    using C = ChatController;
    using M = ModelDesk;
    using E = EngineLike;
    constexpr auto kQueued = Qt::QueuedConnection;
    M* models = controller.models();
    QObject::connect(models, &M::openRequested, &engine, &E::openModel, kQueued);
    QObject::connect(&engine, &E::modelOpening, models, &M::onModelOpening, kQueued);
    QObject::connect(&engine, &E::modelOpened, models, &M::onModelOpened, kQueued);
    QObject::connect(&engine, &E::modelMoved, models, &M::onModelMoved, kQueued);
    PromptDesk* prompt = controller.prompt();
    // At once: the engine takes it between two steps of a reply.
    QObject::connect(prompt, &PromptDesk::previewRequested, &engine, &E::previewPrompt,
                     Qt::DirectConnection);
    QObject::connect(&engine, &E::promptPreviewed, prompt, &PromptDesk::onPreviewed, kQueued);
    QObject::connect(&controller, &C::generateRequested, &engine, &E::generate, kQueued);
    QObject::connect(&engine, &E::promptProgress, &controller, &C::onPromptProgress, kQueued);
    QObject::connect(&engine, &E::textArrived, &controller, &C::onTextArrived, kQueued);
    QObject::connect(&engine, &E::generationEnded, &controller, &C::onGenerationEnded, kQueued);
    QObject::connect(&engine, &E::replyModelHashed, &controller, &C::onModelHashed, kQueued);
    QObject::connect(&engine, &E::failed, models, &M::onFailed, kQueued);
    QObject::connect(&engine, &E::failed, &controller, &C::onFailed, kQueued);
}

/// Connects what the window offers for prompt formats, and reads those that were made.
void connectFormats(MainWindow& window, ChatController& controller, FormatDesk& desk);

/// Connects what the window's menu offers for transcripts.
void connectTranscripts(MainWindow& window, TranscriptSource& source, TranscriptDesk& desk);

/// Connects the library with the store of conversations, or with anything that has its slots and
/// signals; it may live on another thread.
template <class StoreLike>
void connectStore(StoreLike& store, ChatController& controller, MainWindow* window = nullptr) {
    using S = StoreLike;
    constexpr auto kQueued = Qt::QueuedConnection;
    Library* library = controller.library();
    Keeper* keeper = &library->keeper();
    QObject::connect(keeper, &Keeper::saveRequested, &store, &S::save, kQueued);
    QObject::connect(keeper, &Keeper::recordsRequested, &store, &S::records, kQueued);
    QObject::connect(library, &Library::listRequested, &store, &S::list, kQueued);
    QObject::connect(library, &Library::loadRequested, &store, &S::load, kQueued);
    QObject::connect(library, &Library::recordsRequested, &store, &S::records, kQueued);
    QObject::connect(&store, &S::recordsLoaded, library, &Library::onRecordsLoaded, kQueued);
    QObject::connect(library, &Library::searchRequested, &store, &S::search, kQueued);
    QObject::connect(&store, &S::found, library, &Library::onFound, kQueued);
    QObject::connect(&store, &S::opened, library, &Library::onOpened, kQueued);
    QObject::connect(&store, &S::openFailed, library, &Library::onOpenFailed, kQueued);
    QObject::connect(&store, &S::saved, keeper, &Keeper::onSaved, kQueued);
    QObject::connect(&store, &S::saveFailed, keeper, &Keeper::onSaveFailed, kQueued);
    QObject::connect(&store, &S::listed, library, &Library::onListed, kQueued);
    QObject::connect(&store, &S::loaded, library, &Library::onLoaded, kQueued);
    QObject::connect(&store, &S::recordsLoaded, keeper, &Keeper::onRecordsLoaded, kQueued);
    QObject::connect(&store, &S::readFailed, library, &Library::onReadFailed, kQueued);
    QObject::connect(&store, &S::readFailed, keeper, &Keeper::onReadFailed, kQueued);
    if (window) {
        QObject::connect(window, &MainWindow::retryRequested, &store, &S::retry, kQueued);
    }
}

/// Connects replays of replies with the engine, and offers them in the window.
template <class EngineLike>
void connectReplay(EngineLike& engine, MainWindow& window, ReplayDesk& desk) {
    constexpr auto kQueued = Qt::QueuedConnection;
    using E = EngineLike;
    using D = ReplayDesk;
    QObject::connect(&window, &MainWindow::replayRequested, &desk, &D::replay);
    QObject::connect(&desk, &D::requested, &engine, &E::replay, kQueued);
    QObject::connect(&engine, &E::replayProgress, &desk, &D::onProgress, kQueued);
    QObject::connect(&engine, &E::replayEnded, &desk, &D::onEnded, kQueued);
    window.setReplayOffered(true);
}

/// Connects what the window asks about devices with the engine's answers.
template <class EngineLike>
void connectDevices(EngineLike& engine, MainWindow& window) {
    constexpr auto kQueued = Qt::QueuedConnection;
    QObject::connect(&window, &MainWindow::devicesRequested, &engine, &EngineLike::listDevices,
                     kQueued);
    QObject::connect(&engine, &EngineLike::devicesListed, &window, &MainWindow::showDevices,
                     kQueued);
}

} // namespace phidelity
