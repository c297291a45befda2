// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>
#include <vector>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "cli_process.h"
#include "inference/relative_error.h"

using namespace phidelity;

namespace {

std::vector<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QByteArray bytes = file.readAll();
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
    return values;
}

QByteArray readBytes(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class NumbersTest : public QObject {
    Q_OBJECT

private slots:
    void logitsMatchTheOracle_data();
    void logitsMatchTheOracle();
    void aRowHoldsTheWholeVocabulary();
    void logitsRefusesIdsPastTheVocabulary();
    void logitsRefusesMoreThanTheContext();
    void aSeedMakesTheSameFile();
    void aModelIsQuantizedAndRuns_data();
    void aModelIsQuantizedAndRuns();
    void quantizeRefusesToOverwriteItsInput();
    void benchReportsEverything();
    void benchRefusesMoreThanTheContext();
    void inspectNamesEveryTensor();
    void verifySaysWhereThereIsNoReference();

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
};

void NumbersTest::logitsMatchTheOracle_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("reference");
    QTest::addColumn<double>("tolerance");
    const QDir oracle(QStringLiteral(PHIDELITY_SHARED_DIR "/oracle"));
    const QStringList files = oracle.entryList({"*.gguf"}, QDir::Files);
    for (const QString& file : files) {
        const QString name = file.chopped(5);
        QTest::newRow(qPrintable(name))
            << oracle.filePath(file) << oracle.filePath(name + ".logits.f32")
            << (name.contains("f16") ? 2e-3 : 1e-2);
    }
    for (const QString& name : {QStringLiteral("toy64"), QStringLiteral("toy80")}) {
        if (oracle.exists(name + "-hf")) {
            QTest::newRow(qPrintable(name + "-hf"))
                << oracle.filePath(name + "-hf") << oracle.filePath(name + "-f16.logits.f32")
                << 2e-3;
        }
    }
    if (files.isEmpty()) {
        QTest::newRow("none") << QString() << QString() << 0.0;
    }
}

void NumbersTest::logitsMatchTheOracle() {
    QFETCH(QString, model);
    QFETCH(QString, reference);
    QFETCH(double, tolerance);
    if (model.isEmpty()) {
        QSKIP("the reference logits are not here");
    }
    const QString ids = readBytes(QStringLiteral(PHIDELITY_SHARED_DIR "/oracle/ids.txt")).trimmed();
    const QStringList arguments = {"logits", "--model",  model, "--tokens",
                                   ids,      "--device", "cpu", "--output"};
    VERIFY_CODE(runCli(arguments + QStringList{path("prefill")}), 0);
    VERIFY_CODE(runCli(arguments + QStringList{path("decode"), "--decode"}), 0);
    const std::vector<float> expected = readFloats(reference);
    const std::vector<float> prefill = readFloats(path("prefill"));
    const std::vector<float> decode = readFloats(path("decode"));
    const double error = relativeError(prefill, expected);
    QVERIFY2(error <= tolerance, qPrintable(QString::number(error)));
    const double decodeError = relativeError(decode, expected);
    QVERIFY2(decodeError <= tolerance, qPrintable(QString::number(decodeError)));
    const double between = relativeError(decode, prefill);
    QVERIFY2(between <= 1e-3, qPrintable(QString::number(between)));
}

void NumbersTest::aRowHoldsTheWholeVocabulary() {
    const int vocabulary =
        runCli({"inspect", "--json"}).json()["shape"].toObject()["vocabulary"].toInt();
    QVERIFY(vocabulary > 0);
    const CliRun run = runCli({"logits", "--tokens", "1, 2,3", "--output", "-"});
    VERIFY_CODE(run, 0);
    QCOMPARE(run.out.size(), 3 * vocabulary * 4);
}

void NumbersTest::logitsRefusesIdsPastTheVocabulary() {
    const CliRun run = runCli({"logits", "--tokens", "1,4000000000", "--output", path("x")});
    VERIFY_CODE(run, 2);
    QVERIFY2(run.hasOneLineError() && run.err.contains("4000000000"), run.err.constData());
}

void NumbersTest::logitsRefusesMoreThanTheContext() {
    QStringList ids;
    for (int index = 0; index < 5000; ++index) {
        ids.append("1");
    }
    const CliRun run = runCli({"logits", "--tokens", ids.join(','), "--output", path("x")});
    VERIFY_CODE(run, 1);
    QVERIFY2(run.hasOneLineError() && run.err.contains("5000"), run.err.constData());
}

void NumbersTest::aSeedMakesTheSameFile() {
    const auto make = [&](const QString& seed, const QString& name) {
        return runCli(
                   {"make-model", "--shape", "tiny", "--type", "F16", "--seed", seed, path(name)})
            .code;
    };
    QCOMPARE(make("7", "a.gguf"), 0);
    QCOMPARE(make("7", "b.gguf"), 0);
    QCOMPARE(make("8", "c.gguf"), 0);
    QVERIFY(!readBytes(path("a.gguf")).isEmpty());
    QCOMPARE(readBytes(path("a.gguf")), readBytes(path("b.gguf")));
    QVERIFY(readBytes(path("a.gguf")) != readBytes(path("c.gguf")));
}

void NumbersTest::aModelIsQuantizedAndRuns_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("summary"); ///< what the type summary must name
    QTest::newRow("F32") << "F32"
                         << "F32";
    QTest::newRow("Q8_0") << "Q8_0"
                          << "Q8_0";
    QTest::newRow("Q4_0") << "Q4_0"
                          << "Q4_0";
    QTest::newRow("Q4_K_M") << "Q4_K_M"
                            << "Q4_K";
    QTest::newRow("Q6_K") << "Q6_K"
                          << "Q6_K";
    QTest::newRow("lower case") << "q5_k_m"
                                << "Q5_K";
}

void NumbersTest::aModelIsQuantizedAndRuns() {
    QFETCH(QString, type);
    QFETCH(QString, summary);
    const QString in = path("in.gguf");
    const QString out = path("out.gguf");
    VERIFY_CODE(runCli({"make-model", "--shape", "tiny", "--seed", "3", in}), 0);
    const CliRun quantized = runCli({"quantize", in, out, "--type", type, "--json"});
    VERIFY_CODE(quantized, 0);
    QVERIFY2(quantized.json()["types"].toString().contains(summary), quantized.out.constData());
    QCOMPARE(quantized.json()["bytes"].toInteger(), QFile(out).size());

    const QString ids = "72,101,108,108,111";
    VERIFY_CODE(runCli({"logits", "--model", in, "--tokens", ids, "--output", path("before")}), 0);
    VERIFY_CODE(runCli({"logits", "--model", out, "--tokens", ids, "--output", path("after")}), 0);
    const double error = relativeError(readFloats(path("after")), readFloats(path("before")));
    // Four bits of random weights: a fifth off at the worst, never unrelated.
    QVERIFY2(error < (type == "F32"    ? 1e-4
                      : type == "Q8_0" ? 0.02
                                       : 0.35),
             qPrintable(QString::number(error)));
    VERIFY_CODE(
        runCli({"generate", "--model", out, "--prompt", "Hello", "--max-tokens", "4", "--json"}),
        0);
}

void NumbersTest::quantizeRefusesToOverwriteItsInput() {
    const QString in = path("in.gguf");
    VERIFY_CODE(runCli({"make-model", "--shape", "tiny", in}), 0);
    const QByteArray before = readBytes(in);
    const CliRun run = runCli({"quantize", in, in, "--type", "Q8_0"});
    VERIFY_CODE(run, 2);
    QCOMPARE(readBytes(in), before);
}

void NumbersTest::benchReportsEverything() {
    const CliRun run =
        runCli({"bench", "--shape", "tiny", "--type", "Q8_0", "--prompt-tokens", "32",
                "--generate-tokens", "8", "--repetitions", "2", "--threads", "1", "--json"});
    VERIFY_CODE(run, 0);
    const QJsonObject json = run.json();
    for (const char* key :
         {"prefill_tokens_per_second", "decode_tokens_per_second", "bytes_per_token",
          "achieved_gb_per_second", "read_gb_per_second", "load_ms", "peak_memory_bytes"}) {
        QVERIFY2(json[QLatin1String(key)].toDouble() > 0, key);
    }
    QCOMPARE(json["decode_runs"].toArray().size(), 2);
    const double achieved =
        json["decode_tokens_per_second"].toDouble() * json["bytes_per_token"].toDouble() / 1e9;
    QVERIFY(std::abs(json["achieved_gb_per_second"].toDouble() - achieved) <= 1e-9 * achieved);
    // The CPU has no driver to ask.
    for (const char* key : {"dispatches_per_layer", "barriers_per_layer", "submits_per_token",
                            "allocations_per_token"}) {
        QVERIFY2(json.contains(QLatin1String(key)) && json[QLatin1String(key)].isNull(), key);
    }
    // The demo model's context holds the prompt or the decoded tokens, but not both at once.
    const CliRun table = runCli({"bench", "--repetitions", "1"});
    VERIFY_CODE(table, 0);
    QVERIFY2(table.out.contains("tokens/s") && table.out.contains("GB/s"), table.out.constData());
}

void NumbersTest::benchRefusesMoreThanTheContext() {
    const CliRun run = runCli({"bench", "--shape", "tiny", "--prompt-tokens", "5000"});
    VERIFY_CODE(run, 2);
    QVERIFY2(run.hasOneLineError() && run.err.contains("--prompt-tokens"), run.err.constData());
}

void NumbersTest::inspectNamesEveryTensor() {
    const QString model = path("tiny.gguf");
    VERIFY_CODE(runCli({"make-model", "--shape", "tiny", "--type", "Q4_0", model}), 0);
    const CliRun run = runCli({"inspect", model, "--json"});
    VERIFY_CODE(run, 0);
    const QJsonObject json = run.json();
    const int layers = json["shape"].toObject()["layers"].toInt();
    QCOMPARE(json["tensors"].toArray().size(), layers * 14 + 5);
    QCOMPARE(json["files"].toArray().first().toString(), model);
    QVERIFY(json["tokenizer"].toObject()["tokens"].toInt() > 0);
    const CliRun table = runCli({"inspect", model});
    VERIFY_CODE(table, 0);
    QVERIFY(table.out.contains("blk.0.ffn_up.weight"));
    // By --model it is the same.
    QCOMPARE(runCli({"inspect", "--model", model, "--json"}).out, run.out);
}

void NumbersTest::verifySaysWhereThereIsNoReference() {
    const CliRun run = runCli({"verify"});
    VERIFY_CODE(run, 0);
    QVERIFY2(run.out.contains("no published reference"), run.out.constData());
    const CliRun json = runCli({"verify", "--json"});
    VERIFY_CODE(json, 0);
    QVERIFY(json.json().contains("match") && json.json()["match"].isNull());
}

QTEST_GUILESS_MAIN(NumbersTest)
#include "numbers_test.moc"
