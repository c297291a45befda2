// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QByteArray>
#include <QMetaType>
#include <QObject>
#include <QString>

class QLocalServer;
class QLocalSocket;

namespace phidelity {

/// What a second start hands to the first. Plain value.
struct StartRequest {
    QString model;              ///< absolute path; empty = none was named
    QByteArray activationToken; ///< lets the first raise its window under Wayland; mostly empty

    bool operator==(const StartRequest&) const = default;
};

/// One window for each user and data folder. The first start holds a lock that the system gives
/// back however it ends, and listens on a local socket that only this user can open; a later one
/// hands over what it was asked for. Both lie in the user's runtime folder. For the thread of the
/// event loop.
class SingleInstance : public QObject {
    Q_OBJECT

public:
    enum class Role {
        First,    ///< goes on; started() tells of later starts
        Second,   ///< the first has taken the request: end with 0
        NoAnswer, ///< another one is running but does not answer
    };
    /// How long a second start waits for the first, in ms: that one may be starting itself.
    static constexpr int kPatienceMs = 5000;

    explicit SingleInstance(const QString& dataFolder);
    ~SingleInstance() override;

    /// Blocks at most `patienceMs`, and only where another one is running. Where the runtime folder
    /// cannot be used everyone is First; the store's own lock keeps the conversations safe.
    [[nodiscard]] Role claim(const StartRequest& request, int patienceMs = kPatienceMs);

signals:
    /// Another start handed this over and has ended: open the model, raise the window.
    void started(const phidelity::StartRequest& request);

private:
    [[nodiscard]] bool takeLock();
    [[nodiscard]] bool handOver(const QByteArray& message, int patienceMs) const;
    void listen();
    void receive(QLocalSocket* socket);

    QString m_name; ///< path of the socket
    int m_lock = -1;
    std::unique_ptr<QLocalServer> m_server;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::StartRequest)
