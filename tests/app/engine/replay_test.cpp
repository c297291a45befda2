// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <random>

#include <QJsonDocument>
#include <QTest>

#include "engine/build_id.h"
#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "inference/backend/choose.h"

using namespace phidelity;

namespace {

constexpr int kWaitMs = 60'000;

/// An engine, asked and waited for.
class Desk : public QObject {
    Q_OBJECT

public:
    Desk() {
        Engine& engine = m_thread.engine();
        connect(&engine, &Engine::modelOpened, this,
                [this](const ModelOpened& model) { m_opened = model; });
        connect(&engine, &Engine::generationEnded, this,
                [this](const GenerationEnded& end) { m_ended = end; });
        connect(&engine, &Engine::failed, this,
                [this](const EngineFailed& failure) { m_failed = failure; });
        connect(&engine, &Engine::replayEnded, this,
                [this](const ReplayEnded& end) { m_replayed = end; });
        connect(&engine, &Engine::replayProgress, this,
                [this](const ReplayProgress& now) { progress.append(now); });
        connect(&engine, &Engine::textArrived, this, [this](const TextArrived&) {
            if (m_stopAtText) {
                m_stopAtText->store(true);
            }
        });
        connect(&engine, &Engine::promptPreviewed, this,
                [this](const PromptPreview& preview) { m_preview = preview; });
        connect(this, &Desk::open, &engine, &Engine::openModel);
        connect(this, &Desk::generate, &engine, &Engine::generate);
        connect(this, &Desk::replay, &engine, &Engine::replay);
    }

    [[nodiscard]] bool openOn(const QString& device, int threads = 0) {
        m_opened.reset();
        OpenModelRequest request;
        request.id = ++m_id;
        request.device = device;
        request.threads = threads;
        emit open(request);
        return QTest::qWaitFor([this] { return m_opened || m_failed; }, kWaitMs) && m_opened;
    }
    /// Nothing where it failed.
    std::optional<GenerationEnded> reply(GenerateRequest request, bool stopAtFirstText = false) {
        m_ended.reset();
        m_failed.reset();
        request.id = ++m_id;
        request.stop = std::make_shared<std::atomic<bool>>(false);
        m_stopAtText = stopAtFirstText ? request.stop : nullptr;
        emit generate(request);
        const bool answered = QTest::qWaitFor([this] { return m_ended || m_failed; }, kWaitMs);
        m_stopAtText = nullptr;
        if (m_failed) {
            qWarning("%s (%s)", qPrintable(m_failed->sentence), qPrintable(m_failed->detail));
        }
        return answered ? m_ended : std::nullopt;
    }
    ReplayEnded again(const GenerationRecord& record, const SharedStop& stop = {}) {
        return again(QList{record}, stop);
    }
    ReplayEnded again(const QList<GenerationRecord>& parts, const SharedStop& stop = {}) {
        m_replayed.reset();
        progress.clear();
        emit replay({++m_id, parts, stop});
        return QTest::qWaitFor([this] { return m_replayed.has_value(); }, kWaitMs) &&
                       m_replayed->id == m_id
                   ? *m_replayed
                   : ReplayEnded();
    }

    PromptPreview preview(const QString& prompt, const QList<quint32>& recorded) {
        m_preview.reset();
        m_thread.engine().previewPrompt({++m_id, prompt, recorded});
        return QTest::qWaitFor([this] { return m_preview.has_value(); }, kWaitMs) ? *m_preview
                                                                                  : PromptPreview();
    }

    QList<ReplayProgress> progress;

signals:
    void open(const phidelity::OpenModelRequest& request);
    void generate(const phidelity::GenerateRequest& request);
    void replay(const phidelity::ReplayRequest& request);

private:
    RequestId m_id = 0;
    std::optional<ModelOpened> m_opened;
    std::optional<GenerationEnded> m_ended;
    std::optional<EngineFailed> m_failed;
    std::optional<ReplayEnded> m_replayed;
    std::optional<PromptPreview> m_preview;
    SharedStop m_stopAtText;
    EngineThread m_thread; ///< last: ends before what it tells
};

/// One chain for each stage, alone and together, and orders of the user's making.
QList<GenerationSettings> everySampler() {
    GenerationSettings plain; // draws from all that the model offers
    plain.temperature = 1;
    plain.topK = 0;
    plain.topP = 1;
    plain.minP = 0;
    QList<GenerationSettings> all{GenerationSettings(), plain};
    const auto add = [&](auto change) {
        GenerationSettings settings = plain;
        change(settings);
        all.append(settings);
    };
    add([](auto& s) { s.temperature = 0; });
    add([](auto& s) { s.temperature = 1.7; });
    add([](auto& s) { s.topK = 5; });
    add([](auto& s) { s.topP = 0.8; });
    add([](auto& s) { s.minP = 0.1; });
    add([](auto& s) { s.typicalP = 0.7; });
    add([](auto& s) { s.topNSigma = 1.5; });
    add([](auto& s) { s.xtcProbability = 0.5; });
    add([](auto& s) { s.repeatPenalty = 1.3; });
    add([](auto& s) { s.frequencyPenalty = 0.5, s.presencePenalty = 0.25, s.penaltyWindow = -1; });
    add([](auto& s) { s.dryMultiplier = 0.8, s.dryWindow = 100; });
    add([](auto& s) { s.mirostat = true; });
    add([](auto& s) { s.logitBias = {{11, 2.5F}, {13, -std::numeric_limits<float>::infinity()}}; });
    add([](auto& s) { s.temperature = 0, s.repeatPenalty = 1.5; });
    add([](auto& s) {
        s.stageOrder = {"temperature", "top_k", "penalties", "min_p"};
        s.topK = 30, s.minP = 0.02, s.temperature = 1.3, s.repeatPenalty = 1.1;
    });
    add([](auto& s) {
        s = GenerationSettings();
        s.dryMultiplier = 0.5, s.xtcProbability = 0.3, s.typicalP = 0.9, s.repeatPenalty = 1.05;
        s.topNSigma = 3;
    });
    return all;
}

const char* const kBeginnings[] = {
    "Once upon a time there was a small bird",
    "Instruct: What is 17 + 25?\nOutput:",
    "Alice: Who are you?\nBob:",
    "def add(a, b):\n    \"\"\"Returns the sum.\"\"\"\n",
    "The sun was low. ",
};

/// Chats that are written to, cut, gone on with and left for others, and what was recorded of them.
class Chats {
public:
    Chats(Desk& desk, std::uint32_t seed) : m_desk(desk), m_random(seed) {
        for (const char* beginning : kBeginnings) {
            m_texts.append(QString::fromUtf8(beginning));
        }
        // A long one, whose prompt takes several steps.
        m_texts.append(QStringLiteral("One day the bird found a map and a key. ").repeated(30));
    }

    /// One more reply, written down. False where it failed.
    bool reply(const GenerationSettings& settings) {
        QString& text = m_texts[pick(m_texts.size())];
        GenerateRequest request;
        request.settings = settings;
        request.settings.randomSeed = pick(2) == 0;
        request.settings.seed = m_random();
        request.settings.maxTokens = 3 + static_cast<int>(pick(40));
        if (pick(3) > 0) { // or most replies would end after a line
            request.settings.logitBias.append(
                {m_endOfText, -std::numeric_limits<float>::infinity()});
        }
        request.alternatives = pick(3) == 0 ? 1 + static_cast<int>(pick(6)) : 0;
        if (pick(4) == 0) { // an earlier message is edited
            text = text.left(text.size() / 2 + static_cast<qsizetype>(pick(5))) + u' ';
        }
        request.prompt = text;
        auto end = m_desk.reply(request, pick(6) == 0);
        if (!end) {
            return false;
        }
        text += end->text;
        note(*end);
        if (pick(4) == 0 && !end->text.isEmpty()) { // stopped, perhaps in between another, and on
            if (pick(2) == 0 && !m_desk.reply(other())) {
                return false;
            }
            request.prompt = text;
            request.continues = end->record;
            end = m_desk.reply(request);
            if (!end) {
                return false;
            }
            text += end->text;
            note(*end);
        }
        if (text.size() > 1500) { // the context has an end
            text = text.left(200);
        }
        return true;
    }
    /// A reply of no interest.
    GenerateRequest other() {
        GenerateRequest request;
        request.prompt = m_texts[pick(m_texts.size())] + QStringLiteral(" And then");
        request.settings.maxTokens = 5;
        return request;
    }

    std::size_t pick(qsizetype count) { return m_random() % static_cast<std::size_t>(count); }
    std::mt19937& random() { return m_random; }
    QList<GenerationRecord> records;

private:
    /// As it comes back from a file.
    void note(const GenerationEnded& end) {
        if (!end.record.tokens.isEmpty()) {
            const QByteArray stored = QJsonDocument(toJson(end.record)).toJson();
            records.append(recordFromJson(QJsonDocument::fromJson(stored).object()));
        }
    }

    Desk& m_desk;
    std::mt19937 m_random;
    quint32 m_endOfText = (*openTokenizer({}))->endOfText();
    QStringList m_texts;
};

GenerateRequest shortRequest() {
    GenerateRequest request;
    request.prompt = QStringLiteral("Once upon a time");
    request.settings.temperature = 1;
    request.settings.randomSeed = false;
    request.settings.seed = 7;
    request.settings.maxTokens = 24;
    request.alternatives = 3;
    return request;
}

} // namespace

class ReplayTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerEngineMessages(); }

    void recordedRepliesComeOutIdentical_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<int>("replies");
        // PHIDELITY_REPLAYS: how many on every device, to try more than there is time for in CI.
        const int wanted = qEnvironmentVariableIntValue("PHIDELITY_REPLAYS");
        QTest::newRow("cpu") << "cpu" << (wanted > 0 ? wanted : 200);
        for (const DeviceChoice& device : listDevices()) {
            if (device.usable && device.info.kind != DeviceKind::Cpu) {
                QTest::newRow(device.info.id.c_str())
                    << QString::fromStdString(device.info.id) << (wanted > 0 ? wanted : 40);
            }
        }
    }
    void recordedRepliesComeOutIdentical() {
        QFETCH(QString, device);
        QFETCH(int, replies);
        Desk desk;
        QVERIFY(desk.openOn(device));
        const QList<GenerationSettings> samplers = everySampler();
        Chats chats(desk, 11);
        for (qsizetype next = 0; chats.records.size() < replies; ++next) {
            QVERIFY(chats.reply(samplers[next % samplers.size()]));
            if (chats.pick(replies) < 3) { // nothing is in the cache any more
                QVERIFY(desk.openOn(device));
            }
        }

        std::ranges::shuffle(chats.records, chats.random());
        int reused = 0;
        int tokens = 0;
        for (qsizetype index = 0; index < chats.records.size(); ++index) {
            if (chats.pick(5) == 0) {
                QVERIFY(desk.reply(chats.other()));
            }
            if (chats.pick(replies) < 3) {
                QVERIFY(desk.openOn(device));
            }
            const GenerationRecord& record = chats.records[index];
            const ReplayEnded end = desk.again(record);
            QVERIFY2(end.verdict == ReplayVerdict::Identical,
                     qPrintable(end.sentence + u'\n' +
                                QString::fromUtf8(QJsonDocument(toJson(record)).toJson())));
            QCOMPARE(end.caution, QString());
            QCOMPARE(end.same, static_cast<int>(record.tokens.size()));
            reused += record.reusedTokens > 0 ? 1 : 0;
            tokens += end.same;
        }
        QVERIFY(reused > replies / 4);
        qInfo("%lld replies, %d of them after a warm cache, %d tokens: identical",
              static_cast<long long>(chats.records.size()), reused, tokens);
    }

    void aReplyComesOutTheSameWithAnyNumberOfThreads() {
        Desk desk;
        QVERIFY(desk.openOn("cpu", 1));
        const auto one = desk.reply(shortRequest());
        QVERIFY(one);
        QCOMPARE(one->record.threads, 1);
        QVERIFY(desk.openOn("cpu", 2));
        const ReplayEnded end = desk.again(one->record);
        QCOMPARE(end.verdict, ReplayVerdict::Identical);
        QVERIFY(end.caution.contains("another device")); // it is not promised
    }

    void whatWasChangedInARecordIsFound() {
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        const auto reply = desk.reply(shortRequest());
        QVERIFY(reply);
        const GenerationRecord record = reply->record;
        QCOMPARE(record.tokens.size(), 24);
        QCOMPARE(record.alternatives.size(), 24);

        GenerationRecord changed = record;
        changed.tokens[9] = record.tokens[9] + 1;
        ReplayEnded end = desk.again(changed);
        QCOMPARE(end.verdict, ReplayVerdict::Differs);
        QCOMPARE(end.firstDifference, 9);
        QCOMPARE(end.same, 9);
        QCOMPARE(end.expected.id, record.tokens[9] + 1);
        QCOMPARE(end.found.id, record.tokens[9]);
        QCOMPARE(end.found.logprob, record.logprobs[9]);
        QVERIFY(std::isfinite(end.logitGap) && end.logitGap != 0);
        QVERIFY2(end.sentence.contains("token 10 of 24") && end.sentence.contains(end.found.text),
                 qPrintable(end.sentence));

        changed = record;
        changed.logprobs[5] = std::nextafter(record.logprobs[5], -100.0F);
        end = desk.again(changed);
        QCOMPARE(end.verdict, ReplayVerdict::Differs);
        QCOMPARE(end.firstDifference, 5);
        QCOMPARE(end.same, 24);
        QCOMPARE(end.expected.id, end.found.id);
        QVERIFY(end.expected.logprob != end.found.logprob);

        changed.tokens[9] = record.tokens[9] + 1; // the token counts for more
        QCOMPARE(desk.again(changed).firstDifference, 9);

        changed = record;
        changed.alternatives[7][2].logprob -= 0.5F;
        end = desk.again(changed);
        QCOMPARE(end.verdict, ReplayVerdict::Differs);
        QCOMPARE(end.firstDifference, 7);

        changed = record;
        changed.settings.seed += 1;
        end = desk.again(changed);
        QCOMPARE(end.verdict, ReplayVerdict::Differs);
        QVERIFY(end.firstDifference >= 0 && end.expected.id != end.found.id);

        changed = record;
        changed.settings.temperature = 0.01;
        QCOMPARE(desk.again(changed).verdict, ReplayVerdict::Differs);

        changed = record;
        changed.prompt[0] += 1;
        QCOMPARE(desk.again(changed).verdict, ReplayVerdict::Differs);
    }

    void stoppedAndContinuedIsAsWrittenAtOnce_data() {
        QTest::addColumn<bool>("mirostat");
        QTest::newRow("plain") << false;
        QTest::newRow("mirostat") << true;
    }
    void stoppedAndContinuedIsAsWrittenAtOnce() {
        QFETCH(bool, mirostat);
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        GenerateRequest request = shortRequest();
        request.settings.mirostat = mirostat;
        const auto whole = desk.reply(request);
        QVERIFY(desk.openOn("cpu")); // forget it
        request.settings.maxTokens = 10;
        const auto first = desk.reply(request);
        request.settings.maxTokens = 14;
        request.settings.randomSeed = true; // goes on with the other's all the same
        request.prompt += first->text;
        request.continues = first->record;
        const auto second = desk.reply(request);
        QVERIFY(whole && first && second);
        QCOMPARE(second->seed, first->seed);
        QCOMPARE(second->record.randomPosition, 10);
        QCOMPARE(first->record.tokens + second->record.tokens, whole->record.tokens);
        QCOMPARE(first->record.logprobs + second->record.logprobs, whole->record.logprobs);
        QCOMPARE(desk.again(second->record).verdict, ReplayVerdict::Identical);

        // And both of them together, as the window has it run.
        const QList<GenerationRecord> parts{first->record, GenerationRecord(), second->record};
        const ReplayEnded end = desk.again(parts);
        QVERIFY2(end.verdict == ReplayVerdict::Identical, qPrintable(end.sentence));
        QCOMPARE(end.same, 24);
        QCOMPARE(end.total, 24);
        QCOMPARE(desk.progress.last().total, static_cast<int>(first->record.prompt.size() + 10 +
                                                              second->record.prompt.size() + 14));
    }

    void thePreviewOfAContinuedReplyIsWhatIsComputed() {
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        GenerateRequest request = shortRequest();
        request.settings.temperature = 1.6; // words in pieces that nobody would cut so
        request.settings.topK = 0;
        request.settings.topP = 1;
        request.settings.minP = 0;
        request.settings.maxTokens = 40;
        std::optional<GenerationEnded> first;
        QString text;
        QList<quint32> recorded;
        PromptPreview preview;
        PromptPreview anew;
        for (int tries = 0; tries < 30 && anew.tokens == preview.tokens; ++tries) {
            request.settings.seed = static_cast<quint64>(tries);
            first = desk.reply(request);
            QVERIFY(first);
            text = request.prompt + first->text;
            recorded = first->record.prompt + first->record.tokens;
            preview = desk.preview(text, recorded);
            anew = desk.preview(text, {});
        }
        QVERIFY(anew.tokens != preview.tokens); // or this shows nothing
        QList<quint32> shown;
        for (const PromptToken& token : preview.tokens) {
            shown.append(token.id);
        }
        request.prompt = text;
        request.continues = first->record;
        const auto second = desk.reply(request);
        QVERIFY(second);
        QCOMPARE(second->record.prompt, shown);
        QCOMPARE(second->record.reusedTokens, preview.cached);
        QVERIFY(preview.cached > anew.cached);

        // Another text has its own tokens, whatever was recorded, in both.
        request.prompt = text + QStringLiteral(" And");
        request.continues = first->record;
        const PromptPreview edited = desk.preview(request.prompt, recorded);
        const auto third = desk.reply(request);
        QVERIFY(third);
        QCOMPARE(third->record.prompt.size(), edited.tokens.size());
        QCOMPARE(edited.tokens, desk.preview(request.prompt, {}).tokens);
    }

    void ofAReplyInPartsTheOnesThatDifferAreTold() {
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        const auto reply = desk.reply(shortRequest());
        QVERIFY(reply);
        const GenerationRecord record = reply->record;
        GenerationRecord changed = record;
        changed.tokens[9] = record.tokens[9] + 1;
        changed.device = "vulkan:0";
        GenerationRecord foreign = record;
        foreign.modelSha256 = QString(64, u'0');

        ReplayEnded end = desk.again(QList{record, changed, record});
        QCOMPARE(end.verdict, ReplayVerdict::Differs);
        QCOMPARE(end.firstDifference, 24 + 9);
        QCOMPARE(end.found.id, record.tokens[9]);
        QCOMPARE(end.same, 24 + 9 + 24);
        QVERIFY2(end.sentence.contains("Part 2 of 3 (tokens 25 to 48, written on vulkan:0): It "
                                       "differs from token 10 of 24") &&
                     end.sentence.contains("Part 3 of 3 (tokens 49 to 72, written on cpu): All"),
                 qPrintable(end.sentence));
        QVERIFY(end.caution.contains("another device"));

        end = desk.again(QList{foreign, record});
        QCOMPARE(end.verdict, ReplayVerdict::Partly);
        QCOMPARE(end.same, 24);
        QVERIFY2(end.sentence.contains("another model") && end.sentence.contains("came out the"),
                 qPrintable(end.sentence));
        QCOMPARE(desk.again(QList{foreign, foreign}).verdict, ReplayVerdict::Refused);

        const auto stop = std::make_shared<std::atomic<bool>>(true);
        QCOMPARE(desk.again(QList{record, record}, stop).verdict, ReplayVerdict::Stopped);
        QCOMPARE(desk.again(QList<GenerationRecord>()).verdict, ReplayVerdict::Refused);
    }

    void aRecordSaysWhatItWasMadeWith() {
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        GenerateRequest request = shortRequest();
        request.stops = QStringList{"\nAlice:"};
        request.settings.extraStops = QStringList{"zzz"};
        const auto reply = desk.reply(request);
        QVERIFY(reply);
        const GenerationRecord& record = reply->record;
        QCOMPARE(record.modelSha256.size(), 64);
        QVERIFY(!record.modelName.isEmpty() && !record.modelTypes.isEmpty());
        QCOMPARE(record.device, QString("cpu"));
        QVERIFY(record.deviceName.contains("threads"));
        QCOMPARE(record.build, buildId());
        QVERIFY(record.build.contains('(') && record.build.contains(','));
        QCOMPARE(record.settings.seed, quint64{7});
        QVERIFY(!record.settings.randomSeed);
        QCOMPARE(record.stops, QStringList({"\nAlice:", "zzz"}));
        QCOMPARE(record.reason, QString("max_tokens"));
        QCOMPARE(record.logprobs.size(), record.tokens.size());
        QCOMPARE(record.alternativesAsked, 3);
        QCOMPARE(record.chunks.first().rows, static_cast<int>(record.prompt.size()));
        QVERIFY(record.startedMs > 1'700'000'000'000 && record.firstTokenMs > 0);
    }

    void aReplayThatCannotBeIsRefusedWithAReason() {
        Desk desk;
        GenerationRecord record;
        record.modelName = "Phi-2";
        ReplayEnded end = desk.again(record);
        QCOMPARE(end.verdict, ReplayVerdict::Refused);
        QVERIFY(end.sentence.contains("No model is open") && end.sentence.contains("Phi-2"));

        QVERIFY(desk.openOn("cpu"));
        QCOMPARE(desk.again(record).verdict, ReplayVerdict::Refused); // nothing in it
        const auto reply = desk.reply(shortRequest());
        QVERIFY(reply);
        record = reply->record;
        record.modelSha256 = QString(64, u'0');
        end = desk.again(record);
        QCOMPARE(end.verdict, ReplayVerdict::Refused);
        QVERIFY2(end.sentence.contains("another model"), qPrintable(end.sentence));

        record = reply->record;
        record.chunks.first().rows = 1'000'000'000;
        QCOMPARE(desk.again(record).verdict, ReplayVerdict::Refused);
        record = reply->record;
        record.chunks = {{static_cast<int>(record.prompt.size()), 1, 1, 2'000'000'000, 5}};
        QCOMPARE(desk.again(record).verdict, ReplayVerdict::Refused);
        record = reply->record;
        record.logprobs.removeLast();
        QCOMPARE(desk.again(record).verdict, ReplayVerdict::Refused);
        record = reply->record;
        record.prompt[1] = 4'000'000;
        QCOMPARE(desk.again(record).verdict, ReplayVerdict::Refused);
        record = reply->record;
        record.tokens[1] = 4'000'000; // that is none, so another came
        QCOMPARE(desk.again(record).firstDifference, 1);
        // And the engine lives on.
        QCOMPARE(desk.again(reply->record).verdict, ReplayVerdict::Identical);
    }

    void anotherBuildIsToldAndRunsAllTheSame() {
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        const auto reply = desk.reply(shortRequest());
        QVERIFY(reply);
        GenerationRecord record = reply->record;
        record.build = "0.0.1 (deadbeef, GNU 1)";
        record.modelSha256.clear();
        const ReplayEnded end = desk.again(record);
        QCOMPARE(end.verdict, ReplayVerdict::Identical);
        QVERIFY(end.caution.contains("another build") && end.caution.contains("which file"));
    }

    void aReplayStopsWhenAsked() {
        Desk desk;
        QVERIFY(desk.openOn("cpu"));
        const auto reply = desk.reply(shortRequest());
        QVERIFY(reply);
        const auto stop = std::make_shared<std::atomic<bool>>(true);
        const ReplayEnded end = desk.again(reply->record, stop);
        QCOMPARE(end.verdict, ReplayVerdict::Stopped);
        QCOMPARE(end.same, 0);
        QVERIFY(desk.again(reply->record).verdict == ReplayVerdict::Identical);
        QVERIFY(!desk.progress.isEmpty());
        QCOMPARE(desk.progress.last().total,
                 static_cast<int>(reply->record.prompt.size() + reply->record.tokens.size()));
    }
};

QTEST_GUILESS_MAIN(ReplayTest)
#include "replay_test.moc"
