// SPDX-License-Identifier: MIT
#include "app/page_keeper.h"

#include <utility>

namespace phidelity {

PageKeeper::PageKeeper(const QString& folder) : m_files(folder) {
    m_worker.moveToThread(&m_thread);
    m_thread.start();
}

PageKeeper::~PageKeeper() {
    m_thread.quit();
    m_thread.wait();
    writeWaiting();
}

QList<PlayPage> PageKeeper::load(QStringList* unreadable) const {
    m_files.removeOldClosed();
    return m_files.load(unreadable);
}

void PageKeeper::save(const PlayPage& page) {
    {
        const QMutexLocker lock(&m_mutex);
        m_waiting.insert(page.id, page);
    }
    QMetaObject::invokeMethod(
        &m_worker, [this] { writeWaiting(); }, Qt::QueuedConnection);
}

void PageKeeper::flush() {
    writeWaiting();
}

void PageKeeper::writeWaiting() {
    // A state that was taken by the other thread is on the disk before a later one is.
    const QMutexLocker writing(&m_writing);
    QHash<QString, PlayPage> waiting;
    {
        const QMutexLocker lock(&m_mutex);
        waiting = std::exchange(m_waiting, {});
    }
    for (const PlayPage& page : std::as_const(waiting)) {
        QString problem;
        if (!m_files.save(page, &problem)) {
            emit failed(problem);
        }
    }
}

} // namespace phidelity
