// SPDX-License-Identifier: MIT
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "inference/sample/candidates.h"
#include "inference/sample/dry.h"
#include "inference/sample/exp_sum.h"
#include "inference/sample/sampler.h"
#include "obvious_chain.h"

using namespace phidelity;

namespace {

std::vector<float> randomLogits(std::mt19937_64& random, std::size_t count) {
    std::normal_distribution<float> spread(-3.0F, 3.0F);
    std::vector<float> logits(count);
    for (float& logit : logits) {
        logit = spread(random);
    }
    // A few that stand out, as in a real distribution.
    for (int index = 0; index < 5; ++index) {
        logits[random() % count] += 8.0F;
    }
    return logits;
}

std::vector<TokenId> randomHistory(std::mt19937_64& random, std::size_t count, TokenId below) {
    std::vector<TokenId> history(count);
    for (TokenId& id : history) {
        id = static_cast<TokenId>(random() % below);
    }
    return history;
}

} // namespace

/// Every stage against its twin in obvious_chain.cpp.
class TestSamplerStages : public QObject {
    Q_OBJECT

private slots:
    void everyStageAgreesWithItsTwin_data();
    void everyStageAgreesWithItsTwin();
    void randomChainsAgreeWithTheirTwins();
    void theOrderOfStagesMatters();
    void largestIndicesAreThoseOfAFullSort();
    void walkStopsWhereItIsTold();
    void repeatsAreThoseOfBruteForce();
    void repeatsStopAtBreakers();
    void penaltiesSeeOnlyTheirWindow();
    void xtcKeepsTheLeastProbableOfTheTops();
    void expIsExactEnough();

private:
    void compare(const SamplerSettings& settings, std::span<const float> logits,
                 std::span<const TokenId> history, const std::vector<bool>& breakers,
                 std::uint64_t drawn);
};

void TestSamplerStages::compare(const SamplerSettings& settings, std::span<const float> logits,
                                std::span<const TokenId> history, const std::vector<bool>& breakers,
                                std::uint64_t drawn) {
    const auto vocabulary = static_cast<std::uint32_t>(logits.size());
    const Sampler sampler(settings, vocabulary, breakers);
    SamplerState state;
    state.drawn = drawn;
    std::vector<StageReport> reports;
    const auto draw = sampler.draw(logits, history, state, 0, &reports);
    QVERIFY2(draw, draw ? "" : draw.error().detail.c_str());

    test::Entries entries;
    for (TokenId id = 0; id < vocabulary; ++id) {
        entries.push_back({id, double(logits[id])});
    }
    for (const StageReport& report : reports) {
        entries = test::obviousStage(report.kind, settings, entries, history, breakers, drawn);
        const auto expected = test::probabilities(entries);
        const QByteArray where(stageName(report.kind).data());
        // Where a share of the probability is cut, rounding may put a token of the far tail on
        // either side, so a difference must weigh nothing.
        double found = 0;
        float before = 2;
        for (const auto& [id, probability] : report.left) {
            const double wanted = expected.contains(id) ? expected.at(id) : 0.0;
            QVERIFY2(std::abs(wanted - double(probability)) < (wanted > 0 ? 2e-5 : 1e-6), where);
            found += wanted;
            QVERIFY2(probability <= before, where);
            before = probability;
        }
        const auto sizes = qsizetype(report.left.size()) - qsizetype(expected.size());
        QVERIFY2(found > 1 - 1e-6 && std::abs(sizes) <= 2, where);
    }
    if (!reports.empty()) {
        QVERIFY(std::abs(double(draw->chainProbability) -
                         test::probabilities(entries).at(draw->id)) < 2e-5);
    }
}

using Change = std::function<void(SamplerSettings&)>;
Q_DECLARE_METATYPE(Change)

void TestSamplerStages::everyStageAgreesWithItsTwin_data() {
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    row("logit bias", [](SamplerSettings& s) {
        s.logitBias = {{3, 9.5F}, {4, -4}, {99999999, 5}, {3, 1}};
    });
    row("repetition", [](SamplerSettings& s) { s.repeatPenalty = 1.3F; });
    row("frequency", [](SamplerSettings& s) { s.frequencyPenalty = 0.7F; });
    row("presence, whole context", [](SamplerSettings& s) {
        s.presencePenalty = 1.5F;
        s.penaltyWindow = -1;
    });
    row("dry", [](SamplerSettings& s) {
        s.dryMultiplier = 0.8F;
        s.dryAllowedLength = 1;
    });
    row("top-n-sigma", [](SamplerSettings& s) { s.topNSigma = 2.0F; });
    for (const int k : {1, 2, 40, 1000, 1000000}) {
        row(qPrintable(QString("top-k %1").arg(k)), [k](SamplerSettings& s) { s.topK = k; });
    }
    for (const float p : {0.0F, 0.3F, 0.95F, 0.9999F}) {
        row(qPrintable(QString("top-p %1").arg(double(p))),
            [p](SamplerSettings& s) { s.topP = p; });
        row(qPrintable(QString("typical %1").arg(double(p))),
            [p](SamplerSettings& s) { s.typicalP = p; });
    }
    for (const float p : {0.001F, 0.05F, 1.0F}) {
        row(qPrintable(QString("min-p %1").arg(double(p))),
            [p](SamplerSettings& s) { s.minP = p; });
    }
    row("xtc", [](SamplerSettings& s) {
        s.xtcProbability = 0.5F;
        s.xtcThreshold = 0.02F;
    });
    row("temperature up", [](SamplerSettings& s) { s.temperature = 1.7F; });
    row("temperature down", [](SamplerSettings& s) { s.temperature = 0.2F; });
}

void TestSamplerStages::everyStageAgreesWithItsTwin() {
    QFETCH(Change, change);
    SamplerSettings settings;
    change(settings);
    std::mt19937_64 random(21);
    for (const std::size_t count : {7, 300, 3000, 51200}) {
        const auto logits = randomLogits(random, count);
        const auto history = randomHistory(random, 200, 12);
        for (std::uint64_t drawn = 0; drawn < (count > 10000 ? 1 : 4); ++drawn) {
            compare(settings, logits, history, {false, true}, drawn);
        }
    }
}

void TestSamplerStages::randomChainsAgreeWithTheirTwins() {
    std::mt19937_64 random(22);
    const auto uniform = [&] { return float(random() % 10000) / 10000.0F; };
    for (int round = 0; round < 300; ++round) {
        SamplerSettings settings;
        std::shuffle(settings.order.begin(), settings.order.end(), random);
        settings.seed = random();
        const auto maybe = [&](auto change) {
            if (random() % 2 == 0) {
                change();
            }
        };
        maybe([&] { settings.logitBias = {{TokenId(random() % 400), uniform() * 10 - 5}}; });
        maybe([&] { settings.repeatPenalty = 1 + uniform(); });
        maybe([&] { settings.frequencyPenalty = uniform(); });
        maybe([&] { settings.dryMultiplier = uniform() + 0.1F; });
        maybe([&] { settings.topNSigma = 1 + 2 * uniform(); });
        maybe([&] { settings.topK = int(random() % 100) + 1; });
        maybe([&] { settings.typicalP = 0.2F + 0.79F * uniform(); });
        maybe([&] { settings.topP = 0.2F + 0.79F * uniform(); });
        maybe([&] { settings.minP = 0.1F * uniform(); });
        maybe([&] { settings.temperature = 0.3F + uniform(); });
        maybe([&] {
            settings.xtcProbability = uniform();
            settings.xtcThreshold = 0.2F * uniform();
        });
        const auto logits = randomLogits(random, 400);
        const auto history = randomHistory(random, 60, 5);
        compare(settings, logits, history, {false, false, true}, random() % 100);
        if (QTest::currentTestFailed()) {
            QFAIL(describe(settings).c_str());
        }
    }
}

void TestSamplerStages::theOrderOfStagesMatters() {
    // After cooling, the best token alone reaches 0.6; before, it takes two.
    const std::vector<float> logits = {std::log(0.5F), std::log(0.3F), std::log(0.2F)};
    SamplerSettings settings;
    settings.temperature = 0.5F;
    settings.topP = 0.6F;
    const auto left = [&](std::vector<StageKind> order) {
        settings.order = std::move(order);
        std::vector<StageReport> reports;
        SamplerState state;
        const auto draw = Sampler(settings, 3).draw(logits, {}, state, 0, &reports);
        return draw ? reports.back().left.size() : 0;
    };
    QCOMPARE(left({StageKind::TopP, StageKind::Temperature}), std::size_t(2));
    QCOMPARE(left({StageKind::Temperature, StageKind::TopP}), std::size_t(1));
}

void TestSamplerStages::largestIndicesAreThoseOfAFullSort() {
    std::mt19937_64 random(23);
    for (int round = 0; round < 400; ++round) {
        const std::size_t count = random() % 6000 + 1;
        const std::uint64_t values = round % 3 == 0 ? 10 : 100000; // many ties, or hardly any
        std::vector<float> keys(count);
        for (float& key : keys) {
            key = float(random() % values);
        }
        if (round % 5 == 0) {
            keys[random() % count] = -INFINITY;
        }
        std::vector<std::uint32_t> expected(count);
        for (std::uint32_t index = 0; index < count; ++index) {
            expected[index] = index;
        }
        std::stable_sort(expected.begin(), expected.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return keys[a] > keys[b]; });
        for (const std::size_t wanted : {std::size_t(0), std::size_t(1), std::size_t(5),
                                         std::size_t(40), count / 2, count, count + 7}) {
            auto some = expected;
            some.resize(std::min(wanted, count));
            QCOMPARE(largestIndices(keys, wanted), some);
        }
    }
}

void TestSamplerStages::walkStopsWhereItIsTold() {
    std::mt19937_64 random(24);
    const auto keys = randomLogits(random, 20000);
    for (const std::size_t wanted : {1, 63, 64, 65, 512, 513, 5000, 20000}) {
        std::size_t seen = 0;
        const auto walked = walkDescending(keys, [&](std::uint32_t) { return ++seen < wanted; });
        QCOMPARE(seen, wanted);
        QCOMPARE(walked, largestIndices(keys, wanted));
    }
}

void TestSamplerStages::repeatsAreThoseOfBruteForce() {
    std::mt19937_64 random(25);
    for (int round = 0; round < 1500; ++round) {
        const auto window = randomHistory(random, random() % 60, TokenId(random() % 4 + 1));
        const std::vector<bool> breakers = {false, false, random() % 2 == 0, false};
        for (const std::uint32_t least : {1U, 2U, 4U}) {
            std::vector<std::pair<TokenId, std::uint32_t>> expected;
            for (const auto& repeat : test::obviousRepeats(window, breakers)) {
                if (repeat.second >= least) {
                    expected.push_back(repeat);
                }
            }
            QCOMPARE(longestRepeats(window, breakers, least), expected);
        }
    }
}

void TestSamplerStages::repeatsStopAtBreakers() {
    using Repeats = std::vector<std::pair<TokenId, std::uint32_t>>;
    const std::vector<TokenId> window = {1, 2, 3, 4, 9, 1, 2, 3};
    QCOMPARE(longestRepeats(window, {}, 2), (Repeats{{4, 3}}));
    std::vector<bool> breakers(10);
    breakers[2] = true; // only the 3 after it still counts
    QCOMPARE(longestRepeats(window, breakers, 2), Repeats());
    QCOMPARE(longestRepeats(window, breakers, 1), (Repeats{{4, 1}}));
    breakers[2] = false;
    breakers[4] = true; // what would follow is a breaker: never held back
    QCOMPARE(longestRepeats(window, breakers, 2), Repeats());
}

void TestSamplerStages::penaltiesSeeOnlyTheirWindow() {
    const std::vector<float> logits = {1, 1, 1, 1};
    const std::vector<TokenId> history = {0, 1, 2, 2, 77};
    SamplerSettings settings;
    settings.presencePenalty = 1;
    const auto penalized = [&](std::int32_t window) {
        settings.penaltyWindow = window;
        std::vector<StageReport> reports;
        SamplerState state;
        (void)Sampler(settings, 4).draw(logits, history, state, 0, &reports);
        std::vector<TokenId> ids;
        if (!reports.empty()) {
            for (const auto& [id, probability] : reports[0].left) {
                if (probability < reports[0].left[0].second) {
                    ids.push_back(id);
                }
            }
        }
        return ids;
    };
    using Ids = std::vector<TokenId>;
    QCOMPARE(penalized(0), Ids());
    QCOMPARE(penalized(1), Ids());
    QCOMPARE(penalized(3), Ids({2}));
    QCOMPARE(penalized(4), Ids({1, 2}));
    QCOMPARE(penalized(-1), Ids({0, 1, 2}));
}

void TestSamplerStages::xtcKeepsTheLeastProbableOfTheTops() {
    const std::vector<float> logits = {std::log(0.4F), std::log(0.05F), std::log(0.2F),
                                       std::log(0.2F), std::log(0.15F)};
    SamplerSettings settings;
    settings.xtcProbability = 1;
    const auto left = [&](float threshold) {
        settings.xtcThreshold = threshold;
        std::vector<StageReport> reports;
        SamplerState state;
        (void)Sampler(settings, 5).draw(logits, {}, state, 0, &reports);
        std::vector<TokenId> ids;
        for (const auto& entry : reports.at(0).left) {
            ids.push_back(entry.first);
        }
        return ids;
    };
    using Ids = std::vector<TokenId>;
    QCOMPARE(left(0.1F), Ids({4, 1}));
    QCOMPARE(left(0.18F), Ids({3, 4, 1})); // of equal ones that with the higher id stays
    QCOMPARE(left(0.3F), Ids({0, 2, 3, 4, 1}));
    QCOMPARE(left(0.0F), Ids({1}));
}

void TestSamplerStages::expIsExactEnough() {
    double worst = 0;
    for (float x = 0; x > -87; x -= 0.00131F) {
        const double exact = std::exp(double(x));
        worst = std::max(worst, std::abs(double(expOfNegative(x)) - exact) / exact);
    }
    QVERIFY2(worst < 3e-7, qPrintable(QString::number(worst)));
    QCOMPARE(expOfNegative(0), 1.0F);
    QCOMPARE(expOfNegative(-87.5F), 0.0F);
    QCOMPARE(expOfNegative(-INFINITY), 0.0F);
    QCOMPARE(expOfNegative(INFINITY), 0.0F);
    QCOMPARE(expOfNegative(NAN), 0.0F);
}

QTEST_APPLESS_MAIN(TestSamplerStages)
#include "test_sampler_stages.moc"
