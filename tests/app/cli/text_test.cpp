// SPDX-License-Identifier: MIT
#include <cmath>
#include <csignal>
#include <cstdlib>

#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <fcntl.h>
#include <unistd.h>

#include "cli_process.h"

using namespace phidelity;

namespace {

/// Ids of a text under the embedded model, by the program itself.
QByteArray idsOf(const QByteArray& text, const QStringList& options = {}) {
    return runCli(QStringList{"tokenize"} + options, text).out.trimmed();
}

QStringList promptIds(const CliRun& run) {
    QStringList ids;
    const QJsonArray array = run.json()["prompt_ids"].toArray();
    for (const QJsonValue& id : array) {
        ids.append(QString::number(id.toInt()));
    }
    return ids;
}

/// A greedy run that does not end by itself.
QStringList greedy(int tokens) {
    const QString end = idsOf("<|endoftext|>", {"--special"});
    return {"generate",   "--prompt",     "Once upon a time",      "--temperature",
            "0",          "--max-tokens", QString::number(tokens), "--logit-bias",
            end + "=-inf"};
}

} // namespace

class TextTest : public QObject {
    Q_OBJECT

private slots:
    void jsonHasEveryField();
    void greedyTakesTheLikeliest();
    void seedsRepeatAndAreExact();
    void streamedTextIsTheTextOfJson();
    void thePromptComesFromStandardInput();
    void formatsPutThePromptAsDocumented_data();
    void formatsPutThePromptAsDocumented();
    void aFormatOfOnesOwnComesFromAFile();
    void stopStringsAreCut();
    void theContextEndsAnEndlessRun();
    void aPromptThatIsTooLongIsRefused();
    void biasesAndOrderReachTheSampler();
    void theHashIsThatOfTheFile();
    void interruptKeepsTheText();
    void textGoesThroughTokensAndBack_data();
    void textGoesThroughTokensAndBack();
    void endOfTextIsAControlTokenOnlyIfAskedFor();
    void phi2VectorsAreExact();
    void aTerminalGetsNoEscapes();
};

void TextTest::jsonHasEveryField() {
    const CliRun run = runCli(greedy(6) + QStringList{"--json", "--top-alternatives", "3"});
    VERIFY_CODE(run, 0);
    QVERIFY(run.err.isEmpty());
    const QJsonObject json = run.json();
    QCOMPARE(json["finish_reason"].toString(), "max_tokens");
    QVERIFY(json["seed"].isDouble());
    QVERIFY(json["device"].toString().startsWith("cpu"));
    QCOMPARE(json["model_sha256"].toString().size(), 64);
    const QJsonArray tokens = json["tokens"].toArray();
    QCOMPARE(tokens.size(), 6);
    QString text;
    for (const QJsonValue& token : tokens) {
        QVERIFY(token["id"].isDouble());
        QVERIFY(token["logprob"].toDouble(1) <= 0);
        QCOMPARE(token["alternatives"].toArray().size(), 3);
        QVERIFY(token["alternatives"].toArray().first()["text"].isString());
        text += token["text"].toString();
    }
    if (!text.contains(QChar::ReplacementCharacter)) {
        QCOMPARE(json["text"].toString(), text);
    }
    const QJsonObject timings = json["timings"].toObject();
    QVERIFY(timings["load_ms"].toDouble() > 0);
    QVERIFY(timings["prompt_tokens"].toInt() > 0);
    QVERIFY(timings["prompt_ms"].toDouble() > 0);
    QCOMPARE(timings["generated_tokens"].toInt(), 6);
    QVERIFY(timings["generate_ms"].toDouble() > 0);
}

void TextTest::greedyTakesTheLikeliest() {
    const CliRun run = runCli(greedy(20) + QStringList{"--json", "--top-alternatives", "2"});
    VERIFY_CODE(run, 0);
    const int end = idsOf("<|endoftext|>", {"--special"}).toInt();
    const QJsonArray tokens = run.json()["tokens"].toArray();
    for (const QJsonValue& token : tokens) {
        const QJsonArray likeliest = token["alternatives"].toArray();
        // The end of text is forbidden here, and may have been the likeliest.
        const int first = likeliest[0]["id"].toInt();
        QCOMPARE(token["id"].toInt(), first == end ? likeliest[1]["id"].toInt() : first);
    }
}

void TextTest::seedsRepeatAndAreExact() {
    const QStringList arguments = {"generate",     "--prompt", "The",    "--temperature", "1",
                                   "--max-tokens", "30",       "--json", "--seed"};
    const CliRun first = runCli(arguments + QStringList{"18446744073709551615"});
    const CliRun again = runCli(arguments + QStringList{"18446744073709551615"});
    const CliRun other = runCli(arguments + QStringList{"18446744073709551614"});
    VERIFY_CODE(first, 0);
    QVERIFY(first.out.contains("\"seed\": 18446744073709551615"));
    QCOMPARE(again.json()["tokens"], first.json()["tokens"]);
    QVERIFY(other.json()["tokens"] != first.json()["tokens"]);
}

void TextTest::streamedTextIsTheTextOfJson() {
    const QByteArray text =
        runCli(greedy(40) + QStringList{"--json"}).json()["text"].toString().toUtf8();
    const CliRun streamed = runCli(greedy(40));
    VERIFY_CODE(streamed, 0);
    QCOMPARE(streamed.out, text.endsWith('\n') ? text : text + '\n');
}

void TextTest::thePromptComesFromStandardInput() {
    const QStringList rest = {"--max-tokens", "1", "--json"};
    const QByteArray prompt = "Zw\xc3\xb6lf Boxk\xc3\xa4mpfer\n";
    const QStringList given =
        promptIds(runCli(QStringList{"generate", "--prompt", QString::fromUtf8(prompt)} + rest));
    QVERIFY(!given.isEmpty());
    QCOMPARE(promptIds(runCli(QStringList{"generate", "--prompt", "-"} + rest, prompt)), given);
    QCOMPARE(promptIds(runCli(QStringList{"generate"} + rest, prompt)), given);
    QCOMPARE(promptIds(runCli(QStringList{"generate", "-"} + rest, prompt)), given);
}

void TextTest::formatsPutThePromptAsDocumented_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("prompt");
    QTest::newRow("raw") << "raw" << QByteArray(" Hi there ");
    QTest::newRow("qa") << "qa" << QByteArray("Instruct: Hi there\nOutput:");
    QTest::newRow("chat") << "chat" << QByteArray("Alice: Hi there\nBob:");
    QTest::newRow("code") << "code" << QByteArray(" Hi there\n");
}

void TextTest::formatsPutThePromptAsDocumented() {
    QFETCH(QString, format);
    QFETCH(QByteArray, prompt);
    const CliRun run = runCli(
        {"generate", "--prompt", " Hi there ", "--format", format, "--max-tokens", "1", "--json"});
    VERIFY_CODE(run, 0);
    QCOMPARE(promptIds(run).join(' ').toUtf8(), idsOf(prompt));
}

void TextTest::aFormatOfOnesOwnComesFromAFile() {
    const QTemporaryDir folder;
    QFile file(folder.filePath("formats.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"format":"phidelity-prompt-formats","version":1,"formats":[)"
               R"({"name":"Pirate","opening":"Ahoy.\n","user_prefix":"Me: ","user_suffix":"\n",)"
               R"("reply_prefix":"It:","stops":["\nMe:"]},{"name":"Other","user_prefix":"> "}]})");
    file.close();
    const auto run = [&](const QStringList& options) {
        return runCli(QStringList{"generate", "--prompt", " Hi ", "--max-tokens", "1", "--json"} +
                          options,
                      {}, folder.path());
    };
    const CliRun pirate = run({"--format-file", "formats.json", "--format-name", "Pirate"});
    VERIFY_CODE(pirate, 0);
    QCOMPARE(promptIds(pirate).join(' ').toUtf8(), idsOf("Ahoy.\nMe: Hi\nIt:"));
    const CliRun unsaid = run({"--format-file", "formats.json"});
    QVERIFY(unsaid.code != 0);
    QVERIFY2(unsaid.err.contains("\"Pirate\", \"Other\""), unsaid.err.constData());
    const CliRun missing = run({"--format-file", "none.json"});
    QVERIFY(missing.code != 0);
    QVERIFY2(missing.err.contains("none.json could not be opened"), missing.err.constData());
}

void TextTest::stopStringsAreCut() {
    const QString whole = runCli(greedy(40) + QStringList{"--json"}).json()["text"].toString();
    const QString stop = whole.mid(whole.size() / 2, 3);
    QVERIFY(!stop.isEmpty());
    const CliRun run =
        runCli(greedy(40) + QStringList{"--json", "--stop", "\x01never", "--stop", stop});
    VERIFY_CODE(run, 0);
    QCOMPARE(run.json()["finish_reason"].toString(), "stop_string");
    QCOMPARE(run.json()["text"].toString(), whole.left(whole.indexOf(stop)));
    QVERIFY(run.json()["cut"].toString().startsWith(stop));
}

void TextTest::theContextEndsAnEndlessRun() {
    const CliRun run = runCli(greedy(0) + QStringList{"--json"});
    VERIFY_CODE(run, 0);
    const int context = runCli({"inspect", "--json"}).json()["shape"].toObject()["context"].toInt();
    QCOMPARE(run.json()["finish_reason"].toString(), "context_full");
    const QJsonObject timings = run.json()["timings"].toObject();
    QCOMPARE(timings["prompt_tokens"].toInt() + timings["generated_tokens"].toInt(), context);
}

void TextTest::aPromptThatIsTooLongIsRefused() {
    const CliRun run = runCli({"generate"}, QByteArray("one two three ").repeated(5000));
    VERIFY_CODE(run, 1);
    QVERIFY2(run.hasOneLineError() && run.err.contains("shorten"), run.err.constData());
}

void TextTest::biasesAndOrderReachTheSampler() {
    const QString wanted = QString::fromLatin1(idsOf("A").split(' ').first());
    const CliRun run =
        runCli({"generate", "--prompt", "x", "--temperature", "0", "--max-tokens", "3", "--json",
                "--logit-bias", wanted + "=10000", "--sampler-order", "logit-bias,temperature"});
    VERIFY_CODE(run, 0);
    const QJsonArray tokens = run.json()["tokens"].toArray();
    for (const QJsonValue& token : tokens) {
        QCOMPARE(QString::number(token["id"].toInt()), wanted);
    }
    QCOMPARE(run.json()["sampler"].toObject()["order"].toArray(),
             (QJsonArray{"logit_bias", "temperature"}));
}

void TextTest::theHashIsThatOfTheFile() {
    QTemporaryDir folder;
    const QString model = folder.filePath("tiny.gguf");
    VERIFY_CODE(runCli({"make-model", "--shape", "tiny", "--type", "Q4_0", model}), 0);
    QFile file(model);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QVERIFY(hash.addData(&file));
    const CliRun run =
        runCli({"generate", "--model", model, "--prompt", "a", "--max-tokens", "2", "--json"});
    VERIFY_CODE(run, 0);
    QCOMPARE(run.json()["model_sha256"].toString().toLatin1(), hash.result().toHex());
}

void TextTest::interruptKeepsTheText() {
    QProcess process;
    // The plain loops are slow enough to be interrupted.
    process.start(cliPath(), greedy(0) + QStringList{"--device", "cpu:obvious"});
    QVERIFY(process.waitForReadyRead(kCliTimeoutMs));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(kCliTimeoutMs));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(process.readAllStandardError(), QByteArray());
    QVERIFY(process.readAllStandardOutput().endsWith('\n'));
}

void TextTest::textGoesThroughTokensAndBack_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("words") << QByteArray("Hello world\n");
    QTest::newRow("space") << QByteArray("  \t\n\n    def f(x):\r\n        return x ");
    QTest::newRow("characters") << QByteArray(
        "\xc3\xbc \xf0\x9f\x98\x80 \xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a \xe6\xbc\xa2");
    QTest::newRow("controls") << QByteArray("a\x01\x1b[0m\x7f"
                                            "b");
}

void TextTest::textGoesThroughTokensAndBack() {
    QFETCH(QByteArray, text);
    const CliRun ids = runCli({"tokenize"}, text);
    VERIFY_CODE(ids, 0);
    QVERIFY(ids.out.endsWith('\n') && ids.out.count('\n') == 1);
    const CliRun back = runCli({"detokenize"}, ids.out);
    VERIFY_CODE(back, 0);
    QCOMPARE(back.out, text);
}

void TextTest::endOfTextIsAControlTokenOnlyIfAskedFor() {
    const QByteArray text = "a<|endoftext|>";
    const QList<QByteArray> plain = idsOf(text).split(' ');
    const QList<QByteArray> special = idsOf(text, {"--special"}).split(' ');
    QCOMPARE(special.size(), 2);
    QVERIFY(plain.size() > 2);
    QVERIFY(!plain.contains(special.last()));
}

void TextTest::phi2VectorsAreExact() {
    const QString base = QStringLiteral(PHIDELITY_SHARED_DIR "/vocab/ggml-vocab-phi-2.gguf");
    const QString model =
        QStringLiteral(PHIDELITY_SHARED_DIR "/vocab/ggml-vocab-phi-2.rebuilt.gguf");
    QFile inputs(base + ".inp");
    QFile outputs(base + ".out");
    if (!inputs.open(QIODevice::ReadOnly) || !outputs.open(QIODevice::ReadOnly)) {
        QSKIP("the reference vocabulary is not here");
    }
    // A few are enough here: the tokenizer's own test has them all.
    const QByteArray separator = "\n__ggml_vocab_test__\n";
    QByteArray rest = inputs.readAll();
    const QList<QByteArray> expected = outputs.readAll().split('\n');
    for (int index = 0; index < 8; ++index) {
        const qsizetype end = rest.indexOf(separator);
        QVERIFY(end >= 0);
        const CliRun run = runCli({"tokenize", "--model", model}, rest.left(end));
        VERIFY_CODE(run, 0);
        QCOMPARE(run.out.trimmed(), expected.at(index).trimmed());
        rest = rest.mid(end + separator.size());
    }
}

void TextTest::aTerminalGetsNoEscapes() {
    const QByteArray ids = idsOf("safe\x1b[31mred\x1b]0;title\x07");
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    QVERIFY(terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
    QProcess process;
    process.setStandardOutputFile(QString::fromLocal8Bit(::ptsname(terminal)));
    process.start(cliPath(), {"detokenize"});
    process.write(ids);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(kCliTimeoutMs));
    QCOMPARE(process.exitCode(), 0);
    char buffer[256];
    const ssize_t count = ::read(terminal, buffer, sizeof buffer);
    ::close(terminal);
    QVERIFY(count > 0);
    QCOMPARE(QByteArray(buffer, count), QByteArray("safe[31mred]0;title"));
    // Elsewhere, every byte counts.
    QVERIFY(runCli({"detokenize"}, ids).out.contains('\x1b'));
}

QTEST_GUILESS_MAIN(TextTest)
#include "text_test.moc"
