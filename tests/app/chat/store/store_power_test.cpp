// SPDX-License-Identifier: MIT
// The power fails at every moment: what was not yet synchronised may be on the disk in part, in any
// order, and nothing that was committed is lost.
#include <QRandomGenerator>

#include "failing_vfs.h"
#include "store_fixture.h"

using namespace phidelity;

namespace {

const QString kOne = QStringLiteral("6f1b1f0e-0000-4000-8000-000000000001");
constexpr NodeId kTurns = 12;

QString textOf(NodeId id) {
    return QStringLiteral("text %1 of a reply, ").arg(id).repeated(300);
}

/// After so many steps this much of each message was committed.
struct Mark {
    qsizetype steps = 0;
    QMap<NodeId, qsizetype> letters;
};

void apply(const DiskStep& step, QByteArray* content) {
    switch (step.kind) {
    case DiskStep::Kind::Write: {
        const qsizetype end = static_cast<qsizetype>(step.at) + step.bytes.size();
        if (content->size() < end) {
            content->append(QByteArray(end - content->size(), '\0'));
        }
        content->replace(static_cast<qsizetype>(step.at), step.bytes.size(), step.bytes);
        return;
    }
    case DiskStep::Kind::Truncate:
        content->resize(static_cast<qsizetype>(step.at));
        return;
    case DiskStep::Kind::Delete:
        content->clear();
        return;
    case DiskStep::Kind::Sync:
        return;
    }
}

/// The file as the disk may have it: everything up to its last synchronisation, and of what came
/// later some, some of it in half.
QByteArray afterPowerCut(const QList<DiskStep>& steps, qsizetype count, const QString& file,
                         QRandomGenerator& random) {
    qsizetype synced = 0;
    for (qsizetype at = 0; at < count; ++at) {
        if (steps.at(at).file == file && steps.at(at).kind == DiskStep::Kind::Sync) {
            synced = at;
        }
    }
    QByteArray content;
    for (qsizetype at = 0; at < count; ++at) {
        DiskStep step = steps.at(at);
        if (step.file != file) {
            continue;
        }
        if (at > synced) {
            const int luck = random.bounded(3);
            if (luck == 0) {
                continue;
            }
            if (luck == 1 && step.kind == DiskStep::Kind::Write) {
                step.bytes.truncate(512 * random.bounded(int(step.bytes.size()) / 512 + 1));
            }
        }
        apply(step, &content);
    }
    return content;
}

} // namespace

class StorePowerTest : public QObject {
    Q_OBJECT

private:
    QList<DiskStep> m_steps;
    QList<Mark> m_marks;

    void put(StoreFixture* store, const MessageNode& node) {
        STORE_OK((*store)->save({PutMessage{kOne, node}}));
        Mark mark = m_marks.last();
        mark.steps = m_steps.size();
        mark.letters[node.id] = node.message.text.size();
        m_marks.append(mark);
    }

private slots:
    void initTestCase() {
        FailingVfs::install();
        StoreFixture store;
        STORE_OK(store.open());
        STORE_OK(store->save({PutConversation{conversationNamed(kOne)}}));
        store.close();
        // What lies there now is on the disk.
        for (const char* ending : {"", "-wal"}) {
            QFile file(store.file() + QLatin1String(ending));
            if (file.open(QIODevice::ReadOnly)) {
                const QString name = QFileInfo(file.fileName()).fileName();
                m_steps.append({DiskStep::Kind::Write, name, 0, file.readAll()});
                m_steps.append({DiskStep::Kind::Sync, name, 0, {}});
            }
        }
        m_marks.append(Mark{m_steps.size(), {}});
        FailingVfs::record(&m_steps);
        for (NodeId id = 1; id <= kTurns; id += 2) {
            if (id % 4 == 1) {
                STORE_OK(store.open());
            }
            put(&store, userNode(id, textOf(id).left(200)));
            for (qsizetype length = 1000; length < 6000; length += 1000) {
                put(&store, replyNode(id + 1, textOf(id + 1).left(length), MessageState::Writing));
            }
            put(&store, replyNode(id + 1, textOf(id + 1)));
        }
        store.close();
        FailingVfs::record(nullptr);
    }

    void nothingThatWasCommittedIsLostWhereverThePowerFails() {
        int checked = 0;
        for (qsizetype count = m_marks.first().steps; count <= m_steps.size(); ++count) {
            QRandomGenerator random(static_cast<quint32>(count));
            StoreFixture store;
            QVERIFY(QDir().mkpath(store.folder()));
            for (const char* ending : {"", "-wal"}) {
                const QString name = QStringLiteral("conversations.db") + QLatin1String(ending);
                const QByteArray content = afterPowerCut(m_steps, count, name, random);
                QFile file(store.folder() + u'/' + name);
                if (ending[0] == 0 || !content.isEmpty()) {
                    QVERIFY(file.open(QIODevice::WriteOnly));
                    file.write(content);
                }
            }
            STORE_OK(store.open());
            QVERIFY2(store->opened().salvage.setAside.isEmpty(),
                     qPrintable(QStringLiteral("after %1 steps").arg(count)));
            QCOMPARE(*store->checkIntegrity(), QString());
            const auto loaded = store->load(kOne);
            STORE_OK(loaded);
            const auto behind = std::find_if(m_marks.cbegin(), m_marks.cend(),
                                             [&](const Mark& one) { return one.steps > count; });
            const Mark& mark = *std::prev(behind);
            QMap<NodeId, QString> texts;
            for (const MessageNode& node : loaded->nodes) {
                QVERIFY(textOf(node.id).startsWith(node.message.text));
                texts.insert(node.id, node.message.text);
            }
            for (auto one = mark.letters.cbegin(); one != mark.letters.cend(); ++one) {
                QVERIFY2(texts.value(one.key()).size() >= one.value(),
                         qPrintable(QStringLiteral("after %1 steps message %2 has %3 letters of %4")
                                        .arg(count)
                                        .arg(one.key())
                                        .arg(texts.value(one.key()).size())
                                        .arg(one.value())));
            }
            ++checked;
        }
        qInfo("the power failed at %d moments", checked);
        QVERIFY(checked > 200);
    }

    void theTestSeesWhenSynchronisationIsMissing() {
        // Without the log's synchronisations the same look must find a loss.
        QList<DiskStep> careless;
        for (const DiskStep& step : m_steps) {
            if (step.kind != DiskStep::Kind::Sync || !step.file.endsWith("-wal")) {
                careless.append(step);
            }
        }
        QRandomGenerator random(1);
        StoreFixture store;
        QVERIFY(QDir().mkpath(store.folder()));
        // In the middle of a run, where the log holds what counts.
        const qsizetype count = careless.size() / 2;
        for (const char* ending : {"", "-wal"}) {
            const QString name = QStringLiteral("conversations.db") + QLatin1String(ending);
            QFile file(store.folder() + u'/' + name);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(afterPowerCut(careless, count, name, random));
        }
        STORE_OK(store.open());
        qsizetype letters = 0;
        const auto loaded = store->load(kOne);
        for (const MessageNode& node : loaded ? loaded->nodes : QList<MessageNode>()) {
            letters += node.message.text.size();
        }
        qsizetype committed = 0;
        for (const qsizetype one : m_marks.at(m_marks.size() / 2).letters) {
            committed += one;
        }
        QVERIFY2(letters < committed, qPrintable(QString::number(letters)));
    }
};

QTEST_GUILESS_MAIN(StorePowerTest)
#include "store_power_test.moc"
