// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <string>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "engine/model_source.h"
#include "inference/backend/choose.h"
#include "inference/file/gguf_file.h"
#include "inference/model/generator.h"
#include "resources/embedded.h"

using namespace phidelity;

namespace {

// Most tokens of a reply, as resources/demo/evaluate.py allows them.
constexpr std::uint32_t kSumTokens = 80;
constexpr std::uint32_t kFunctionTokens = 120;
constexpr std::uint32_t kTalkTokens = 120;

constexpr int kPythonMs = 120'000;

/// How many prompts of a set went right, and what became of the first others.
class Tally {
public:
    void count(bool right, const QString& prompt, const QString& reply) {
        ++m_total;
        if (right) {
            ++m_right;
        } else if (m_failures.size() < 5) {
            m_failures.append(QStringLiteral("%1 -> %2").arg(quoted(prompt), quoted(reply)));
        }
    }

    [[nodiscard]] int right() const { return m_right; }
    [[nodiscard]] int total() const { return m_total; }
    [[nodiscard]] QByteArray report() const {
        QString text = QStringLiteral("%1 of %2 right").arg(m_right).arg(m_total);
        if (!m_failures.isEmpty()) {
            text += QStringLiteral("; not:\n  ") + m_failures.join(QStringLiteral("\n  "));
        }
        return text.toUtf8();
    }

private:
    static QString quoted(QString text) {
        text.replace('\n', QStringLiteral("\\n"));
        return '"' + text + '"';
    }

    int m_right = 0;
    int m_total = 0;
    QStringList m_failures;
};

struct Reply {
    QString text;
    bool ended = false; ///< the model wrote end-of-text
};

bool isRightSum(const Reply& reply, int answer) {
    static const QRegularExpression pattern(QStringLiteral("The answer is (-?\\d+)\\."));
    const QRegularExpressionMatch match = pattern.match(reply.text);
    return reply.ended && match.hasMatch() && match.captured(1).toInt() == answer;
}

bool isWholeSentenceWith(const Reply& reply, const QJsonArray& parts) {
    static const QRegularExpression pattern(
        QRegularExpression::anchoredPattern(QStringLiteral(" [A-Z][^\\n]*[.!?]")));
    const bool hasAll = std::ranges::all_of(
        parts, [&](const QJsonValue& part) { return reply.text.contains(part.toString()); });
    return reply.ended && !parts.isEmpty() && hasAll && pattern.match(reply.text).hasMatch();
}

} // namespace

/// The embedded model against resources/demo/MODEL_CARD.md, on prompts that are not in its training
/// data. The limits lie a little under the card's counts: another processor rounds differently.
class DemoModelTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void theModelIsSmallAndFree();
    void theCardIsOfTheEmbeddedFile();
    void arithmeticOnHeldOutPairsIsRightNineteenTimesInTwenty();
    void heldOutFunctionsPassTheirDoctests();
    void greetingsAreAnsweredByTheDemoAboutItself();

private:
    /// The greedy continuation of a prompt, which starts with an empty cache as in a new process.
    Result<Reply> reply(const QString& prompt, std::uint32_t maxTokens);
    [[nodiscard]] QJsonArray heldOut(const char* set) const;

    std::unique_ptr<Model> m_model;
    QJsonObject m_heldOut;
};

void DemoModelTest::initTestCase() {
    QFile file(QStringLiteral(PHIDELITY_FIXTURES_DIR "/demo/heldout.json"));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
    m_heldOut = QJsonDocument::fromJson(file.readAll()).object();

    auto checkpoint = openCheckpoint({});
    QVERIFY2(checkpoint.has_value(), checkpoint ? "" : checkpoint.error().detail.c_str());
    auto backend = createBackend("cpu", 0);
    QVERIFY2(backend.has_value(), backend ? "" : backend.error().detail.c_str());
    auto model = Model::load(std::move(*checkpoint), std::move(*backend));
    QVERIFY2(model.has_value(), model ? "" : model.error().detail.c_str());
    m_model = std::move(*model);
}

Result<Reply> DemoModelTest::reply(const QString& prompt, std::uint32_t maxTokens) {
    GenerationRequest request;
    request.prompt = encodePrompt(m_model->tokenizer(), prompt.toStdString());
    request.sampler.temperature = 0.0F;
    request.maxTokens = maxTokens;
    PrefixCache cache(*m_model, 1);
    PHIDELITY_TRY(const FinishedGeneration record, generate(*m_model, cache, request));
    return Reply{QString::fromStdString(record.text), record.finish == FinishReason::EndOfText};
}

QJsonArray DemoModelTest::heldOut(const char* set) const {
    return m_heldOut.value(QLatin1String(set)).toArray();
}

void DemoModelTest::theModelIsSmallAndFree() {
    const ModelSize size = modelSize(m_model->checkpoint());
    QVERIFY2(size.parameters >= 5'000'000, std::to_string(size.parameters).c_str());
    QVERIFY2(size.parameters <= 30'000'000, std::to_string(size.parameters).c_str());
    QVERIFY2(embeddedDemoModel().size() <= 24'000'000,
             std::to_string(embeddedDemoModel().size()).c_str());

    const auto file = GgufFile::parse(embeddedDemoModel(), "demo");
    QVERIFY2(file.has_value(), file ? "" : file.error().detail.c_str());
    const auto licence = file->text("general.license");
    QVERIFY2(licence.has_value(), licence ? "" : licence.error().detail.c_str());
    QCOMPARE(*licence, std::string("mit"));
}

void DemoModelTest::theCardIsOfTheEmbeddedFile() {
    QFile file(QStringLiteral(PHIDELITY_MODEL_CARD));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
    const QString card = QString::fromUtf8(file.readAll());
    const auto hash = m_model->checkpoint().sha256();
    QVERIFY2(hash.has_value(), hash ? "" : hash.error().detail.c_str());

    const QLocale english(QLocale::English, QLocale::UnitedStates);
    const auto grouped = [&](std::uint64_t number) {
        return english.toString(static_cast<qulonglong>(number));
    };
    const QString parameters = grouped(modelSize(m_model->checkpoint()).parameters);
    const QString bytes = grouped(embeddedDemoModel().size());
    QVERIFY2(card.contains(QString::fromStdString(*hash)), hash->c_str());
    QVERIFY2(card.contains("| parameters | " + parameters + " |"), qPrintable(parameters));
    QVERIFY2(card.contains(bytes + " bytes"), qPrintable(bytes));
}

void DemoModelTest::arithmeticOnHeldOutPairsIsRightNineteenTimesInTwenty() {
    const QJsonArray items = heldOut("arithmetic");
    QCOMPARE(items.size(), 200);
    Tally tally;
    for (const QJsonValue& item : items) {
        const QString prompt = item["prompt"].toString();
        const auto sum = reply(prompt, kSumTokens);
        QVERIFY2(sum.has_value(), sum ? "" : sum.error().detail.c_str());
        QVERIFY(item["answer"].isDouble());
        tally.count(isRightSum(*sum, item["answer"].toInt()), prompt, sum->text);
    }
    qInfo("%s", tally.report().constData());
    QVERIFY2(tally.right() * 20 >= tally.total() * 19, tally.report().constData());
}

void DemoModelTest::heldOutFunctionsPassTheirDoctests() {
    const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
    if (python.isEmpty()) {
        QSKIP("doctests need python3, which is not in PATH");
    }
    const QJsonArray items = heldOut("functions");
    QCOMPARE(items.size(), 110);
    const QTemporaryDir folder;
    QVERIFY2(folder.isValid(), qPrintable(folder.errorString()));

    QStringList paths;
    QStringList replies;
    for (const QJsonValue& item : items) {
        const QString prompt = item["prompt"].toString();
        const auto body = reply(prompt, kFunctionTokens);
        QVERIFY2(body.has_value(), body ? "" : body.error().detail.c_str());
        replies.append(body->text);
        paths.append(folder.filePath(QStringLiteral("program%1.py").arg(paths.size())));
        QFile program(paths.back());
        QVERIFY2(program.open(QIODevice::WriteOnly), qPrintable(program.errorString()));
        const QByteArray source = (prompt + body->text).toUtf8();
        QCOMPARE(program.write(source), source.size());
    }

    QProcess process;
    process.setWorkingDirectory(folder.path());
    process.start(python, QStringList{"-I", PHIDELITY_RUN_DOCTESTS} + paths);
    QVERIFY2(process.waitForFinished(kPythonMs), qPrintable(process.errorString()));
    QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
             process.readAllStandardError().constData());
    QStringList failed = QString::fromUtf8(process.readAllStandardOutput()).split('\n');
    QCOMPARE(failed.takeFirst(), QStringLiteral("checked %1").arg(items.size()));

    Tally tally;
    for (qsizetype i = 0; i < paths.size(); ++i) {
        tally.count(!failed.contains(paths[i]), items[i]["prompt"].toString(), replies[i]);
    }
    qInfo("%s", tally.report().constData());
    QVERIFY2(tally.right() * 10 >= tally.total() * 9, tally.report().constData());
}

void DemoModelTest::greetingsAreAnsweredByTheDemoAboutItself() {
    const QJsonArray items = heldOut("talk");
    QCOMPARE(items.size(), 50);
    Tally tally;
    for (const QJsonValue& item : items) {
        const QString prompt = item["prompt"].toString();
        const auto answer = reply(prompt, kTalkTokens);
        QVERIFY2(answer.has_value(), answer ? "" : answer.error().detail.c_str());
        tally.count(isWholeSentenceWith(*answer, item["contains"].toArray()), prompt, answer->text);
    }
    qInfo("%s", tally.report().constData());
    QVERIFY2(tally.right() >= 43, tally.report().constData());
}

QTEST_GUILESS_MAIN(DemoModelTest)
#include "demo_model_test.moc"
