// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QObject>

#include "engine/messages.h"

namespace phidelity {

/// The worker object that lives on the engine thread and owns device, weights and caches. Slots in,
/// signals out, no getters. Every slot asserts its thread. A slow call is ended by the request's
/// stop flag.
///
/// Each openModel is answered by modelOpened or failed, each generate by generationEnded or failed,
/// except after requestShutdown.
class Engine : public QObject {
    Q_OBJECT

public:
    Engine();
    ~Engine() override;

    /// Ends what is running within one token and lets requests that still wait pass unanswered. The
    /// only function that may be called from another thread.
    void requestShutdown();

public slots:
    /// The model that was open stays open if this one cannot be opened. Both are in memory for a
    /// moment if they fit; if not, the old one is closed first and opened again should the new one
    /// fail.
    void openModel(const phidelity::OpenModelRequest& request);
    void generate(const phidelity::GenerateRequest& request);

signals:
    void modelOpening(const phidelity::ModelOpening& progress);
    void modelOpened(const phidelity::ModelOpened& model);
    void promptProgress(const phidelity::PromptProgress& progress);
    void textArrived(const phidelity::TextArrived& text);
    void generationEnded(const phidelity::GenerationEnded& end);
    void failed(const phidelity::EngineFailed& failure);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace phidelity
