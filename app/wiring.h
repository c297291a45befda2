// SPDX-License-Identifier: MIT
#pragma once

#include "app/chat_controller.h"
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
    QObject::connect(&controller, &C::generateRequested, &engine, &E::generate, kQueued);
    QObject::connect(&engine, &E::promptProgress, &controller, &C::onPromptProgress, kQueued);
    QObject::connect(&engine, &E::textArrived, &controller, &C::onTextArrived, kQueued);
    QObject::connect(&engine, &E::generationEnded, &controller, &C::onGenerationEnded, kQueued);
    QObject::connect(&engine, &E::failed, models, &M::onFailed, kQueued);
    QObject::connect(&engine, &E::failed, &controller, &C::onFailed, kQueued);
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
