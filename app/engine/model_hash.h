// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include <QList>
#include <QObject>
#include <QString>

#include "inference/file/checkpoint.h"
#include "inference/result.h"

class QThread;

namespace phidelity {

/// SHA-256 of models, which a record needs and which costs reading the whole file. What was once
/// computed is kept on disk by path, size, time of change and inode of the files, under
/// $XDG_CACHE_HOME/phidelity; where that cannot be written, it is computed again. Any thread.
/// The hash that is known already, or costs nothing (a model in memory). Stats the files.
[[nodiscard]] std::optional<QString> knownSha256(const Checkpoint& checkpoint);
/// The hash, computed where it is not known: 1 to 2 GB/s of reading. `stop` ends it with
/// Error{BadArgument,"stopped"}. FileUnreadable.
[[nodiscard]] Result<QString> sha256Of(const Checkpoint& checkpoint,
                                       const std::atomic<bool>* stop = nullptr);

/// Computes hashes behind other work: one thread, which the system runs when nothing else wants to.
/// Lives on the thread that made it; the destructor ends a hash that is being computed.
class ModelHasher : public QObject {
    Q_OBJECT

public:
    explicit ModelHasher(QObject* parent = nullptr);
    ~ModelHasher() override;

    /// Answered by hashed once this model is known; a hash that cannot be computed is not answered.
    void ask(quint64 id, std::shared_ptr<const Checkpoint> checkpoint);

signals:
    void hashed(quint64 id, const QString& sha256);

private:
    struct Job {
        std::shared_ptr<const Checkpoint> checkpoint;
        QList<quint64> ids;
    };
    void startNext();
    void finish(const QString& sha256);

    QList<Job> m_jobs; ///< the first is running
    std::unique_ptr<QThread> m_thread;
    std::shared_ptr<std::atomic<bool>> m_stop;
};

} // namespace phidelity
