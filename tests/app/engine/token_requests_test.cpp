// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <memory>

#include <QTest>

#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "engine/perplexity.h"
#include "inference/model/model.h"

using namespace phidelity;

namespace {

constexpr int kWaitMs = 60'000;
const QString kText = QStringLiteral("Once upon a time there was a small house.\nIt stood alone, "
                                     "and nobody knew who lived in it. \xe2\x82\xac 5 + 6 = 11.");

class Listener : public QObject {
    Q_OBJECT

public:
    explicit Listener(Engine& engine) {
        connect(&engine, &Engine::modelOpened, this, [this] { ++opened; });
        connect(&engine, &Engine::textArrived, this,
                [this](const TextArrived& text) { texts.append(text); });
        connect(&engine, &Engine::generationEnded, this,
                [this](const GenerationEnded& end) { ended.append(end); });
        connect(&engine, &Engine::sampleArrived, this,
                [this](const SampleArrived& part) { samplesArrived.append(part); });
        connect(&engine, &Engine::samplesEnded, this,
                [this](const SamplesEnded& end) { samplesDone.append(end); });
        connect(&engine, &Engine::scoreArrived, this,
                [this](const ScoreArrived& piece) { pieces.append(piece); });
        connect(&engine, &Engine::scoreEnded, this,
                [this](const ScoreEnded& end) { scored.append(end); });
        connect(&engine, &Engine::nextArrived, this,
                [this](const NextArrived& next) { nexts.append(next); });
        connect(&engine, &Engine::replayEnded, this,
                [this](const ReplayEnded& end) { replays.append(end); });
        connect(&engine, &Engine::failed, this,
                [this](const EngineFailed& failure) { failures.append(failure); });
        connect(this, &Listener::open, &engine, &Engine::openModel);
        connect(this, &Listener::generate, &engine, &Engine::generate);
        connect(this, &Listener::samples, &engine, &Engine::samples);
        connect(this, &Listener::score, &engine, &Engine::score);
        connect(this, &Listener::next, &engine, &Engine::next);
        connect(this, &Listener::replay, &engine, &Engine::replay);
    }

    int opened = 0;
    QList<TextArrived> texts;
    QList<GenerationEnded> ended;
    QList<SampleArrived> samplesArrived;
    QList<SamplesEnded> samplesDone;
    QList<ScoreArrived> pieces;
    QList<ScoreEnded> scored;
    QList<NextArrived> nexts;
    QList<ReplayEnded> replays;
    QList<EngineFailed> failures;

signals:
    void open(const phidelity::OpenModelRequest& request);
    void generate(const phidelity::GenerateRequest& request);
    void samples(const phidelity::SamplesRequest& request);
    void score(const phidelity::ScoreRequest& request);
    void next(const phidelity::NextRequest& request);
    void replay(const phidelity::ReplayRequest& request);
};

GenerationSettings settingsWith(quint64 seed, int tokens) {
    GenerationSettings settings;
    settings.randomSeed = false;
    settings.seed = seed;
    settings.maxTokens = tokens;
    settings.temperature = 1;
    return settings;
}

/// For those that must not end by themselves.
GenerationSettings endlessWith(quint64 seed, int tokens) {
    GenerationSettings settings = settingsWith(seed, tokens);
    settings.logitBias = {
        {(*openTokenizer({}))->endOfText(), -std::numeric_limits<float>::infinity()}};
    return settings;
}

QList<TokenDetail> tokensOf(const QList<ScoreArrived>& pieces) {
    QList<TokenDetail> all;
    for (const ScoreArrived& piece : pieces) {
        all += piece.tokens;
    }
    return all;
}

bool sameDetail(const TokenDetail& a, const TokenDetail& b) {
    return a.id == b.id && a.bytes == b.bytes && a.logprob == b.logprob && a.rank == b.rank &&
           a.entropy == b.entropy && a.chainProbability == b.chainProbability && a.top == b.top;
}

} // namespace

class TokenRequestsTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void detailsComeWithTheTokensAndAtTheEnd();
    void withoutAlternativesThereAreNoDetails();
    void aReplyFollowsExactTokens();
    void aBranchFindsTheTextInTheCache();
    void samplesAreWhatEachIsAlone();
    void samplesCanBeReplayed();
    void stopEndsAllSamples();
    void aTextIsScoredAsTheModelSeesIt();
    void aReplyIsScoredAsItWasDrawn();
    void perplexityIsThatOfTheMean();
    void theNextTokenIsThatOfTheModel();
    void wrongRequestsAreRefusedWithTheirId();

private:
    std::unique_ptr<EngineThread> m_thread;
    std::unique_ptr<Listener> m_listener;
};

void TokenRequestsTest::init() {
    m_thread = std::make_unique<EngineThread>();
    m_listener = std::make_unique<Listener>(m_thread->engine());
    OpenModelRequest request;
    request.device = QStringLiteral("cpu");
    emit m_listener->open(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->opened, 1, kWaitMs);
}

void TokenRequestsTest::cleanup() {
    m_listener.reset();
    m_thread.reset();
}

void TokenRequestsTest::detailsComeWithTheTokensAndAtTheEnd() {
    GenerateRequest request;
    request.id = 3;
    request.prompt = kText;
    request.settings = settingsWith(4, 40);
    request.alternatives = 20;
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    const GenerationEnded& end = m_listener->ended.first();
    QCOMPARE(end.details.size(), end.tokens.size());
    QList<TokenDetail> arrived;
    for (const TextArrived& text : m_listener->texts) {
        arrived += text.details;
    }
    QCOMPARE(arrived.size(), end.details.size());
    QByteArray bytes;
    for (qsizetype i = 0; i < arrived.size(); ++i) {
        const TokenDetail& detail = end.details[i];
        QVERIFY(sameDetail(arrived[i], detail));
        QCOMPARE(detail.id, end.tokens[i].id);
        QCOMPARE(detail.logprob, end.record.logprobs[i]);
        QCOMPARE(detail.top.size(), 20);
        QVERIFY(detail.entropy >= 0 && detail.entropy < 12);
        QVERIFY(detail.chainProbability > 0 && detail.chainProbability <= 1);
        QVERIFY(detail.rank >= 0);
        if (detail.rank < 20) {
            QCOMPARE(detail.top[detail.rank].id, detail.id);
            QCOMPARE(detail.top[detail.rank].bytes, detail.bytes);
            QCOMPARE(detail.top[detail.rank].logprob, detail.logprob);
        }
        bytes += detail.bytes;
    }
    QCOMPARE(QString::fromUtf8(bytes).left(end.text.size()), end.text);
}

void TokenRequestsTest::withoutAlternativesThereAreNoDetails() {
    GenerateRequest request;
    request.prompt = kText;
    request.settings = settingsWith(4, 10);
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QVERIFY(m_listener->ended.first().details.isEmpty());
    for (const TextArrived& text : m_listener->texts) {
        QVERIFY(text.details.isEmpty());
    }
}

void TokenRequestsTest::aReplyFollowsExactTokens() {
    const auto tokenizer = openTokenizer({});
    // The same text in other tokens: byte by byte.
    GenerateRequest request;
    request.prompt = QStringLiteral("not this");
    request.settings = settingsWith(1, 5);
    for (const char letter : {'O', 'n', 'c', 'e'}) {
        const auto ids = (*tokenizer)->encode(std::string(1, letter));
        request.promptTokens.append(ids.front());
    }
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QCOMPARE(m_listener->ended.first().record.prompt, request.promptTokens);
}

void TokenRequestsTest::aBranchFindsTheTextInTheCache() {
    GenerateRequest request;
    request.prompt = kText;
    request.settings = endlessWith(4, 40);
    request.alternatives = 5;
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    const GenerationEnded first = m_listener->ended.first();
    const int place = 17;
    request.promptTokens = first.record.prompt + first.record.tokens.first(place);
    request.promptTokens.append(
        first.details[place].top[first.details[place].rank == 1 ? 2 : 1].id);
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 2, kWaitMs);
    QCOMPARE(m_listener->ended[1].promptTokens, static_cast<int>(request.promptTokens.size()));
    QCOMPARE(m_listener->ended[1].reusedTokens, m_listener->ended[1].promptTokens - 1);
}

void TokenRequestsTest::samplesAreWhatEachIsAlone() {
    SamplesRequest request;
    request.id = 8;
    request.prompt = kText;
    request.alternatives = 3;
    for (int i = 0; i < 4; ++i) {
        request.wishes.append({settingsWith(static_cast<quint64>(40 + i), 12 + 9 * i),
                               i == 2 ? QStringList{QStringLiteral(" the")} : QStringList()});
    }
    emit m_listener->samples(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->samplesDone.size(), 1, kWaitMs);
    const SamplesEnded done = m_listener->samplesDone.first();
    QCOMPARE(done.id, RequestId(8));
    QCOMPARE(done.ends.size(), 4);
    for (int i = 0; i < 4; ++i) {
        QString text;
        QList<TokenDetail> details;
        for (const SampleArrived& part : m_listener->samplesArrived) {
            QCOMPARE(part.id, RequestId(8));
            text += part.index == i ? part.text : QString();
            details += part.index == i ? part.tokens : QList<TokenDetail>();
        }
        QCOMPARE(text, done.ends[i].text);
        QCOMPARE(details.size(), done.ends[i].generatedTokens);
    }
    for (int i = 0; i < 4; ++i) {
        // With a cache that knows nothing, as the samples had it.
        cleanup();
        init();
        GenerateRequest alone;
        alone.prompt = request.prompt;
        alone.settings = request.wishes[i].settings;
        alone.stops = request.wishes[i].stops;
        alone.alternatives = 3;
        emit m_listener->generate(alone);
        QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
        const GenerationEnded& end = m_listener->ended.first();
        QCOMPARE(done.ends[i].text, end.text);
        QCOMPARE(done.ends[i].cut, end.cut);
        QCOMPARE(done.ends[i].reason, end.reason);
        GenerationRecord together = done.ends[i].record;
        GenerationRecord own = end.record;
        for (GenerationRecord* record : {&together, &own}) {
            record->promptMs = record->generateMs = record->firstTokenMs = 0;
            record->startedMs = 0;
        }
        QVERIFY(together == own);
        for (qsizetype token = 0; token < end.details.size(); ++token) {
            QVERIFY(sameDetail(end.details[token], done.ends[i].details[token]));
        }
    }
}

void TokenRequestsTest::samplesCanBeReplayed() {
    SamplesRequest request;
    request.prompt = kText;
    request.wishes = {{settingsWith(1, 20), {}}, {settingsWith(2, 25), {}}};
    emit m_listener->samples(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->samplesDone.size(), 1, kWaitMs);
    for (const GenerationEnded& end : m_listener->samplesDone.first().ends) {
        ReplayRequest replay;
        replay.parts = {end.record};
        emit m_listener->replay(replay);
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->replays.size(), 2, kWaitMs);
    for (const ReplayEnded& end : m_listener->replays) {
        QVERIFY2(end.verdict == ReplayVerdict::Identical, qPrintable(end.sentence));
    }
}

void TokenRequestsTest::stopEndsAllSamples() {
    SamplesRequest request;
    request.prompt = kText;
    request.stop = std::make_shared<std::atomic<bool>>(false);
    for (int i = 0; i < 3; ++i) {
        request.wishes.append({endlessWith(static_cast<quint64>(i), 0), {}});
    }
    emit m_listener->samples(request);
    QTRY_VERIFY_WITH_TIMEOUT(!m_listener->samplesArrived.isEmpty(), kWaitMs);
    *request.stop = true;
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->samplesDone.size(), 1, kWaitMs);
    for (const GenerationEnded& end : m_listener->samplesDone.first().ends) {
        QCOMPARE(end.reason, EndReason::Stopped);
        QVERIFY(end.generatedTokens > 0);
    }
}

void TokenRequestsTest::aTextIsScoredAsTheModelSeesIt() {
    ScoreRequest request;
    request.id = 5;
    request.text = kText.repeated(3);
    emit m_listener->score(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->scored.size(), 1, kWaitMs);
    const QList<TokenDetail> tokens = tokensOf(m_listener->pieces);
    QVERIFY(m_listener->scored.first().complete);
    QCOMPARE(m_listener->scored.first().tokens, static_cast<int>(tokens.size()));
    QVERIFY(m_listener->pieces.size() > 1);
    QByteArray bytes;
    int place = 0;
    for (const ScoreArrived& piece : m_listener->pieces) {
        QCOMPARE(piece.id, RequestId(5));
        QCOMPARE(piece.from, place);
        QCOMPARE(piece.total, static_cast<int>(tokens.size()));
        place += static_cast<int>(piece.tokens.size());
    }
    // Against the model itself, run here over the whole text at once.
    const auto checkpoint = openCheckpoint({});
    auto backend = createBackend("cpu:obvious", 1);
    const auto model = Model::load(*checkpoint, std::move(*backend));
    Sequence sequence(**model);
    std::vector<TokenId> ids;
    for (const TokenDetail& token : tokens) {
        ids.push_back(token.id);
        bytes += token.bytes;
    }
    QCOMPARE(QString::fromUtf8(bytes), request.text);
    const auto logits = sequence.extend(ids, LogitRows::All);
    QVERIFY(logits.has_value());
    const std::size_t outputs = logits->size() / ids.size();
    double sum = 0;
    for (qsizetype i = 1; i < tokens.size(); ++i) {
        const auto row = logits->subspan(static_cast<std::size_t>(i - 1) * outputs, outputs);
        double total = 0;
        for (const float logit : row) {
            total += std::exp(double{logit});
        }
        double entropy = 0;
        for (const float logit : row) {
            const double p = std::exp(double{logit}) / total;
            entropy -= p > 0 ? p * std::log(p) : 0;
        }
        const double expected = double{row[tokens[i].id]} - std::log(total);
        QVERIFY(std::abs(double{tokens[i].logprob} - expected) < 0.02);
        QVERIFY(std::abs(double{tokens[i].entropy} - entropy) < 0.02);
        QCOMPARE(tokens[i].top.size(), 20);
        QVERIFY(std::isnan(tokens[i].chainProbability));
        sum += expected;
    }
    const double expected = std::exp(-sum / static_cast<double>(tokens.size() - 1));
    QVERIFY(std::abs(perplexityOf(tokens) / expected - 1) < 1e-3);
}

void TokenRequestsTest::aReplyIsScoredAsItWasDrawn() {
    GenerateRequest request;
    request.prompt = kText;
    request.settings = settingsWith(4, 30);
    request.alternatives = 20;
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    const GenerationEnded& end = m_listener->ended.first();
    ScoreRequest score;
    score.tokens = end.record.prompt + end.record.tokens;
    score.from = static_cast<int>(end.record.prompt.size());
    emit m_listener->score(score);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->scored.size(), 1, kWaitMs);
    const QList<TokenDetail> tokens = tokensOf(m_listener->pieces);
    QCOMPARE(tokens.size(), end.details.size());
    for (qsizetype i = 0; i < tokens.size(); ++i) {
        QCOMPARE(tokens[i].id, end.details[i].id);
        QVERIFY(std::abs(tokens[i].logprob - end.details[i].logprob) < 0.02F);
    }
}

void TokenRequestsTest::perplexityIsThatOfTheMean() {
    QList<TokenDetail> tokens(4);
    QVERIFY(std::isnan(perplexityOf({})));
    QVERIFY(std::isnan(perplexityOf(tokens)));
    tokens[1].logprob = std::log(0.5F);
    tokens[2].logprob = std::log(0.125F);
    tokens[3].logprob = std::log(0.5F);
    QVERIFY(std::abs(perplexityOf(tokens) - std::pow(32.0, 1.0 / 3)) < 1e-6);
}

void TokenRequestsTest::theNextTokenIsThatOfTheModel() {
    NextRequest request{6, kText, {}};
    emit m_listener->next(request);
    emit m_listener->next({7, QStringLiteral("Another text"), {}});
    GenerateRequest greedy;
    greedy.prompt = kText;
    greedy.settings = settingsWith(1, 1);
    greedy.settings.temperature = 0;
    emit m_listener->generate(greedy);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QCOMPARE(m_listener->nexts.size(), 2);
    QCOMPARE(m_listener->nexts[0].id, RequestId(6));
    const NextTokenLogits& next = *m_listener->nexts[0].next;
    QCOMPARE(QList<quint32>(next.history.begin(), next.history.end()),
             m_listener->ended.first().record.prompt);
    const auto best = std::ranges::max_element(next.logits) - next.logits.begin();
    QCOMPARE(static_cast<quint32>(best), m_listener->ended.first().tokens.first().id);
    QVERIFY(next.logits.size() >= static_cast<std::size_t>(next.texts->labels.size()));
    QCOMPARE(next.texts->labels[best], m_listener->ended.first().tokens.first().text);
    QCOMPARE(m_listener->nexts[1].next->texts, next.texts); // one for a model
}

void TokenRequestsTest::wrongRequestsAreRefusedWithTheirId() {
    GenerateRequest generate;
    generate.id = 1;
    generate.promptTokens = {1, 4'000'000'000};
    emit m_listener->generate(generate);
    SamplesRequest samples;
    samples.id = 2;
    samples.prompt = kText;
    emit m_listener->samples(samples); // none wished for
    ScoreRequest score;
    score.id = 3;
    score.tokens = {1, 4'000'000'000};
    emit m_listener->score(score);
    emit m_listener->next({4, {}, {4'000'000'000}});
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->failures.size(), 4, kWaitMs);
    for (int i = 0; i < 4; ++i) {
        QCOMPARE(m_listener->failures[i].id, RequestId(i + 1));
        QVERIFY(m_listener->failures[i].sentence.endsWith(u'.'));
    }
    // And the engine lives on.
    emit m_listener->score({5, {}, {}, 0, 20, {}});
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->scored.size(), 1, kWaitMs);
    QVERIFY(m_listener->scored.first().complete);
}

QTEST_GUILESS_MAIN(TokenRequestsTest)
#include "token_requests_test.moc"
