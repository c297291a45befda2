// SPDX-License-Identifier: MIT
// generate --record and replay, as a user runs them.
#include <memory>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "cli_process.h"

using namespace phidelity;

class ReplayCommandTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] QString path(const QString& name) const { return m_folder->filePath(name); }

    [[nodiscard]] QJsonObject read(const QString& name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                              : QJsonObject();
    }
    void write(const QString& name, const QByteArray& bytes) const {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    }
    void write(const QString& name, const QJsonObject& object) const {
        write(name, QJsonDocument(object).toJson());
    }
    /// Writes `name`: the record of 24 tokens.
    void record(const QString& name, const QString& threads = "1") const {
        const CliRun run =
            runCli(QStringList{"generate", "--prompt", "Once upon a time", "--max-tokens", "24",
                               "--seed", "7", "--temperature", "0.9", "--device", "cpu",
                               "--threads", threads, "--record", name},
                   {}, m_folder->path());
        VERIFY_CODE(run, 0);
    }
    [[nodiscard]] CliRun replay(const QStringList& arguments, const QByteArray& input = {}) const {
        return runCli(QStringList{"replay"} + arguments, input, m_folder->path());
    }
    static QJsonObject only(const CliRun& run) {
        return run.json().value("replies").toArray().at(0).toObject();
    }
    /// With another value at a place of one of its lists.
    static QJsonObject with(QJsonObject record, const char* list, int index,
                            const QJsonValue& value) {
        QJsonArray values = record.value(QLatin1String(list)).toArray();
        values[index] = value;
        record.insert(QLatin1String(list), values);
        return record;
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        record("reply.json");
        QVERIFY(!QTest::currentTestFailed());
    }

    void aRecordSaysWhatTheReplyWasMadeWith() {
        const QJsonObject record = read("reply.json");
        QCOMPARE(record.value("device").toString(), QString("cpu"));
        QCOMPARE(record.value("threads").toInt(), 1);
        QCOMPARE(record.value("model_sha256").toString().size(), 64);
        QCOMPARE(record.value("tokens").toArray().size(),
                 record.value("logprobs").toArray().size());
        QVERIFY(record.value("tokens").toArray().size() > 10);
        QVERIFY(!record.contains("parts"));
    }

    void theRecordIsOfTheReplyThatIsTold() {
        const CliRun run = runCli({"generate", "--prompt", "The sun", "--max-tokens", "8", "--json",
                                   "--device", "cpu", "--record", "told.json"},
                                  {}, m_folder->path());
        VERIFY_CODE(run, 0);
        const QJsonObject record = read("told.json");
        const QJsonArray told = run.json().value("tokens").toArray();
        const QJsonArray ids = record.value("tokens").toArray();
        QCOMPARE(told.size(), ids.size());
        for (qsizetype i = 0; i < told.size(); ++i) {
            QCOMPARE(told[i].toObject().value("id"), ids[i]);
        }
        const QJsonArray parts = run.json().value("parts").toArray();
        QCOMPARE(parts.size(), 1);
        QCOMPARE(parts[0].toObject().value("from_token").toInt(), 1);
        QCOMPARE(parts[0].toObject().value("tokens").toInt(), static_cast<int>(ids.size()));
        QCOMPARE(parts[0].toObject().value("device").toString(), QString("cpu"));
    }

    void aReplyComesOutIdentical() {
        const CliRun words = replay({"reply.json"});
        VERIFY_CODE(words, 0);
        QVERIFY2(words.out.startsWith("Identical. All ") && words.out.count('\n') == 1,
                 words.out.constData());
        QCOMPARE(words.err, QByteArray());
        const CliRun json = replay({"reply.json", "--json"});
        VERIFY_CODE(json, 0);
        QVERIFY(json.json().value("identical").toBool());
        QCOMPARE(only(json).value("verdict").toString(), QString("identical"));
        QCOMPARE(only(json).value("caution").toString(), QString());
        QCOMPARE(only(json).value("same").toInt(), only(json).value("tokens").toInt());
        QVERIFY(only(json).value("first_difference").isNull());
    }

    void aRecordComesThroughAPipe() {
        QFile file(path("reply.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        VERIFY_CODE(replay({"-"}, file.readAll()), 0);
    }

    void aTranscriptsRepliesAreAllRun() {
        const QJsonObject record = read("reply.json");
        const QJsonObject message{{"text", "x"}, {"records", QJsonArray{record}}};
        write("talk.json",
              {{"format", "phidelity-transcript"},
               {"messages", QJsonArray{QJsonObject{{"text", "q"}}, message, message}}});
        const CliRun run = replay({"talk.json"});
        VERIFY_CODE(run, 0);
        QVERIFY2(run.out.contains("Reply 2 of 2: Identical.") &&
                     run.out.endsWith("2 of 2 replies are identical.\n"),
                 run.out.constData());
    }

    void aTokenThatIsAnotherIsNamedWithBothCandidates() {
        const QJsonObject record = read("reply.json");
        const int token = record.value("tokens").toArray().at(9).toInt();
        write("changed.json", with(record, "tokens", 9, token + 1));
        const CliRun run = replay({"changed.json", "--json"});
        VERIFY_CODE(run, 1);
        QVERIFY(!run.json().value("identical").toBool());
        const QJsonObject difference = only(run).value("first_difference").toObject();
        QCOMPARE(only(run).value("verdict").toString(), QString("differs"));
        QCOMPARE(difference.value("index").toInt(), 9);
        QCOMPARE(difference.value("expected").toObject().value("id").toInt(), token + 1);
        QCOMPARE(difference.value("found").toObject().value("id").toInt(), token);
        const CliRun words = replay({"changed.json"});
        VERIFY_CODE(words, 1);
        QVERIFY2(words.out.contains("token 10 of 24"), words.out.constData());
    }

    void aReplyInPartsIsRunPartByPart() {
        const QJsonObject first = read("reply.json");
        record("more.json", "2");
        const QJsonObject second = read("more.json");
        const auto tokens = [](const QJsonObject& one) {
            return static_cast<int>(one.value("tokens").toArray().size());
        };
        write("parts.json", {{"parts", QJsonArray{first, second}}});
        const CliRun same = replay({"parts.json", "--json"});
        VERIFY_CODE(same, 0);
        QCOMPARE(only(same).value("tokens").toInt(), tokens(first) + tokens(second));
        QCOMPARE(only(same).value("caution").toString(), QString()); // each with its threads
        QVERIFY(only(same).value("message").toString().contains("each of the 2 parts"));

        const int other = second.value("tokens").toArray().at(3).toInt() + 1;
        write("parts.json", {{"parts", QJsonArray{first, with(second, "tokens", 3, other)}}});
        const CliRun changed = replay({"parts.json", "--json"});
        VERIFY_CODE(changed, 1);
        QCOMPARE(only(changed).value("first_difference").toObject().value("index").toInt(),
                 tokens(first) + 3);
        const QString message = only(changed).value("message").toString();
        QVERIFY2(message.contains(QStringLiteral("Part 2 of 2 (tokens %1 to %2, written on cpu): "
                                                 "It differs")
                                      .arg(tokens(first) + 1)
                                      .arg(tokens(first) + tokens(second))),
                 qPrintable(message));

        write(
            "parts.json",
            {{"parts", QJsonArray{first, with(second, "chunks", 0, QJsonObject{{"rows", 900}})}}});
        const CliRun partly = replay({"parts.json", "--json"});
        VERIFY_CODE(partly, 1);
        QCOMPARE(only(partly).value("verdict").toString(), QString("partly"));
        QCOMPARE(only(partly).value("same").toInt(), tokens(first));
    }

    void anotherModelIsRefusedWithBothNames() {
        const CliRun made = runCli({"make-model", "--shape", "tiny", "--seed", "3", "tiny.gguf"},
                                   {}, m_folder->path());
        VERIFY_CODE(made, 0);
        const CliRun run = replay({"reply.json", "--model", "tiny.gguf"});
        VERIFY_CODE(run, 1);
        QVERIFY2(run.out.contains("another model") &&
                     run.out.contains(read("reply.json").value("model_name").toString().toUtf8()),
                 run.out.constData());
    }

    void anotherDeviceIsToldOf() {
        QJsonObject record = read("reply.json");
        record.insert("device", "vulkan:9");
        record.insert("device_name", "Some Card 9000");
        write("elsewhere.json", record);
        const CliRun asked = replay({"elsewhere.json", "--device", "cpu", "--threads", "1"});
        VERIFY_CODE(asked, 0); // the numbers are those of the CPU
        QVERIFY2(asked.out.contains("another device (Some Card 9000)"), asked.out.constData());
        const CliRun missing = replay({"elsewhere.json"});
        VERIFY_CODE(missing, 1);
        QVERIFY2(missing.hasOneLineError() && missing.err.contains("vulkan:9"),
                 missing.err.constData());
    }

    void aDamagedRecordIsRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("nothing") << QByteArray() << 2 << QByteArray("expected JSON");
        QTest::newRow("no JSON") << QByteArray("Once upon a time") << 2
                                 << QByteArray("expected JSON");
        QTest::newRow("no record")
            << QByteArray("{\"tokens\": [1, 2]}") << 2 << QByteArray("found none");
        QTest::newRow("deep") << QByteArray(100'000, '[') << 2 << QByteArray("expected JSON");
    }
    void aDamagedRecordIsRefused() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        QFETCH(QByteArray, says);
        write("damaged.json", bytes);
        const CliRun run = replay({"damaged.json"});
        VERIFY_CODE(run, code);
        QVERIFY2(run.hasOneLineError() && run.err.contains(says), run.err.constData());
    }

    void aRecordThatIsNotWholeIsRefused() {
        const QJsonObject record = read("reply.json");
        QFile file(path("reply.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        write("cut.json", bytes.left(bytes.size() / 2));
        VERIFY_CODE(replay({"cut.json"}), 2);
        for (const char* list : {"logprobs", "chunks", "tokens", "prompt"}) {
            QJsonObject damaged = record;
            damaged.insert(QLatin1String(list), QJsonArray());
            write("damaged.json", damaged);
            const CliRun run = replay({"damaged.json", "--json"});
            VERIFY_CODE(run, 1);
            QCOMPARE(only(run).value("verdict").toString(), QString("refused"));
            QVERIFY2(only(run).value("message").toString().contains("not whole"), list);
        }
    }

    void aRecordThatCannotBeWrittenIsAnError() {
        const CliRun run = runCli(
            {"generate", "--prompt", "a", "--max-tokens", "2", "--record", "missing/reply.json"},
            {}, m_folder->path());
        VERIFY_CODE(run, 1);
        QVERIFY2(run.err.contains("missing/reply.json"), run.err.constData());
        QVERIFY(!run.out.isEmpty()); // the reply is told all the same
    }

    void aFileThatIsNotThereIsWrongUsage() {
        const CliRun run = replay({"nowhere.json"});
        VERIFY_CODE(run, 2);
        QVERIFY(run.hasOneLineError());
    }
};

QTEST_GUILESS_MAIN(ReplayCommandTest)
#include "replay_test.moc"
