// SPDX-License-Identifier: MIT
#include <cmath>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "cli_process.h"

using namespace phidelity;

namespace {

QStringList drawn(int tokens) {
    return {"generate", "--prompt", "Once upon a time", "--temperature",        "1",
            "--device", "cpu",      "--max-tokens",     QString::number(tokens)};
}

} // namespace

class SamplesTest : public QObject {
    Q_OBJECT

private slots:
    void eachSampleIsWhatItsSeedGivesAlone();
    void guessesChangeNothingOfWhatComesOut();
    void samplesAreShownUnderTheirSeed();
    void recordedSamplesReplay();
    void noSamplesAreRefused();
    void scoresAreThoseOfTheDraw();
    void perplexityIsThatOfTheLogprobs();
    void aTextComesFromStandardInput();
    void textsThatCannotBeScoredAreRefused();
};

void SamplesTest::eachSampleIsWhatItsSeedGivesAlone() {
    const QStringList options = {"--json", "--top-alternatives", "2", "--seed"};
    const CliRun together =
        runCli(drawn(25) + QStringList{"--samples", "3"} + options + QStringList{"9"});
    VERIFY_CODE(together, 0);
    const QJsonArray samples = together.json()["samples"].toArray();
    QCOMPARE(samples.size(), 3);
    for (int i = 0; i < 3; ++i) {
        const CliRun alone = runCli(drawn(25) + options + QStringList{QString::number(9 + i)});
        VERIFY_CODE(alone, 0);
        for (const char* key : {"text", "tokens", "finish_reason", "cut", "seed"}) {
            QCOMPARE(samples[i].toObject()[QLatin1String(key)], alone.json()[QLatin1String(key)]);
        }
        const QJsonObject token = alone.json()["tokens"].toArray().first().toObject();
        QVERIFY(token["entropy"].toDouble(-1) >= 0);
        QVERIFY(token["rank"].toInt(-1) >= 0);
        QVERIFY(token["chain_probability"].toDouble(-1) > 0);
    }
    QVERIFY(samples[0] != samples[1]);
}

void SamplesTest::guessesChangeNothingOfWhatComesOut() {
    const QStringList options = {"generate", "--prompt",      "one two three one two three one two",
                                 "--device", "cpu",           "--max-tokens",
                                 "40",       "--temperature", "0",
                                 "--json"};
    const CliRun plain = runCli(options);
    const CliRun guessed = runCli(options + QStringList{"--draft", "7"});
    VERIFY_CODE(plain, 0);
    VERIFY_CODE(guessed, 0);
    for (const char* key : {"text", "tokens", "finish_reason", "cut"}) {
        QCOMPARE(guessed.json()[QLatin1String(key)], plain.json()[QLatin1String(key)]);
    }
    QCOMPARE(plain.json()["timings"].toObject()["guessed_tokens"].toInt(-1), 0);
    QVERIFY(guessed.json()["timings"].toObject()["guessed_tokens"].toInt() > 0);
}

void SamplesTest::samplesAreShownUnderTheirSeed() {
    const CliRun run = runCli(drawn(5) + QStringList{"--samples", "2", "--seed", "40"});
    VERIFY_CODE(run, 0);
    QVERIFY(run.out.startsWith("--- 1 of 2, seed 40 ---\n"));
    QVERIFY(run.out.contains("\n--- 2 of 2, seed 41 ---\n"));
    QVERIFY(run.out.endsWith('\n'));
}

void SamplesTest::recordedSamplesReplay() {
    QTemporaryDir folder;
    const CliRun run = runCli(
        drawn(16) + QStringList{"--samples", "3", "--seed", "4", "--json", "--record", "r.json"},
        {}, folder.path());
    VERIFY_CODE(run, 0);
    QFile file(folder.filePath("r.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonArray recorded =
        QJsonDocument::fromJson(file.readAll()).object()["samples"].toArray();
    const QJsonArray told = run.json()["samples"].toArray();
    QCOMPARE(recorded.size(), 3);
    for (int i = 0; i < 3; ++i) {
        const QJsonObject record = recorded[i].toObject()["record"].toObject();
        const QJsonArray tokens = told[i].toObject()["tokens"].toArray();
        QCOMPARE(record["tokens"].toArray().size(), tokens.size());
        QCOMPARE(record["tokens"].toArray().first(), tokens.first().toObject()["id"]);
        QCOMPARE(record["model_sha256"].toString().size(), 64);
    }
    const CliRun replay =
        runCli({"replay", "r.json", "--json", "--device", "cpu"}, {}, folder.path());
    VERIFY_CODE(replay, 0);
    const QJsonArray replies = replay.json()["replies"].toArray();
    QCOMPARE(replies.size(), 3);
    for (const QJsonValue& reply : replies) {
        QVERIFY2(reply.toObject()["identical"].toBool() ||
                     reply.toObject()["verdict"].toString() == QLatin1String("identical"),
                 replay.out.constData());
    }
}

void SamplesTest::noSamplesAreRefused() {
    QVERIFY(runCli(drawn(5) + QStringList{"--samples", "0"}).code == 2);
}

void SamplesTest::scoresAreThoseOfTheDraw() {
    const CliRun run =
        runCli(drawn(20) + QStringList{"--json", "--top-alternatives", "3", "--seed", "5"});
    VERIFY_CODE(run, 0);
    const QByteArray reply = run.json()["text"].toString().toUtf8();
    const CliRun score =
        runCli({"score", "-", "--json", "--top-alternatives", "3", "--device", "cpu"},
               "Once upon a time" + reply);
    VERIFY_CODE(score, 0);
    const QJsonArray scored = score.json()["tokens"].toArray();
    const QJsonArray drawnTokens = run.json()["tokens"].toArray();
    const auto prompt = run.json()["prompt_ids"].toArray().size();
    // The text may be cut into other tokens than it was drawn in: as long as they are the same.
    int same = 0;
    for (qsizetype i = 0; i < drawnTokens.size() && prompt + i < scored.size(); ++i) {
        const QJsonObject a = scored[prompt + i].toObject();
        const QJsonObject b = drawnTokens[i].toObject();
        if (a["id"] != b["id"]) {
            break;
        }
        QVERIFY(std::abs(a["logprob"].toDouble() - b["logprob"].toDouble()) < 0.02);
        QVERIFY(std::abs(a["entropy"].toDouble() - b["entropy"].toDouble()) < 0.02);
        QCOMPARE(a["alternatives"].toArray().size(), 3);
        ++same;
    }
    QVERIFY(same > 3);
}

void SamplesTest::perplexityIsThatOfTheLogprobs() {
    QTemporaryDir folder;
    const QString path = folder.filePath("text");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QByteArray text = "The cat sat on the mat. ";
    text = text.repeated(30);
    file.write(text);
    file.close();
    const CliRun run = runCli({"score", path, "--json"});
    VERIFY_CODE(run, 0);
    const QJsonArray tokens = run.json()["tokens"].toArray();
    QVERIFY(!tokens[0].toObject().contains("logprob"));
    double sum = 0;
    QByteArray said;
    for (const QJsonValue& token : tokens) {
        sum += token["logprob"].toDouble(0);
        said += token["text"].toString().toUtf8();
    }
    QCOMPARE(said, text);
    const double expected = std::exp(-sum / static_cast<double>(tokens.size() - 1));
    QVERIFY(std::abs(run.json()["perplexity"].toDouble() / expected - 1) < 1e-4);
    QVERIFY(run.json()["complete"].toBool());
    const CliRun table = runCli({"score", path});
    VERIFY_CODE(table, 0);
    QCOMPARE(table.out.count('\n'), tokens.size() + 2);
    QVERIFY(table.out.contains("perplexity "));
}

void SamplesTest::aTextComesFromStandardInput() {
    const CliRun run = runCli({"score", "-"}, "One two three\nfour");
    VERIFY_CODE(run, 0);
    QVERIFY(run.out.startsWith("  logprob   rank   entropy  token\n        -      -         -"));
}

void SamplesTest::textsThatCannotBeScoredAreRefused() {
    for (const QStringList& arguments :
         {QStringList{"score", "/nowhere/text"}, QStringList{"score", "-"}, QStringList{"score"}}) {
        const CliRun run = runCli(arguments, "");
        QVERIFY(run.code == 1 || run.code == 2);
        QVERIFY2(run.hasOneLineError(), run.err.constData());
        QVERIFY(run.out.isEmpty());
    }
}

QTEST_GUILESS_MAIN(SamplesTest)
#include "samples_test.moc"
