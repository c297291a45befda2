// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <QObject>

#include "code/swap_store.h"

namespace phidelity {

/// Keeps texts by a SwapStore on a thread of its own, since bringing a large one to the disk takes
/// longer than a key may. Of one text only what was given last is written; what was given first
/// goes first. The destructor waits until everything is on the disk. To be called from one thread.
class SwapWriter : public QObject {
    Q_OBJECT

public:
    explicit SwapWriter(const SwapStore& store);
    ~SwapWriter() override;

    /// Returns at once.
    void keep(const SwapEntry& entry);
    void forget(const QString& id);
    /// Everything that was given is on the disk when it returns, or could not be written.
    void flush();

signals:
    /// A text could not be kept. From the writer's thread.
    void failed(const QString& id);

private:
    void run();

    const SwapStore m_store;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<QString, std::optional<SwapEntry>> m_wanted; ///< nothing: to be forgotten
    QStringList m_order;                                  ///< of m_wanted
    bool m_busy = false;
    bool m_ends = false;
    std::thread m_thread; ///< last: it uses all of the above
};

} // namespace phidelity
