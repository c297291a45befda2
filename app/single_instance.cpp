// SPDX-License-Identifier: MIT
#include "app/single_instance.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalServer>
#include <QLocalSocket>
#include <QStandardPaths>
#include <QThread>
#include <QTimer>

namespace phidelity {

namespace {

constexpr qint64 kLongestMessage = 1 << 16;
constexpr int kSlowestSenderMs = 5000;
const QByteArray kTaken = QByteArrayLiteral("taken\n");

/// The same for every way to name a folder, whether it is there yet or not.
QString realPath(const QString& folder) {
    QString there = QDir::cleanPath(QDir().absoluteFilePath(folder));
    QString rest;
    while (!QFileInfo::exists(there) && there != QDir::rootPath()) {
        rest.prepend(u'/' + QFileInfo(there).fileName());
        there = QFileInfo(there).path();
    }
    return QFileInfo(there).canonicalFilePath() + rest;
}

/// Short: the path of a socket has room for 107 bytes.
QString socketName(const QString& dataFolder) {
    const QByteArray hash =
        QCryptographicHash::hash(realPath(dataFolder).toUtf8(), QCryptographicHash::Sha256);
    QString folder = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    if (folder.isEmpty()) {
        folder = dataFolder;
    }
    return folder + QStringLiteral("/phidelity-") + QString::fromLatin1(hash.toHex().first(16));
}

QByteArray encode(const StartRequest& request) {
    const QJsonObject object = {
        {QStringLiteral("model"), request.model},
        {QStringLiteral("activation_token"), QString::fromUtf8(request.activationToken)}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

StartRequest decode(const QByteArray& line) {
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    return {object.value(QStringLiteral("model")).toString(),
            object.value(QStringLiteral("activation_token")).toString().toUtf8()};
}

} // namespace

SingleInstance::SingleInstance(const QString& dataFolder) : m_name(socketName(dataFolder)) {
    qRegisterMetaType<StartRequest>();
}

SingleInstance::~SingleInstance() {
    // The socket goes before the lock, or the next start could find its own removed.
    m_server.reset();
    if (m_lock >= 0) {
        ::close(m_lock);
    }
}

SingleInstance::Role SingleInstance::claim(const StartRequest& request, int patienceMs) {
    const QDeadlineTimer deadline(patienceMs);
    const QByteArray message = encode(request);
    for (;;) {
        if (takeLock()) {
            listen();
            return Role::First;
        }
        // The first one may not listen yet, or may be ending: then the lock is free soon.
        if (handOver(message, static_cast<int>(std::max<qint64>(1, deadline.remainingTime())))) {
            return Role::Second;
        }
        if (deadline.hasExpired()) {
            return Role::NoAnswer;
        }
        QThread::msleep(20);
    }
}

/// False where another process has it; true also where locks cannot be had at all.
bool SingleInstance::takeLock() {
    if (m_lock < 0) {
        m_lock = ::open(QFile::encodeName(m_name + QStringLiteral(".lock")).constData(),
                        O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    return m_lock < 0 || ::flock(m_lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

bool SingleInstance::handOver(const QByteArray& message, int patienceMs) const {
    QLocalSocket socket;
    socket.connectToServer(m_name);
    if (!socket.waitForConnected(patienceMs)) {
        return false;
    }
    socket.write(message);
    const QDeadlineTimer deadline(patienceMs);
    while (!socket.canReadLine() && socket.state() == QLocalSocket::ConnectedState &&
           !deadline.hasExpired()) {
        socket.waitForReadyRead(static_cast<int>(std::max<qint64>(1, deadline.remainingTime())));
    }
    return socket.readLine() == kTaken;
}

void SingleInstance::listen() {
    // With the lock in hand, what lies there belongs to one that has died.
    QLocalServer::removeServer(m_name);
    m_server = std::make_unique<QLocalServer>();
    m_server->setSocketOptions(QLocalServer::UserAccessOption);
    connect(m_server.get(), &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket* socket = m_server->nextPendingConnection()) {
            connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
            connect(socket, &QLocalSocket::readyRead, this, [this, socket] { receive(socket); });
            QTimer::singleShot(kSlowestSenderMs, socket, [socket] { socket->abort(); });
            receive(socket);
        }
    });
    if (!m_server->listen(m_name)) {
        qWarning("later starts cannot reach this one: %s", qPrintable(m_server->errorString()));
    }
}

void SingleInstance::receive(QLocalSocket* socket) {
    if (socket->bytesAvailable() > kLongestMessage) {
        socket->abort();
        return;
    }
    if (!socket->canReadLine()) {
        return;
    }
    const StartRequest request = decode(socket->readLine());
    socket->write(kTaken);
    socket->disconnectFromServer();
    emit started(request);
}

} // namespace phidelity
