// SPDX-License-Identifier: MIT
#include "store/store_thread.h"

#include <atomic>

#include <QDeadlineTimer>
#include <QSemaphore>
#include <QStandardPaths>

namespace phidelity {

/// Shared: after a timeout the worker may still come to it.
struct StoreThread::Outcome {
    QSemaphore ended;
    std::atomic<bool> allKept = false;
    bool isEnded = false; ///< acquired; of the thread that waits
};

StoreThread::StoreThread(const QString& folder)
    : m_thread(new QThread), m_worker(new StoreWorker(folder)) {
    registerStoreMessages();
    m_thread->setObjectName(QStringLiteral("store"));
    m_worker->moveToThread(m_thread);
    QObject::connect(m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
}

StoreThread::~StoreThread() {
    if (!m_outcome) {
        finish();
    }
}

void StoreThread::start() {
    QMetaObject::invokeMethod(m_worker, &StoreWorker::open, Qt::QueuedConnection);
    m_thread->start();
}

StoreEnd StoreThread::finish(int ms) {
    if (m_end) {
        return *m_end;
    }
    const QDeadlineTimer deadline(ms);
    if (!m_outcome) {
        m_outcome = std::make_shared<Outcome>();
        if (!m_thread->isRunning()) {
            // Never started: the worker is still this thread's to delete.
            delete m_worker;
            delete m_thread;
            m_end = StoreEnd::AllKept;
            return *m_end;
        }
        StoreWorker* worker = m_worker;
        QMetaObject::invokeMethod(
            worker,
            [worker, outcome = m_outcome] {
                worker->finish([outcome](bool allKept) {
                    outcome->allKept = allKept;
                    outcome->ended.release();
                });
            },
            Qt::QueuedConnection);
    }
    if (!m_outcome->isEnded) {
        m_outcome->isEnded = m_outcome->ended.tryAcquire(1, ms);
        m_thread->quit();
    }
    if (!m_outcome->isEnded || !m_thread->wait(deadline)) {
        return StoreEnd::TimedOut;
    }
    delete m_thread;
    m_end = m_outcome->allKept ? StoreEnd::AllKept : StoreEnd::NotKept;
    return *m_end;
}

QString StoreThread::defaultFolder() {
    const QString given = qEnvironmentVariable("PHIDELITY_DATA");
    return given.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
                           : given;
}

} // namespace phidelity
