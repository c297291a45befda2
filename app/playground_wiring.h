// SPDX-License-Identifier: MIT
#pragma once

#include "app/chat_controller.h"
#include "app/playground_desk.h"
#include "ui/main_window.h"
#include "ui/playground/playground_page.h"

namespace phidelity {

/// Gives the window the page of the playground and connects it with its desk.
PlaygroundPage* addPlayground(MainWindow& window, ChatController& controller, PlaygroundDesk& desk);

/// Connects the desk with the engine, or with anything that has its slots and signals; it may live
/// on another thread.
template <class EngineLike>
void connectPlaygroundEngine(EngineLike& engine, PlaygroundDesk& desk) {
    using E = EngineLike;
    using D = PlaygroundDesk;
    constexpr auto kQueued = Qt::QueuedConnection;
    QObject::connect(&desk, &D::generateRequested, &engine, &E::generate, kQueued);
    QObject::connect(&engine, &E::textArrived, &desk, &D::onTextArrived, kQueued);
    QObject::connect(&engine, &E::generationEnded, &desk, &D::onGenerationEnded, kQueued);
    QObject::connect(&desk, &D::samplesRequested, &engine, &E::samples, kQueued);
    QObject::connect(&engine, &E::sampleArrived, &desk, &D::onSampleArrived, kQueued);
    QObject::connect(&engine, &E::samplesEnded, &desk, &D::onSamplesEnded, kQueued);
    QObject::connect(&desk, &D::scoreRequested, &engine, &E::score, kQueued);
    QObject::connect(&engine, &E::scoreArrived, &desk, &D::onScoreArrived, kQueued);
    QObject::connect(&engine, &E::scoreEnded, &desk, &D::onScoreEnded, kQueued);
    QObject::connect(&engine, &E::failed, &desk, &D::onFailed, kQueued);
}

} // namespace phidelity
