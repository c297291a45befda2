// SPDX-License-Identifier: MIT
#include "store/store_thread.h"

#include <atomic>

#include <QDeadlineTimer>
#include <QSemaphore>
#include <QStandardPaths>

namespace phidelity {

StoreThread::StoreThread(const QString& folder)
    : m_thread(new QThread), m_worker(new StoreWorker(folder)) {
    registerStoreMessages();
    m_thread->setObjectName(QStringLiteral("store"));
    m_worker->moveToThread(m_thread);
    QObject::connect(m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
}

StoreThread::~StoreThread() {
    if (!m_isFinished) {
        finish();
    }
}

void StoreThread::start() {
    QMetaObject::invokeMethod(m_worker, &StoreWorker::open, Qt::QueuedConnection);
    m_thread->start();
}

StoreEnd StoreThread::finish(int ms) {
    m_isFinished = true;
    if (!m_thread->isRunning()) {
        // Never started: the worker is still this thread's to delete.
        delete m_worker;
        delete m_thread;
        return StoreEnd::AllKept;
    }
    struct Outcome {
        QSemaphore ended;
        std::atomic<bool> allKept = false;
    };
    const QDeadlineTimer deadline(ms);
    // Shared: after a timeout the worker may still come to it.
    const auto outcome = std::make_shared<Outcome>();
    StoreWorker* worker = m_worker;
    QMetaObject::invokeMethod(
        worker,
        [worker, outcome] {
            worker->finish([outcome](bool allKept) {
                outcome->allKept = allKept;
                outcome->ended.release();
            });
        },
        Qt::QueuedConnection);
    const bool ended = outcome->ended.tryAcquire(1, ms);
    m_thread->quit();
    if (!ended || !m_thread->wait(deadline)) {
        return StoreEnd::TimedOut;
    }
    delete m_thread;
    return outcome->allKept ? StoreEnd::AllKept : StoreEnd::NotKept;
}

QString StoreThread::defaultFolder() {
    const QString given = qEnvironmentVariable("PHIDELITY_DATA");
    return given.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
                           : given;
}

} // namespace phidelity
