// SPDX-License-Identifier: MIT
#include <QTest>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "inference/sample/philox.h"
#include "inference/sample/sampler.h"

using namespace phidelity;

namespace {

std::vector<float> randomLogits(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> spread(-2.0F, 3.0F);
    std::vector<float> logits(count);
    for (float& logit : logits) {
        logit = spread(random);
    }
    return logits;
}

std::vector<TokenId> drawMany(const Sampler& sampler, std::span<const float> logits, int count,
                              SamplerState& state) {
    std::vector<TokenId> ids;
    for (int index = 0; index < count; ++index) {
        const auto draw = sampler.draw(logits, ids, state);
        ids.push_back(draw ? draw->id : 0xFFFFFFFF);
    }
    return ids;
}

/// Two-sided: a sum of squares far too large or far too small for `degrees` means that the draws do
/// not follow the probabilities, or are not random. The bounds are six standard deviations wide.
void checkChiSquare(double sum, double degrees) {
    QVERIFY2(std::abs(sum - degrees) < 6 * std::sqrt(2 * degrees),
             qPrintable(QString("%1 of %2").arg(sum).arg(degrees)));
}

} // namespace

class TestSampler : public QObject {
    Q_OBJECT

private slots:
    void philoxGivesThePublishedNumbers();
    void uniformsAreUniformAndIndependent();
    void drawsFollowTheProbabilities();
    void theSameSeedAndCounterDrawTheSame();
    void seedsUpTo2To64Differ();
    void copiedStatesBranch();
    void greedyTakesTheBestAndOfEqualTheLowest();
    void greedyIgnoresNothingThatChangesTheBest();
    void rowsPastTheVocabularyAreNeverDrawn();
    void logprobsAreThoseOfTheWholeSoftmax();
    void alternativesAreTheMostLikelyOfTheModel();
    void bansAreNeverDrawn();
    void banningEverythingIsAnError();
    void notFiniteLogitsAreAnError();
    void minusInfinityIsAllowed();
    void wrongSizesAreAnError();
    void badSettingsAreAnError();
    void failedDrawsLeaveTheStateAlone();
    void mirostatSteersTheSurprise();
    void mirostatFollowsItsFormula();
    void mirostatReplacesTheTruncatingStages();
    void reportsDoNotChangeTheDraw();
};

void TestSampler::philoxGivesThePublishedNumbers() {
    // Known answers of the authors' library Random123.
    using Words = std::array<std::uint32_t, 4>;
    QCOMPARE(philox4x32({0, 0, 0, 0}, {0, 0}),
             (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    const std::uint32_t ones = 0xffffffff;
    QCOMPARE(philox4x32({ones, ones, ones, ones}, {ones, ones}),
             (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    QCOMPARE(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
             (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

void TestSampler::uniformsAreUniformAndIndependent() {
    constexpr int kDraws = 100'000;
    constexpr int kBins = 64;
    std::vector<double> bins(kBins);
    std::vector<double> pairs(kBins);
    for (std::uint64_t counter = 0; counter < kDraws; ++counter) {
        const double first = counterUniform(5, counter, 0);
        const double other = counterUniform(5, counter, 1);
        QVERIFY(first >= 0 && first < 1);
        bins[std::size_t(first * kBins)] += 1;
        pairs[std::size_t(first * 8) * 8 + std::size_t(other * 8)] += 1;
    }
    for (const auto& counts : {bins, pairs}) {
        double sum = 0;
        for (const double count : counts) {
            sum += (count - double(kDraws) / kBins) * (count - double(kDraws) / kBins) * kBins /
                   kDraws;
        }
        checkChiSquare(sum, kBins - 1);
    }
}

void TestSampler::drawsFollowTheProbabilities() {
    const std::vector<float> probabilities = {0.4F, 0.05F, 0.2F, 0.01F, 0.3F, 0.04F};
    std::vector<float> logits;
    for (const float probability : probabilities) {
        logits.push_back(std::log(probability) + 3);
    }
    SamplerSettings settings;
    settings.seed = 42;
    SamplerState state;
    constexpr int kDraws = 60'000;
    std::vector<double> counts(6);
    const Sampler sampler(settings, 6);
    for (int index = 0; index < kDraws; ++index) {
        const auto draw = sampler.draw(logits, {}, state);
        QVERIFY(draw);
        counts[draw->id] += 1;
        QVERIFY(std::abs(draw->chainProbability - probabilities[draw->id]) < 1e-6F);
        QVERIFY(std::abs(draw->logprob - std::log(probabilities[draw->id])) < 1e-5F);
    }
    double sum = 0;
    for (std::size_t id = 0; id < 6; ++id) {
        const double expected = kDraws * double(probabilities[id]);
        sum += (counts[id] - expected) * (counts[id] - expected) / expected;
    }
    checkChiSquare(sum, 5);
}

void TestSampler::theSameSeedAndCounterDrawTheSame() {
    const auto logits = randomLogits(1, 2000);
    SamplerSettings settings;
    settings.seed = 1234567;
    settings.topK = 500;
    settings.repeatPenalty = 1.1F;
    settings.xtcProbability = 0.5F;
    settings.xtcThreshold = 0.01F;
    SamplerState first;
    SamplerState second;
    const auto ids = drawMany(Sampler(settings, 2000), logits, 100, first);
    QCOMPARE(drawMany(Sampler(settings, 2000), logits, 100, second), ids);
    QCOMPARE(first.drawn, std::uint64_t(100));

    // The draw at a position needs nothing but seed, counter and what it sees.
    SamplerState jump;
    jump.drawn = 50;
    const auto draw = Sampler(settings, 2000).draw(logits, std::span(ids).first(50), jump);
    QVERIFY(draw);
    QCOMPARE(draw->id, ids[50]);
}

void TestSampler::seedsUpTo2To64Differ() {
    const auto logits = randomLogits(2, 1000);
    std::map<std::vector<TokenId>, std::uint64_t> seen;
    for (const std::uint64_t seed :
         {std::uint64_t(0), std::uint64_t(1), std::uint64_t(1) << 32, std::uint64_t(1) << 63,
          ~std::uint64_t(0), ~std::uint64_t(0) - 1}) {
        SamplerSettings settings;
        settings.seed = seed;
        SamplerState state;
        seen[drawMany(Sampler(settings, 1000), logits, 20, state)] = seed;
    }
    QCOMPARE(seen.size(), std::size_t(6));
}

void TestSampler::copiedStatesBranch() {
    const auto logits = randomLogits(3, 1000);
    SamplerSettings settings;
    settings.mirostat = true;
    const Sampler sampler(settings, 1000);
    SamplerState state;
    drawMany(sampler, logits, 10, state);
    SamplerState branch = state;
    QCOMPARE(drawMany(sampler, logits, 20, branch), drawMany(sampler, logits, 20, state));
}

void TestSampler::greedyTakesTheBestAndOfEqualTheLowest() {
    auto logits = randomLogits(4, 51200);
    logits[777] = logits[30000] = logits[50000] = 25;
    SamplerSettings byTemperature;
    byTemperature.temperature = 0;
    byTemperature.topK = 40;
    byTemperature.topP = 0.9F;
    SamplerSettings byStage;
    byStage.order = {StageKind::TopK, StageKind::Greedy};
    for (const SamplerSettings& settings : {byTemperature, byStage}) {
        SamplerState state;
        const auto draw = Sampler(settings, 51200).draw(logits, {}, state);
        QVERIFY(draw);
        QCOMPARE(draw->id, 777U);
        QCOMPARE(draw->chainProbability, 1.0F);
        QCOMPARE(state.drawn, std::uint64_t(1));
    }
}

void TestSampler::greedyIgnoresNothingThatChangesTheBest() {
    const std::vector<float> logits = {5, 4.9F, 1};
    const std::vector<TokenId> history = {0};
    SamplerSettings settings;
    settings.temperature = 0;
    settings.repeatPenalty = 1.5F;
    SamplerState state;
    QCOMPARE(Sampler(settings, 3).draw(logits, history, state)->id, 1U);
    // Where only one is left before the penalty, it stays the best.
    settings.topK = 1;
    settings.order = {StageKind::TopK, StageKind::Penalties, StageKind::Temperature};
    QCOMPARE(Sampler(settings, 3).draw(logits, history, state)->id, 0U);
    // XTC takes the best away, whatever the temperature.
    SamplerSettings xtc;
    xtc.temperature = 0;
    xtc.xtcProbability = 1;
    QCOMPARE(Sampler(xtc, 3).draw(logits, {}, state)->id, 1U);
}

void TestSampler::rowsPastTheVocabularyAreNeverDrawn() {
    std::vector<float> logits(100, 0.0F);
    std::fill(logits.begin() + 10, logits.end(), 30.0F);
    for (const float temperature : {0.0F, 1.0F, 2.0F}) {
        SamplerSettings settings;
        settings.temperature = temperature;
        SamplerState state;
        const Sampler sampler(settings, 10);
        std::vector<StageReport> reports;
        for (int index = 0; index < 200; ++index) {
            const auto draw = sampler.draw(logits, {}, state, 20, &reports);
            QVERIFY(draw);
            QVERIFY(draw->id < 10);
            QCOMPARE(draw->top.size(), std::size_t(10));
        }
        for (const StageReport& report : reports) {
            for (const auto& entry : report.left) {
                QVERIFY(entry.first < 10);
            }
        }
    }
    logits[50] = std::numeric_limits<float>::quiet_NaN();
    logits[51] = std::numeric_limits<float>::infinity();
    SamplerState state;
    const auto draw = Sampler(SamplerSettings(), 10).draw(logits, {}, state);
    QVERIFY(draw);
    QVERIFY(std::isfinite(draw->logprob));
}

void TestSampler::logprobsAreThoseOfTheWholeSoftmax() {
    const auto logits = randomLogits(6, 51200);
    double sum = 0;
    for (const float logit : logits) {
        sum += std::exp(double(logit));
    }
    SamplerSettings settings;
    settings.topK = 10; // must not show in the model's own log-probability
    SamplerState state;
    const Sampler sampler(settings, 50295);
    for (int index = 0; index < 20; ++index) {
        const auto draw = sampler.draw(logits, {}, state, 5);
        QVERIFY(draw);
        QVERIFY(std::abs(double(draw->logprob) - (double(logits[draw->id]) - std::log(sum))) <
                1e-5);
        for (const Candidate& candidate : draw->top) {
            QVERIFY(std::abs(double(candidate.logprob) -
                             (double(candidate.logit) - std::log(sum))) < 1e-5);
        }
    }
}

void TestSampler::alternativesAreTheMostLikelyOfTheModel() {
    auto logits = randomLogits(7, 5000);
    logits[10] = logits[4000] = 20;
    logits[11] = 21;
    SamplerSettings settings;
    settings.logitBias = {{11, -std::numeric_limits<float>::infinity()}};
    SamplerState state;
    const auto draw = Sampler(settings, 5000).draw(logits, {}, state, 3);
    QVERIFY(draw);
    QCOMPARE(draw->top.size(), std::size_t(3));
    QCOMPARE(draw->top[0].id, 11U);
    QCOMPARE(draw->top[1].id, 10U);
    QCOMPARE(draw->top[2].id, 4000U);
    QCOMPARE(draw->top[0].logit, 21.0F);
    QVERIFY(draw->id != 11);
}

void TestSampler::bansAreNeverDrawn() {
    const std::vector<float> logits = {10, 10, -80};
    SamplerSettings settings;
    settings.logitBias = {{0, -std::numeric_limits<float>::infinity()},
                          {1, -std::numeric_limits<float>::infinity()}};
    settings.temperature = 1.5F;
    settings.topK = 2;
    const Sampler sampler(settings, 3);
    SamplerState state;
    for (int index = 0; index < 200; ++index) {
        const auto draw = sampler.draw(logits, {}, state);
        QVERIFY(draw);
        QCOMPARE(draw->id, 2U);
        QCOMPARE(draw->chainProbability, 1.0F);
    }
}

void TestSampler::banningEverythingIsAnError() {
    SamplerSettings settings;
    settings.logitBias = {{0, -std::numeric_limits<float>::infinity()}};
    SamplerState state;
    const std::vector<float> logits = {1};
    const auto draw = Sampler(settings, 1).draw(logits, {}, state);
    QVERIFY(!draw);
    QCOMPARE(draw.error().code, ErrorCode::BadArgument);
}

void TestSampler::notFiniteLogitsAreAnError() {
    for (const std::size_t at : {std::size_t(0), std::size_t(4999), std::size_t(2500)}) {
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN(),
              std::numeric_limits<float>::infinity()}) {
            auto logits = randomLogits(8, 5000);
            logits[at] = bad;
            SamplerState state;
            const auto draw = Sampler(SamplerSettings(), 5000).draw(logits, {}, state);
            QVERIFY(!draw);
            QCOMPARE(draw.error().code, ErrorCode::NotFinite);
        }
    }
    const std::vector<float> none(10, -std::numeric_limits<float>::infinity());
    SamplerState state;
    const auto draw = Sampler(SamplerSettings(), 10).draw(none, {}, state);
    QVERIFY(!draw);
    QCOMPARE(draw.error().code, ErrorCode::NotFinite);
}

void TestSampler::minusInfinityIsAllowed() {
    std::vector<float> logits(1000, -std::numeric_limits<float>::infinity());
    logits[600] = 3;
    SamplerSettings settings;
    settings.typicalP = 0.5F;
    settings.topP = 0.9F;
    settings.topNSigma = 1;
    settings.minP = 0.01F;
    settings.xtcProbability = 1;
    SamplerState state;
    std::vector<StageReport> reports;
    const auto draw = Sampler(settings, 1000).draw(logits, {}, state, 2, &reports);
    QVERIFY(draw);
    QCOMPARE(draw->id, 600U);
    QCOMPARE(draw->logprob, 0.0F);
    QCOMPARE(reports.size(), std::size_t(5));
}

void TestSampler::wrongSizesAreAnError() {
    const auto logits = randomLogits(9, 100);
    SamplerState state;
    for (const std::uint32_t vocabulary : {0U, 101U}) {
        const auto draw = Sampler(SamplerSettings(), vocabulary).draw(logits, {}, state);
        QVERIFY(!draw);
        QCOMPARE(draw.error().code, ErrorCode::BadArgument);
    }
}

void TestSampler::badSettingsAreAnError() {
    SamplerSettings settings;
    settings.temperature = -1;
    SamplerState state;
    const auto draw = Sampler(settings, 10).draw(randomLogits(9, 10), {}, state);
    QVERIFY(!draw);
    QCOMPARE(draw.error().code, ErrorCode::BadArgument);
}

void TestSampler::failedDrawsLeaveTheStateAlone() {
    SamplerSettings settings;
    settings.mirostat = true;
    SamplerState state{7, 3.5F};
    const std::vector<float> logits = {1, NAN};
    QVERIFY(!Sampler(settings, 2).draw(logits, {}, state));
    QCOMPARE(state.drawn, std::uint64_t(7));
    QCOMPARE(state.mirostatMu, 3.5F);
}

void TestSampler::mirostatSteersTheSurprise() {
    auto logits = randomLogits(10, 5000);
    for (float& logit : logits) {
        logit /= 3; // flat enough: its entropy is above every tau
    }
    for (const float tau : {2.0F, 4.0F, 7.0F}) {
        SamplerSettings settings;
        settings.mirostat = true;
        settings.mirostatTau = tau;
        SamplerState state;
        const Sampler sampler(settings, 5000);
        double surprise = 0;
        constexpr int kDraws = 2000;
        for (int index = 0; index < kDraws; ++index) {
            const auto draw = sampler.draw(logits, {}, state);
            QVERIFY(draw);
            surprise -= std::log2(double(draw->chainProbability));
        }
        QVERIFY2(std::abs(surprise / kDraws - double(tau)) < 0.25,
                 qPrintable(QString::number(surprise / kDraws)));
    }
}

void TestSampler::mirostatFollowsItsFormula() {
    const std::vector<float> logits = {std::log(0.5F), std::log(0.25F), std::log(0.125F),
                                       std::log(0.125F)};
    SamplerSettings settings;
    settings.mirostat = true;
    settings.mirostatTau = 1.25F; // mu starts at 2.5: surprises 1 and 2 stay, 3 goes
    settings.mirostatEta = 0.5F;
    SamplerState state;
    std::vector<StageReport> reports;
    const auto draw = Sampler(settings, 4).draw(logits, {}, state, 0, &reports);
    QVERIFY(draw);
    QCOMPARE(reports.back().kind, StageKind::MirostatV2);
    QCOMPARE(reports.back().left.size(), std::size_t(2));
    const float probability = draw->id == 0 ? 2.0F / 3 : 1.0F / 3;
    QVERIFY(std::abs(draw->chainProbability - probability) < 1e-6F);
    const float expected = 2.5F - 0.5F * (-std::log2(probability) - 1.25F);
    QVERIFY(std::abs(state.mirostatMu - expected) < 1e-5F);
    // However low mu has fallen, the best stays.
    SamplerState low{0, -4};
    QCOMPARE(Sampler(settings, 4).draw(logits, {}, low)->id, 0U);
}

void TestSampler::mirostatReplacesTheTruncatingStages() {
    const auto logits = randomLogits(11, 500);
    SamplerSettings plain;
    plain.mirostat = true;
    plain.temperature = 0.8F;
    SamplerSettings crowded = plain;
    crowded.topK = 1;
    crowded.topP = 0.1F;
    crowded.minP = 0.9F;
    crowded.order.push_back(StageKind::MirostatV2);
    SamplerState first;
    SamplerState second;
    QCOMPARE(drawMany(Sampler(crowded, 500), logits, 50, first),
             drawMany(Sampler(plain, 500), logits, 50, second));
}

void TestSampler::reportsDoNotChangeTheDraw() {
    const auto logits = randomLogits(12, 3000);
    SamplerSettings settings;
    settings.topK = 100;
    settings.topP = 0.9F;
    for (const float temperature : {0.0F, 0.8F}) {
        settings.temperature = temperature;
        SamplerState with;
        SamplerState without;
        const Sampler sampler(settings, 3000);
        for (int index = 0; index < 50; ++index) {
            std::vector<StageReport> reports;
            const auto a = sampler.draw(logits, {}, with, 0, &reports);
            const auto b = sampler.draw(logits, {}, without);
            QVERIFY(a && b);
            QCOMPARE(a->id, b->id);
            QCOMPARE(a->chainProbability, b->chainProbability);
            QCOMPARE(reports.size(), std::size_t(temperature == 0 ? 4 : 3));
        }
    }
}

QTEST_APPLESS_MAIN(TestSampler)
#include "test_sampler.moc"
