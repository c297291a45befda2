// SPDX-License-Identifier: MIT
// The program is killed (SIGKILL) at random moments while replies stream into the store: no text
// whose commit was told is lost.
//
// PHIDELITY_KILLS sets the number of times, 25 if it is not set.
#include <csignal>

#include <unistd.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QRandomGenerator>
#include <QUuid>

#include "store/store_thread.h"
#include "store_fixture.h"

using namespace phidelity;

namespace {

QString conversationOf(int round) {
    return QUuid::createUuidV5(QUuid(), QString::number(round)).toString(QUuid::WithoutBraces);
}

/// The whole text of a message, which both processes know.
QString textOf(int round, NodeId id) {
    QRandomGenerator random(static_cast<quint32>(round) * 1000 + id);
    QString text;
    while (text.size() < 6000) {
        text += QStringLiteral("%1 🙂 word%2\n").arg(random.bounded(1000000)).arg(id);
    }
    return text;
}

/// The other process: a window that streams as fast as the store keeps up. Tells each commit with a
/// line "<message> <letters>".
class Streamer : public QObject {
    Q_OBJECT

public:
    Streamer(const QString& folder, int round)
        : m_round(round), m_random(static_cast<quint32>(round)), m_thread(folder) {
        StoreWorker& worker = m_thread.worker();
        connect(this, &Streamer::save, &worker, &StoreWorker::save, Qt::QueuedConnection);
        connect(&worker, &StoreWorker::opened, this, [this] {
            emit save({1, {PutConversation{conversationNamed(conversationOf(m_round))}}});
        });
        connect(&worker, &StoreWorker::saved, this, &Streamer::onSaved);
        connect(&worker, &StoreWorker::saveFailed, this,
                [](const SaveFailed& failure) { qFatal("%s", qPrintable(failure.detail)); });
        m_thread.start();
    }

signals:
    void save(const phidelity::SaveRequest& request);

private:
    void onSaved() {
        if (m_id > 0) {
            const QByteArray line =
                QByteArray::number(m_id) + ' ' + QByteArray::number(m_length) + '\n';
            // At once, past any buffer of this process.
            if (::write(STDOUT_FILENO, line.constData(), static_cast<size_t>(line.size())) < 0) {
                QCoreApplication::exit(1);
            }
        }
        next();
    }

    void next() {
        const bool isReply = m_id > 0 && m_id % 2 == 0;
        const QString whole = m_id > 0 ? textOf(m_round, m_id) : QString();
        if (!isReply || m_length == whole.size()) {
            ++m_id;
            m_length = 0;
        }
        const QString text = textOf(m_round, m_id);
        if (m_id % 2 == 1) {
            m_length = text.size();
            emit save({2, {PutMessage{conversationOf(m_round), userNode(m_id, text)}}});
            return;
        }
        m_length = std::min(text.size(), m_length + m_random.bounded(50, 900));
        // As from the engine, only complete characters; half of one is not kept.
        m_length += m_length < text.size() && text.at(m_length).isLowSurrogate() ? 1 : 0;
        const bool ends = m_length == text.size();
        QList<StoreChange> changes = {
            PutMessage{conversationOf(m_round),
                       replyNode(m_id, text.left(m_length),
                                 ends ? MessageState::Complete : MessageState::Writing)}};
        if (ends) {
            changes.append(PutRecord{conversationOf(m_round), m_id, 0, {}});
        }
        emit save({3, changes});
    }

    int m_round;
    QRandomGenerator m_random;
    NodeId m_id = 0;
    qsizetype m_length = 0;
    StoreThread m_thread;
};

} // namespace

class StoreKillTest : public QObject {
    Q_OBJECT

private:
    /// Message -> letters that were told to be committed.
    using Told = QMap<NodeId, qsizetype>;

    static Told streamUntilKilled(const QString& folder, int round, qsizetype& commits) {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(),
                      {QStringLiteral("--stream"), folder, QString::number(round)});
        // Some die before anything is told, most in the middle of it.
        if (round % 8 != 0) {
            process.waitForReadyRead(10'000);
        }
        QThread::usleep(static_cast<unsigned long>(QRandomGenerator::global()->bounded(60'000)));
        ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
        process.waitForFinished(10'000);
        Told told;
        const QList<QByteArray> lines = process.readAllStandardOutput().split('\n');
        commits += lines.size() - 1;
        for (const QByteArray& line : lines.first(lines.size() - 1)) {
            const QList<QByteArray> parts = line.split(' ');
            told[parts.at(0).toUInt()] = parts.at(1).toLongLong();
        }
        return told;
    }

    static void verify(ChatStore& store, int round, const Told& told) {
        const auto loaded = store.load(conversationOf(round));
        if (told.isEmpty()) {
            return;
        }
        STORE_OK(loaded);
        QMap<NodeId, Message> messages;
        for (const MessageNode& node : loaded->nodes) {
            messages.insert(node.id, node.message);
            QVERIFY(textOf(round, node.id).startsWith(node.message.text));
            QVERIFY(!isUnfinished(node.message));
        }
        for (auto one = told.cbegin(); one != told.cend(); ++one) {
            QVERIFY2(messages.contains(one.key()), "a committed message is lost");
            const qsizetype kept = messages[one.key()].text.size();
            QVERIFY2(kept >= one.value(),
                     qPrintable(QStringLiteral("of %1 committed letters %2 are there")
                                    .arg(one.value())
                                    .arg(kept)));
        }
    }

private slots:
    void whatWasToldToBeCommittedIsThereAfterEachKill() {
        StoreFixture place;
        const int kills = qEnvironmentVariable("PHIDELITY_KILLS", QStringLiteral("25")).toInt();
        QList<Told> all;
        double slowest = 0;
        qsizetype commits = 0;
        int resumed = 0;
        for (int round = 0; round < kills; ++round) {
            all.append(streamUntilKilled(place.folder(), round, commits));
            QElapsedTimer clock;
            clock.start();
            STORE_OK(place.open());
            STORE_OK(place->list());
            slowest = std::max(slowest, static_cast<double>(clock.nsecsElapsed()) * 1e-6);
            QVERIFY(place->opened().salvage.setAside.isEmpty());
            QCOMPARE(*place->checkIntegrity(), QString());
            resumed += place->opened().resumed;
            const int first = round % 50 == 49 || round == kills - 1 ? 0 : std::max(0, round - 2);
            for (int one = first; one <= round; ++one) {
                verify(*place.operator->(), one, all.at(one));
                if (QTest::currentTestFailed()) {
                    return;
                }
            }
            place.close();
        }
        qInfo("%d kills, %lld commits told, %d replies cut off, slowest restart %.0f ms, %lld KB",
              kills, static_cast<long long>(commits), resumed, slowest,
              static_cast<long long>(QFileInfo(place.file()).size() / 1024));
        QVERIFY(resumed > 0);
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc == 4 && qstrcmp(argv[1], "--stream") == 0) {
        const Streamer streamer(QString::fromLocal8Bit(argv[2]), QByteArray(argv[3]).toInt());
        return QCoreApplication::exec();
    }
    StoreKillTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "store_kill_test.moc"
