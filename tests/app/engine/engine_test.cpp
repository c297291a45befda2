// SPDX-License-Identifier: MIT
#include <limits>
#include <memory>
#include <optional>

#include <sys/resource.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QFile>
#include <QMutex>
#include <QSemaphore>
#include <QTest>

#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "engine/token_messages.h"

using namespace phidelity;

namespace {

constexpr int kWaitMs = 60'000;

/// What arrives on the thread of the test, as in the window.
class Listener : public QObject {
    Q_OBJECT

public:
    explicit Listener(Engine& engine) {
        connect(&engine, &Engine::modelOpened, this,
                [this](const ModelOpened& model) { opened.append(model); });
        connect(&engine, &Engine::modelOpening, this,
                [this](const ModelOpening& progress) { opening.append(progress); });
        connect(&engine, &Engine::promptProgress, this,
                [this](const PromptProgress& progress) { prompts.append(progress); });
        connect(&engine, &Engine::textArrived, this,
                [this](const TextArrived& text) { texts.append(text); });
        connect(&engine, &Engine::generationEnded, this,
                [this](const GenerationEnded& end) { ended.append(end); });
        connect(&engine, &Engine::failed, this,
                [this](const EngineFailed& failure) { failures.append(failure); });
        connect(this, &Listener::open, &engine, &Engine::openModel);
        connect(this, &Listener::generate, &engine, &Engine::generate);
    }

    QList<ModelOpened> opened;
    QList<ModelOpening> opening;
    QList<PromptProgress> prompts;
    QList<TextArrived> texts;
    QList<GenerationEnded> ended;
    QList<EngineFailed> failures;

    [[nodiscard]] int answers() const {
        return static_cast<int>(opened.size() + ended.size() + failures.size());
    }

signals:
    void open(const phidelity::OpenModelRequest& request);
    void generate(const phidelity::GenerateRequest& request);
};

/// A request that goes on until something stops it.
GenerateRequest endlessRequest(RequestId id) {
    const auto tokenizer = openTokenizer({});
    GenerateRequest request;
    request.id = id;
    request.prompt = QStringLiteral("Once upon a time");
    request.settings.logitBias = {
        {(*tokenizer)->endOfText(), -std::numeric_limits<float>::infinity()}};
    request.settings.randomSeed = false;
    request.settings.maxTokens = 0;
    request.stop = std::make_shared<std::atomic<bool>>(false);
    return request;
}

GenerateRequest shortRequest(RequestId id, int tokens) {
    GenerateRequest request = endlessRequest(id);
    request.settings.maxTokens = tokens;
    return request;
}

} // namespace

class EngineTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void opensTheEmbeddedModelAndSaysWhatItIs();
    void aFailedOpenKeepsTheModelThatWasOpen();
    void anotherModelIsOpenedAfterReplies();
    void withoutAModelNothingIsGenerated();
    void textsAddUpToTheReply();
    void batchesComeAboutThirtyTimesASecond();
    void theSameSeedGivesTheSameReply();
    void aRandomSeedIsReportedAndRepeats();
    void stopEndsWithinOneToken();
    void aStopSetBeforehandGeneratesNothing();
    void aStopStringIsCutAndKept();
    void theNextTurnReusesWhatWasComputed();
    void alternativesComeWithTheReply();
    void aPromptLongerThanTheContextIsRefused();
    void aPromptThatMemoryCannotHoldIsRefused();
    void settingsOutOfRangeAreRefused();
    void theContextEndsAReply();
    void answersCarryTheIdOfTheirRequest();
    void shutdownWhileGeneratingIsQuick();
    void shutdownLeavesWaitingRequestsUnanswered();

private:
    void openEmbedded();

    std::unique_ptr<EngineThread> m_thread;
    std::unique_ptr<Listener> m_listener;
};

void EngineTest::init() {
    m_thread = std::make_unique<EngineThread>();
    m_listener = std::make_unique<Listener>(m_thread->engine());
}

void EngineTest::cleanup() {
    m_listener.reset();
    m_thread.reset();
}

void EngineTest::openEmbedded() {
    OpenModelRequest request;
    request.id = 1;
    emit m_listener->open(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->answers(), 1, kWaitMs);
    QVERIFY2(m_listener->failures.isEmpty(),
             m_listener->failures.isEmpty() ? ""
                                            : qPrintable(m_listener->failures.first().sentence +
                                                         m_listener->failures.first().detail));
}

void EngineTest::opensTheEmbeddedModelAndSaysWhatItIs() {
    openEmbedded();
    const auto checkpoint = openCheckpoint({});
    const ModelOpened& model = m_listener->opened.first();
    QCOMPARE(model.id, RequestId(1));
    QVERIFY(model.embedded);
    QCOMPARE(model.name, QString::fromStdString((*checkpoint)->name()));
    QCOMPARE(model.types, QString::fromStdString((*checkpoint)->typeSummary()));
    QCOMPARE(model.context, static_cast<int>((*checkpoint)->shape().context));
    QVERIFY(!model.device.isEmpty());
    QVERIFY(!model.deviceReason.isEmpty());
    QVERIFY(model.parameters > 1'000'000);
    QVERIFY(model.weightBytes > 0);
    QVERIFY(model.loadMs > 0);
    const auto tokenizer = openTokenizer({});
    QVERIFY(model.texts && tokenizer);
    QCOMPARE(model.texts->bytes.size(), qsizetype((*tokenizer)->size()));
    const std::vector<TokenId> ids = (*tokenizer)->encode(" Hello");
    QByteArray text;
    for (const TokenId id : ids) {
        text += model.texts->bytes.at(id);
    }
    QCOMPARE(text, QByteArray(" Hello"));
    QVERIFY(model.texts->bytes.at((*tokenizer)->endOfText()).isEmpty());
    QVERIFY(!model.texts->labels.at((*tokenizer)->endOfText()).isEmpty());
    QCOMPARE(m_listener->opening.last().fraction, 1.0);
}

void EngineTest::aFailedOpenKeepsTheModelThatWasOpen() {
    openEmbedded();
    OpenModelRequest wrong;
    wrong.id = 2;
    wrong.path = QStringLiteral("/nowhere/model.gguf");
    emit m_listener->open(wrong);
    OpenModelRequest noDevice;
    noDevice.id = 3;
    noDevice.device = QStringLiteral("abacus");
    emit m_listener->open(noDevice);
    emit m_listener->generate(shortRequest(4, 3));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->answers(), 4, kWaitMs);
    QCOMPARE(m_listener->failures.size(), 2);
    QCOMPARE(m_listener->failures.at(0).id, RequestId(2));
    QVERIFY(m_listener->failures.at(0).sentence.endsWith(u'.'));
    QVERIFY(m_listener->failures.at(0).detail.contains(QLatin1String("model.gguf")));
    QVERIFY(m_listener->failures.at(1).detail.contains(QLatin1String("abacus")));
    QCOMPARE(m_listener->ended.first().generatedTokens, 3);
}

void EngineTest::anotherModelIsOpenedAfterReplies() {
    // What the first one kept of them must go before it does.
    for (RequestId id = 1; id <= 3; ++id) {
        emit m_listener->open({id, {}, QStringLiteral("cpu"), 1, {}, {}, 0});
        emit m_listener->generate(shortRequest(10 + id, 3));
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 3, kWaitMs);
    QVERIFY(m_listener->failures.isEmpty());
}

void EngineTest::withoutAModelNothingIsGenerated() {
    emit m_listener->generate(shortRequest(7, 3));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->answers(), 1, kWaitMs);
    QCOMPARE(m_listener->failures.first().id, RequestId(7));
    QVERIFY(m_listener->failures.first().sentence.contains(QLatin1String("No model is open")));
}

void EngineTest::textsAddUpToTheReply() {
    openEmbedded();
    emit m_listener->generate(shortRequest(2, 100));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    const GenerationEnded& end = m_listener->ended.first();
    QString text;
    for (const TextArrived& part : m_listener->texts) {
        text += part.text;
        QVERIFY(part.firstTokenMs > 0);
        QCOMPARE(part.contextUsed, end.promptTokens + part.tokens);
    }
    QCOMPARE(text, end.text);
    QVERIFY(!text.isEmpty());
    QCOMPARE(end.reason, EndReason::MaxTokens);
    QCOMPARE(end.generatedTokens, 100);
    QCOMPARE(end.tokens.size(), 100);
    QCOMPARE(end.contextUsed, end.promptTokens + 100);
    QCOMPARE(m_listener->texts.last().tokens, 100);
    QVERIFY(end.firstTokenMs >= end.promptMs);
    QVERIFY(end.promptMs > 0 && end.generateMs > 0);
    QVERIFY(!m_listener->prompts.isEmpty());
    QCOMPARE(m_listener->prompts.last().total, end.promptTokens);
}

void EngineTest::batchesComeAboutThirtyTimesASecond() {
    openEmbedded();
    QElapsedTimer timer;
    timer.start();
    emit m_listener->generate(endlessRequest(2));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    // The first and the last batch may come out of turn.
    QVERIFY2(m_listener->texts.size() <= timer.elapsed() / 33 + 2,
             qPrintable(QString::number(m_listener->texts.size())));
}

void EngineTest::theSameSeedGivesTheSameReply() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 40);
    request.settings.temperature = 1;
    request.settings.seed = std::numeric_limits<quint64>::max();
    emit m_listener->generate(request);
    emit m_listener->generate(request);
    request.settings.seed = 5;
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 3, kWaitMs);
    QCOMPARE(m_listener->ended.at(0).seed, std::numeric_limits<quint64>::max());
    QCOMPARE(m_listener->ended.at(0).text, m_listener->ended.at(1).text);
    QVERIFY(m_listener->ended.at(0).text != m_listener->ended.at(2).text);
}

void EngineTest::aRandomSeedIsReportedAndRepeats() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 30);
    request.settings.temperature = 1;
    request.settings.randomSeed = true;
    emit m_listener->generate(request);
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 2, kWaitMs);
    QVERIFY(m_listener->ended.at(0).seed != m_listener->ended.at(1).seed);
    request.settings.randomSeed = false;
    request.settings.seed = m_listener->ended.at(0).seed;
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 3, kWaitMs);
    QCOMPARE(m_listener->ended.at(2).text, m_listener->ended.at(0).text);
}

void EngineTest::stopEndsWithinOneToken() {
    openEmbedded();
    GenerateRequest request = endlessRequest(2);
    int tokensAtStop = 0;
    // On the engine thread, so that not a single token can pass between text and stop.
    connect(&m_thread->engine(), &Engine::textArrived, [&](const TextArrived& text) {
        if (!request.stop->exchange(true)) {
            tokensAtStop = text.tokens;
        }
    });
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QCOMPARE(m_listener->ended.first().reason, EndReason::Stopped);
    QVERIFY(tokensAtStop > 0);
    QVERIFY(m_listener->ended.first().generatedTokens <= tokensAtStop + 1);
    QVERIFY(!m_listener->ended.first().text.isEmpty());
}

void EngineTest::aStopSetBeforehandGeneratesNothing() {
    openEmbedded();
    GenerateRequest request = endlessRequest(2);
    request.stop->store(true);
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QCOMPARE(m_listener->ended.first().reason, EndReason::Stopped);
    QCOMPARE(m_listener->ended.first().generatedTokens, 0);
    QVERIFY(m_listener->texts.isEmpty());
}

void EngineTest::aStopStringIsCutAndKept() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 40);
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    const QString whole = m_listener->ended.first().text;
    QVERIFY(whole.size() >= 12);
    const QString stop = whole.mid(whole.size() / 2, 4);
    request.stops = {stop};
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 2, kWaitMs);
    const GenerationEnded end = m_listener->ended.last(); // a copy: the list grows
    QCOMPARE(end.reason, EndReason::StopString);
    QCOMPARE(end.text, whole.left(whole.indexOf(stop)));
    QVERIFY(end.cut.startsWith(stop));
    QVERIFY(whole.startsWith(end.text + end.cut));
    // As a stop of the user's own, it works the same.
    request.stops.clear();
    request.settings.extraStops = {stop};
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 3, kWaitMs);
    QCOMPARE(m_listener->ended.last().text, end.text);
}

void EngineTest::theNextTurnReusesWhatWasComputed() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 20);
    request.prompt = QStringLiteral("Alice: Tell me a story of a hare and a hedgehog.\nBob:");
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QCOMPARE(m_listener->ended.first().reusedTokens, 0);
    QVERIFY(m_listener->ended.first().promptTokens > 10);
    request.prompt += m_listener->ended.first().text + QStringLiteral("\nAlice: And then?\nBob:");
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 2, kWaitMs);
    // Where reply and prompt meet, two tokens may have become one.
    QVERIFY(m_listener->ended.last().reusedTokens >= m_listener->ended.first().promptTokens - 2);
}

void EngineTest::alternativesComeWithTheReply() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 5);
    request.settings.temperature = 0;
    request.alternatives = 3;
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    for (const ReplyToken& token : m_listener->ended.first().tokens) {
        QCOMPARE(token.alternatives.size(), 3);
        QVERIFY(token.logprob <= 0);
        QVERIFY(token.alternatives.at(0).logprob >= token.alternatives.at(1).logprob);
        QVERIFY(token.alternatives.at(1).logprob >= token.alternatives.at(2).logprob);
    }
}

void EngineTest::aPromptLongerThanTheContextIsRefused() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 5);
    request.prompt = QStringLiteral("one two three ").repeated(5000);
    emit m_listener->generate(request);
    emit m_listener->generate(shortRequest(3, 5));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->answers(), 3, kWaitMs);
    const EngineFailed& failure = m_listener->failures.first();
    QCOMPARE(failure.id, RequestId(2));
    QVERIFY(failure.sentence.contains(QLatin1String("shorten")));
    QVERIFY(failure.detail.contains(QString::number(m_listener->opened.first().context)));
    QCOMPARE(m_listener->ended.first().id, RequestId(3));
}

void EngineTest::aPromptThatMemoryCannotHoldIsRefused() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("sanitizers take terabytes of addresses, so that no limit can be set");
#endif
    openEmbedded();
    GenerateRequest request = shortRequest(2, 5);
    request.prompt = QString(50'000'000, u'a'); // one word: takes a gigabyte to be cut into tokens
    struct rlimit before {};
    QCOMPARE(::getrlimit(RLIMIT_AS, &before), 0);
    QFile statistics(QStringLiteral("/proc/self/statm"));
    QVERIFY(statistics.open(QIODevice::ReadOnly));
    const rlim_t pages = statistics.readAll().split(' ').first().toULongLong();
    struct rlimit small = before;
    small.rlim_cur = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{500} << 20);
    QCOMPARE(::setrlimit(RLIMIT_AS, &small), 0);
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->answers(), 2, kWaitMs);
    QCOMPARE(::setrlimit(RLIMIT_AS, &before), 0);
    QCOMPARE(m_listener->failures.size(), 1);
    QVERIFY(m_listener->failures.first().sentence.contains(QLatin1String("memory")));
    emit m_listener->generate(shortRequest(3, 5));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
}

void EngineTest::settingsOutOfRangeAreRefused() {
    openEmbedded();
    GenerateRequest request = shortRequest(2, 5);
    request.settings.topP = -1;
    emit m_listener->generate(request);
    request.settings = GenerationSettings();
    request.settings.stageOrder = {"magic"};
    emit m_listener->generate(request);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->failures.size(), 2, kWaitMs);
    QVERIFY(m_listener->failures.last().detail.contains(QLatin1String("magic")));
}

void EngineTest::theContextEndsAReply() {
    openEmbedded();
    emit m_listener->generate(endlessRequest(2));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 1, kWaitMs);
    QCOMPARE(m_listener->ended.first().reason, EndReason::ContextFull);
    QCOMPARE(m_listener->ended.first().contextUsed, m_listener->opened.first().context);
}

void EngineTest::answersCarryTheIdOfTheirRequest() {
    openEmbedded();
    emit m_listener->generate(shortRequest(11, 5));
    emit m_listener->generate(shortRequest(12, 5));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener->ended.size(), 2, kWaitMs);
    QCOMPARE(m_listener->ended.at(0).id, RequestId(11));
    QCOMPARE(m_listener->ended.at(1).id, RequestId(12));
    bool second = false;
    for (const TextArrived& text : m_listener->texts) {
        second = second || text.id == RequestId(12);
        QCOMPARE(text.id, second ? RequestId(12) : RequestId(11));
    }
    QVERIFY(second);
}

void EngineTest::shutdownWhileGeneratingIsQuick() {
    openEmbedded();
    QSemaphore running;
    std::optional<EndReason> reason;
    // Each batch takes its time here, so that a reply which nothing stops lasts for half a minute.
    connect(&m_thread->engine(), &Engine::textArrived, [&](const TextArrived&) {
        running.release();
        QTest::qSleep(100);
    });
    connect(&m_thread->engine(), &Engine::generationEnded,
            [&](const GenerationEnded& end) { reason = end.reason; });
    GenerateRequest request = endlessRequest(2);
    request.stop.reset(); // not even a flag of its own is needed
    emit m_listener->generate(request);
    QVERIFY(running.tryAcquire(1, kWaitMs));
    QElapsedTimer timer;
    timer.start();
    m_thread.reset();
    QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(reason, std::optional(EndReason::Stopped));
}

void EngineTest::shutdownLeavesWaitingRequestsUnanswered() {
    openEmbedded();
    QSemaphore running;
    int endings = 0;
    connect(&m_thread->engine(), &Engine::textArrived, [&](const TextArrived&) {
        running.release();
        QTest::qSleep(100);
    });
    connect(&m_thread->engine(), &Engine::generationEnded,
            [&](const GenerationEnded&) { ++endings; });
    for (RequestId id = 2; id < 6; ++id) {
        emit m_listener->generate(endlessRequest(id));
    }
    QVERIFY(running.tryAcquire(1, kWaitMs));
    m_thread.reset();
    QCOMPARE(endings, 1);
}

QTEST_GUILESS_MAIN(EngineTest)
#include "engine_test.moc"
