// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QHash>
#include <QMutex>
#include <QObject>
#include <QThread>

#include "playground/page_files.h"

namespace phidelity {

/// Keeps pages of the playground on the disk, at once and on a thread of its own. Of a page that
/// changes faster than the disk takes it, only the last state is written.
class PageKeeper : public QObject {
    Q_OBJECT

public:
    explicit PageKeeper(const QString& folder);
    /// Everything is on the disk then, if it takes it.
    ~PageKeeper() override;

    /// At once, on the calling thread.
    [[nodiscard]] QList<PlayPage> load(QStringList* unreadable) const;
    void save(const PlayPage& page);
    /// Waits until what was given is written.
    void flush();

signals:
    void failed(const QString& sentence);

private:
    void writeWaiting();

    PageFiles m_files;
    QThread m_thread;
    QObject m_worker; ///< lives on the thread
    QMutex m_mutex;
    QHash<QString, PlayPage> m_waiting; ///< guarded by the mutex
    QMutex m_writing;
};

} // namespace phidelity
