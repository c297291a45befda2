// SPDX-License-Identifier: MIT
#include "engine/engine_thread.h"

#include <utility>

namespace phidelity {

EngineThread::EngineThread(BackendFactory openDevice)
    : m_engine(new Engine(std::move(openDevice))) {
    registerEngineMessages();
    m_thread.setObjectName(QStringLiteral("engine"));
    m_engine->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_engine, &QObject::deleteLater);
    m_thread.start();
}

EngineThread::~EngineThread() {
    m_engine->requestShutdown();
    m_thread.quit();
    m_thread.wait();
}

} // namespace phidelity
