// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include <QThread>

#include "store/store_worker.h"

namespace phidelity {

/// How a store ended.
enum class StoreEnd {
    AllKept,  ///< everything that was sent is committed
    NotKept,  ///< some of it could not be
    TimedOut, ///< the disk did not answer in time; what was committed stays, the rest is not known
};

/// A store on a thread of its own, from start() to the end of this object.
///
///     StoreThread store(folder);
///     connect(&store.worker(), &StoreWorker::opened, ...);  // first all connections, queued
///     store.start();                                        // then opened or openFailed comes
///     ...
///     store.finish();                                       // after the last save was sent
class StoreThread {
public:
    /// How long the end of the program may wait for the disk, in ms.
    static constexpr int kFinishMs = 5000;

    explicit StoreThread(const QString& folder);
    /// As finish(), if that was not called.
    ~StoreThread();
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;

    /// To connect to: its slots run on the store's thread by queued connections. Not to be called
    /// directly.
    [[nodiscard]] StoreWorker& worker() { return *m_worker; }
    void start();
    /// Keeps what was sent before, closes the database and ends the thread; waits for that as long
    /// as `ms`. To be called on the thread that sends, with no event loop needed. After TimedOut it
    /// may be called again, to wait on.
    StoreEnd finish(int ms = kFinishMs);

    /// Where conversations are kept: PHIDELITY_DATA, or the user's data folder for this program.
    [[nodiscard]] static QString defaultFolder();

private:
    struct Outcome;

    QThread* m_thread;     ///< deleted when it has ended; left alone if the disk never answers
    StoreWorker* m_worker; ///< owned by the thread
    std::shared_ptr<Outcome> m_outcome; ///< from the first finish() on
    std::optional<StoreEnd> m_end;
};

} // namespace phidelity
