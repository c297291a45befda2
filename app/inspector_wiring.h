// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "app/inspector_desk.h"

namespace phidelity {

class InspectorView;
class MainWindow;

/// Gives the window the panel of the token inspector, hidden at a first start, and connects it and
/// the chat with the desk. The window owns the panel.
InspectorView* addInspector(MainWindow& window, InspectorDesk& desk);

/// Connects the desk with the engine, or with anything that has its slots and signals. To be called
/// when the controller has been connected: what the engine tells reaches the desk behind it.
template <class EngineLike>
void connectInspector(EngineLike& engine, InspectorDesk& desk) {
    constexpr auto kQueued = Qt::QueuedConnection;
    using E = EngineLike;
    using D = InspectorDesk;
    QObject::connect(&desk, &D::scoreRequested, &engine, &E::score, kQueued);
    QObject::connect(&engine, &E::scoreArrived, &desk, &D::onScoreArrived, kQueued);
    QObject::connect(&engine, &E::scoreEnded, &desk, &D::onScoreEnded, kQueued);
    QObject::connect(&engine, &E::textArrived, &desk, &D::onTextArrived, kQueued);
    QObject::connect(&engine, &E::generationEnded, &desk, &D::onGenerationEnded, kQueued);
    QObject::connect(&engine, &E::failed, &desk, &D::onFailed, kQueued);
}

} // namespace phidelity
