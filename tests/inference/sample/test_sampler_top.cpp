// SPDX-License-Identifier: MIT
#include <QTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "inference/sample/candidates.h"
#include "inference/sample/sampler.h"

using namespace phidelity;

namespace {

constexpr std::uint32_t kVocabulary = 700;
constexpr std::uint32_t kRows = 720; // of the head: the last are padding
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Few different values, so that many are equal.
std::vector<float> randomLogits(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> spread(-2.0F, 3.0F);
    const float step = seed % 2 == 0 ? 0.5F : 0.0F;
    std::vector<float> logits(kRows);
    for (float& logit : logits) {
        logit = spread(random);
        logit = step == 0 ? logit : std::round(logit / step) * step;
    }
    return logits;
}

/// What a device finds, and the memory it is in.
struct Top {
    std::vector<RankedLogit> best;
    TopLogits logits;
};

Top topOf(std::span<const float> logits, std::uint32_t count) {
    Top top;
    for (const std::uint32_t id : largestIndices(logits.first(kVocabulary), count)) {
        top.best.push_back({logits[id], id});
    }
    double sum = 0;
    for (const float logit : logits) {
        sum += std::exp(static_cast<double>(logit));
    }
    top.logits.logTotal = std::log(sum);
    return top;
}

SamplerSettings chainOf(float temperature, std::int32_t topK) {
    SamplerSettings settings;
    settings.temperature = temperature;
    settings.topK = topK;
    return settings;
}

/// Chains that begin with their few best candidates, and how many those are.
std::vector<std::pair<SamplerSettings, std::uint32_t>> chainsFromTheTop() {
    std::vector<std::pair<SamplerSettings, std::uint32_t>> chains;
    chains.emplace_back(chainOf(0, 0), 1);
    chains.emplace_back(chainOf(0, 40), 1);
    SamplerSettings greedy = chainOf(1, 0);
    greedy.order.push_back(StageKind::Greedy);
    chains.emplace_back(greedy, 1);
    for (const std::uint32_t count : {1U, 5U, 40U, 64U, 10'000U}) {
        const auto k = static_cast<std::int32_t>(count);
        SamplerSettings all = chainOf(0.8F, k);
        all.typicalP = 0.97F;
        all.topP = 0.95F;
        all.minP = 0.02F;
        all.xtcProbability = 0.5F;
        all.xtcThreshold = 0.08F;
        chains.emplace_back(chainOf(1, k), count);
        chains.emplace_back(all, count);
        // What comes after top-k sees the same candidates, whatever it is.
        SamplerSettings late = chainOf(1.3F, k);
        late.order = {StageKind::TopK, StageKind::LogitBias, StageKind::Penalties,
                      StageKind::Dry,  StageKind::TopNSigma, StageKind::Temperature};
        late.logitBias = {{3, 2.0F}, {90, -kInfinity}};
        late.repeatPenalty = 1.2F;
        late.presencePenalty = 0.3F;
        late.dryMultiplier = 0.8F;
        late.topNSigma = 1.5F;
        chains.emplace_back(late, count);
        SamplerSettings surprising = chainOf(0, k);
        surprising.typicalP = 0.5F;
        chains.emplace_back(surprising, count);
    }
    return chains;
}

} // namespace

class TestSamplerTop : public QObject {
    Q_OBJECT

private slots:
    void theSameTokensComeAsOfAllLogits() {
        for (auto [settings, needed] : chainsFromTheTop()) {
            settings.seed = 11;
            const Sampler sampler(settings, kVocabulary);
            QCOMPARE(sampler.topNeeded(), needed);
            SamplerState whole;
            SamplerState part;
            std::vector<TokenId> history;
            for (std::uint64_t seed = 0; seed < 60; ++seed) {
                const auto logits = randomLogits(seed);
                const std::uint32_t alternatives = seed % 3 == 0 ? 0 : 7;
                const Top top = topOf(logits, sampler.topNeeded(alternatives));
                TopLogits given = top.logits;
                given.best = top.best;
                const auto expected = sampler.draw(logits, history, whole, alternatives);
                const auto found = sampler.drawFromTop(given, history, part, alternatives);
                if (!expected) { // the bias can ban the only candidate
                    QVERIFY(!found);
                    QCOMPARE(found.error().code, expected.error().code);
                    continue;
                }
                QVERIFY(found.has_value());
                QCOMPARE(found->id, expected->id);
                QCOMPARE(found->chainProbability, expected->chainProbability);
                QVERIFY(std::abs(found->logprob - expected->logprob) < 1e-5F);
                QCOMPARE(found->top.size(), expected->top.size());
                for (std::size_t i = 0; i < found->top.size(); ++i) {
                    QCOMPARE(found->top[i].id, expected->top[i].id);
                    QCOMPARE(found->top[i].logit, expected->top[i].logit);
                    QVERIFY(std::abs(found->top[i].logprob - expected->top[i].logprob) < 1e-5F);
                }
                QCOMPARE(part.drawn, whole.drawn);
                history.push_back(found->id);
            }
        }
    }

    void chainsThatSeeAllLogitsSaySo() {
        QCOMPARE(Sampler(chainOf(1, 0), kVocabulary).topNeeded(), 0U);
        SamplerSettings settings = chainOf(0.7F, 40);
        settings.topNSigma = 1; // comes before top-k
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
        settings = chainOf(0.7F, 40);
        settings.logitBias = {{1, 0.5F}};
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
        settings.logitBias.clear();
        settings.repeatPenalty = 1.1F;
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
        settings.temperature = 0; // the best may be another after penalties
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
        settings = chainOf(0.7F, 40);
        settings.dryMultiplier = 1;
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
        settings = chainOf(0.7F, 40);
        settings.mirostat = true;
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
        settings = chainOf(0.7F, 40);
        settings.topP = 0.9F;
        settings.order = {StageKind::TopP, StageKind::TopK, StageKind::Temperature};
        QCOMPARE(Sampler(settings, kVocabulary).topNeeded(), 0U);
    }

    void alternativesAreNeededToo() {
        QCOMPARE(Sampler(chainOf(0, 0), kVocabulary).topNeeded(9), 9U);
        QCOMPARE(Sampler(chainOf(1, 5), kVocabulary).topNeeded(9), 9U);
        QCOMPARE(Sampler(chainOf(1, 40), kVocabulary).topNeeded(9), 40U);
    }

    void tooFewEntriesAndOtherChainsAreRefused() {
        const auto logits = randomLogits(1);
        const Top top = topOf(logits, 5);
        TopLogits given = top.logits;
        given.best = top.best;
        SamplerState state;
        const auto few = Sampler(chainOf(1, 6), kVocabulary).drawFromTop(given, {}, state);
        QVERIFY(!few && few.error().code == ErrorCode::BadArgument);
        const auto other = Sampler(chainOf(1, 0), kVocabulary).drawFromTop(given, {}, state);
        QVERIFY(!other && other.error().code == ErrorCode::BadArgument);
        QCOMPARE(state.drawn, std::uint64_t{0});
    }

    void numbersThatAreNotFiniteAreAnError() {
        const auto logits = randomLogits(1);
        const Top top = topOf(logits, 5);
        TopLogits given = top.logits;
        given.best = top.best;
        given.allFinite = false;
        SamplerState state;
        const auto draw = Sampler(chainOf(0, 0), kVocabulary).drawFromTop(given, {}, state);
        QVERIFY(!draw && draw.error().code == ErrorCode::NotFinite);
        QCOMPARE(state.drawn, std::uint64_t{0});
    }
};

QTEST_GUILESS_MAIN(TestSamplerTop)
#include "test_sampler_top.moc"
