// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "engine/engine_thread.h"
#include "engine/model_hash.h"
#include "engine/model_source.h"
#include "resources/embedded.h"

using namespace phidelity;

/// Hashes of models: computed once, behind other work, and never of a file that has changed.
class ModelHashTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        registerEngineMessages();
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CACHE_HOME", m_folder.filePath("cache").toUtf8());
        m_path = m_folder.filePath("demo.gguf");
        const auto bytes = embeddedDemoModel();
        m_image = QByteArray(reinterpret_cast<const char*>(bytes.data()),
                             static_cast<qsizetype>(bytes.size()));
        m_sha256 = QCryptographicHash::hash(m_image, QCryptographicHash::Sha256).toHex();
        QVERIFY(write());
    }
    void init() { QDir(m_folder.filePath("cache")).removeRecursively(); }

    void aModelInMemoryIsKnownAtOnce() {
        QCOMPARE(knownSha256(*openCheckpoint({}).value()), std::optional(m_sha256));
    }

    void aFileIsKnownOnceItWasReadAndUntilItChanges() {
        const auto checkpoint = openFile();
        QVERIFY(!knownSha256(*checkpoint));
        QCOMPARE(sha256Of(*checkpoint).value(), m_sha256);
        QCOMPARE(knownSha256(*checkpoint), std::optional(m_sha256));
        QCOMPARE(knownSha256(*openFile()), std::optional(m_sha256)); // by another opening of it

        QVERIFY(write()); // the same bytes at another time
        QVERIFY(!knownSha256(*openFile()));
    }

    void aDamagedCacheIsAsGoodAsNone() {
        QVERIFY(QDir().mkpath(m_folder.filePath("cache/phidelity")));
        QFile file(m_folder.filePath("cache/phidelity/model-hashes.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"a\": [1, ");
        file.close();
        const auto checkpoint = openFile();
        QVERIFY(!knownSha256(*checkpoint));
        QCOMPARE(sha256Of(*checkpoint).value(), m_sha256);
        QCOMPARE(knownSha256(*checkpoint), std::optional(m_sha256));
    }

    void aCacheThatCannotBeWrittenOnlyCostsTime() {
        QFile inTheWay(m_folder.filePath("cache"));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        inTheWay.close();
        QCOMPARE(sha256Of(*openFile()).value(), m_sha256);
        QVERIFY(inTheWay.remove());
    }

    void aHashIsStopped() {
        const std::atomic<bool> stop = true;
        const auto hash = sha256Of(*openFile(), &stop);
        QVERIFY(!hash);
        QCOMPARE(hash.error().detail, std::string("stopped"));
    }

    void theFirstReplyDoesNotWaitForTheHash() {
        QList<GenerationEnded> ended;
        QList<ReplyModelHashed> hashed;
        EngineThread thread;
        connect(&thread.engine(), &Engine::generationEnded, this,
                [&](const GenerationEnded& end) { ended.append(end); });
        connect(&thread.engine(), &Engine::replyModelHashed, this,
                [&](const ReplyModelHashed& hash) { hashed.append(hash); });
        connect(this, &ModelHashTest::open, &thread.engine(), &Engine::openModel);
        connect(this, &ModelHashTest::generate, &thread.engine(), &Engine::generate);
        OpenModelRequest model;
        model.path = m_path;
        model.device = "cpu";
        emit open(model);
        GenerateRequest request;
        request.prompt = "Once";
        request.settings.maxTokens = 4;
        request.id = 21;
        emit generate(request);
        QTRY_COMPARE(hashed.size(), 1);
        QCOMPARE(ended.size(), 1);
        QCOMPARE(ended.first().record.modelSha256, QString());
        QCOMPARE(hashed.first().id, RequestId{21});
        QCOMPARE(hashed.first().modelSha256, m_sha256);
        request.id = 22;
        emit generate(request);
        QTRY_COMPARE(ended.size(), 2);
        QCOMPARE(ended.last().record.modelSha256, m_sha256);
        disconnect(this, nullptr, nullptr, nullptr);
        disconnect(&thread.engine(), nullptr, this, nullptr);
    }

    void anEngineThatEndsDoesNotWaitForAHash() {
        ModelHasher hasher;
        hasher.ask(1, openFile());
        hasher.ask(2, openFile());
    }

signals:
    void open(const phidelity::OpenModelRequest& request);
    void generate(const phidelity::GenerateRequest& request);

private:
    [[nodiscard]] bool write() const {
        QFile::remove(m_path);
        QFile file(m_path);
        return file.open(QIODevice::WriteOnly) && file.write(m_image) == m_image.size();
    }
    [[nodiscard]] std::shared_ptr<const Checkpoint> openFile() const {
        return openCheckpoint(m_path.toStdString()).value();
    }

    QTemporaryDir m_folder;
    QString m_path;
    QByteArray m_image;
    QString m_sha256;
};

QTEST_GUILESS_MAIN(ModelHashTest)
#include "model_hash_test.moc"
