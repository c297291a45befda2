// SPDX-License-Identifier: MIT
#pragma once

#include <QThread>

#include "engine/engine.h"

namespace phidelity {

/// An engine on a thread of its own, from construction to destruction. The destructor stops a
/// running generation within one token, ends the thread and waits for it; the engine and its model
/// die on their thread.
class EngineThread {
public:
    explicit EngineThread(BackendFactory openDevice = chooseBackend);
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// To connect to: its slots run on the engine thread by queued connections. Not to be called
    /// directly.
    [[nodiscard]] Engine& engine() { return *m_engine; }

private:
    QThread m_thread;
    Engine* m_engine; ///< owned by the thread
};

} // namespace phidelity
