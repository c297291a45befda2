// SPDX-License-Identifier: MIT
#include <cmath>
#include <map>
#include <random>

#include <QTest>

#include "engine/next_distribution.h"
#include "engine/sampler_settings.h"
#include "inference/sample/sampler.h"
#include "obvious_chain.h"

using namespace phidelity;

namespace {

constexpr int kVocabulary = 300;

/// As a model gives them: a few likely tokens, a long tail, some padding behind the vocabulary.
std::shared_ptr<NextTokenLogits> randomNext(std::uint32_t seed, int vocabulary = kVocabulary) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 2.5F);
    auto next = std::make_shared<NextTokenLogits>();
    auto texts = std::make_shared<TokenTexts>();
    for (int id = 0; id < vocabulary; ++id) {
        next->logits.push_back(normal(random));
        texts->labels.append(QStringLiteral("<%1>").arg(id));
        texts->bytes.append(id % 50 == 7 ? QByteArray("a:\n") : QByteArray("w"));
    }
    next->logits.push_back(-3.0F);
    for (int i = 0; i < 120; ++i) {
        next->history.push_back(static_cast<quint32>(random() % 12));
    }
    next->texts = std::move(texts);
    return next;
}

/// Every stage has something to do.
GenerationSettings everything() {
    GenerationSettings settings;
    settings.temperature = 0.8;
    settings.topK = 60;
    settings.topP = 0.95;
    settings.minP = 0.01;
    settings.typicalP = 0.97;
    settings.topNSigma = 3;
    settings.xtcProbability = 1;
    settings.xtcThreshold = 0.1;
    settings.repeatPenalty = 1.2;
    settings.frequencyPenalty = 0.1;
    settings.presencePenalty = 0.2;
    settings.dryMultiplier = 0.8;
    settings.logitBias = {{3, 2.0F}, {9, -std::numeric_limits<float>::infinity()}};
    return settings;
}

QStringList namesOf(std::initializer_list<StageKind> kinds) {
    QStringList names;
    for (const StageKind kind : kinds) {
        names.append(QString::fromStdString(std::string(stageName(kind))));
    }
    return names;
}

QStringList llamaOrder() {
    return namesOf({StageKind::LogitBias, StageKind::Penalties, StageKind::Dry,
                    StageKind::TopNSigma, StageKind::TopK, StageKind::Typical, StageKind::TopP,
                    StageKind::MinP, StageKind::Xtc, StageKind::Temperature});
}

QStringList huggingFaceOrder() {
    return namesOf({StageKind::LogitBias, StageKind::Penalties, StageKind::Dry,
                    StageKind::Temperature, StageKind::TopK, StageKind::TopP, StageKind::MinP,
                    StageKind::Typical, StageKind::TopNSigma, StageKind::Xtc});
}

std::vector<bool> breakersOf(const NextTokenLogits& next) {
    std::vector<bool> breakers;
    for (const QByteArray& bytes : next.texts->bytes) {
        breakers.push_back(bytes.contains(':'));
    }
    return breakers;
}

/// A stage by its definition; a banned token is gone.
test::Entries obviousLeft(StageKind kind, const SamplerSettings& sampler, test::Entries entries,
                          const NextTokenLogits& next) {
    entries =
        test::obviousStage(kind, sampler, std::move(entries), next.history, breakersOf(next), 0);
    std::erase_if(entries, [](const test::Entry& entry) { return std::isinf(entry.logit); });
    return entries;
}

/// What the settings' chain leaves by the definitions.
std::map<TokenId, double> obviousEnd(const NextTokenLogits& next,
                                     const GenerationSettings& settings) {
    const SamplerSettings sampler = toSamplerSettings(settings, 0).value();
    test::Entries entries;
    for (TokenId id = 0; id < static_cast<TokenId>(next.texts->labels.size()); ++id) {
        entries.push_back({id, double{next.logits[id]}});
    }
    for (const StageKind kind : sampler.order) {
        entries = obviousLeft(kind, sampler, std::move(entries), next);
    }
    return test::probabilities(entries);
}

/// Chi-square of draws against probabilities; those expected fewer than 5 times together.
struct ChiSquare {
    double value = 0;
    int degrees = -1;
};
ChiSquare chiSquare(const std::map<TokenId, int>& counts, const StageDistribution& shown,
                    int draws) {
    ChiSquare result;
    double rare = 0;
    int rareSeen = draws;
    const auto add = [&](double expected, int seen) {
        result.value += (seen - expected) * (seen - expected) / expected;
        ++result.degrees;
    };
    for (const ShownToken& token : shown.top) {
        const double expected = token.probability * draws;
        const auto found = counts.find(token.id);
        const int seen = found == counts.end() ? 0 : found->second;
        if (expected >= 5) {
            add(expected, seen);
            rareSeen -= seen;
        } else {
            rare += expected;
        }
    }
    if (rare >= 1) {
        add(rare, rareSeen);
    } else if (rareSeen > 20) {
        result.value = 1e9; // tokens that were not to come
    }
    return result;
}

} // namespace

class NextDistributionTest : public QObject {
    Q_OBJECT

private slots:
    void everyStageShowsWhatItsDefinitionSays_data();
    void everyStageShowsWhatItsDefinitionSays();
    void xtcShowsTheMeanOfBothOutcomes();
    void tenThousandDrawsAgreeWithWhatIsShown_data();
    void tenThousandDrawsAgreeWithWhatIsShown();
    void itIsToldWhichStageRemovedAToken();
    void selectingStagesAreShown();
    void whatIsShownIsBounded();
    void wrongSettingsAreToldAsASentence();
    void nothingIsShownOfNothing();
};

void NextDistributionTest::everyStageShowsWhatItsDefinitionSays_data() {
    QTest::addColumn<GenerationSettings>("settings");
    GenerationSettings off;
    off.temperature = 1;
    off.topK = 0;
    off.topP = 1;
    off.minP = 0;
    const auto row = [&](const char* name, const std::function<void(GenerationSettings&)>& change) {
        GenerationSettings settings = off;
        change(settings);
        QTest::newRow(name) << settings;
    };
    row("temperature", [](auto& s) { s.temperature = 0.6; });
    row("top k", [](auto& s) { s.topK = 7; });
    row("top p", [](auto& s) { s.topP = 0.8; });
    row("min p", [](auto& s) { s.minP = 0.1; });
    row("typical", [](auto& s) { s.typicalP = 0.7; });
    row("top n sigma", [](auto& s) { s.topNSigma = 1.5; });
    row("xtc", [](auto& s) {
        s.xtcProbability = 1;
        s.xtcThreshold = 0.03;
    });
    row("penalties", [](auto& s) {
        s.repeatPenalty = 1.3;
        s.frequencyPenalty = 0.2;
        s.presencePenalty = 0.1;
    });
    row("dry", [](auto& s) {
        s.dryMultiplier = 1;
        s.dryAllowedLength = 1;
    });
    row("bias", [](auto& s) { s.logitBias = {{5, 3.0F}, {6, -100.0F}}; });
    for (const bool llama : {true, false}) {
        GenerationSettings settings = everything();
        settings.stageOrder = llama ? llamaOrder() : huggingFaceOrder();
        QTest::newRow(llama ? "all, as llama.cpp orders them" : "all, as Hugging Face orders them")
            << settings;
    }
}

void NextDistributionTest::everyStageShowsWhatItsDefinitionSays() {
    QFETCH(GenerationSettings, settings);
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const auto next = randomNext(seed);
        NextDistribution distribution;
        distribution.set(next);
        const StageDistributions found = distribution.evaluate(settings, kVocabulary);
        QVERIFY2(found.problem.isEmpty(), qPrintable(found.problem));
        QVERIFY(found.stages.size() >= 2);

        const SamplerSettings sampler = toSamplerSettings(settings, 0).value();
        test::Entries entries;
        double total = std::exp(double{next->logits.back()});
        for (TokenId id = 0; id < kVocabulary; ++id) {
            entries.push_back({id, double{next->logits[id]}});
            total += std::exp(double{next->logits[id]});
        }
        // The model's own, of which padding has a part.
        QCOMPARE(found.stages[0].stage, QStringLiteral("model"));
        QCOMPARE(found.stages[0].left, kVocabulary);
        for (const ShownToken& token : found.stages[0].top) {
            const double expected = std::exp(double{next->logits[token.id]}) / total;
            QVERIFY(std::abs(token.probability - expected) < 1e-6);
            QCOMPARE(token.text, QStringLiteral("<%1>").arg(token.id));
        }
        for (qsizetype index = 1; index < found.stages.size(); ++index) {
            const StageDistribution& stage = found.stages[index];
            const auto kind = stageFromName(stage.stage.toStdString());
            QVERIFY(kind.has_value());
            entries = obviousLeft(*kind, sampler, std::move(entries), *next);
            const auto expected = test::probabilities(entries);
            // Rounding may put a token of the far tail on either side of a cut.
            const auto left =
                std::ranges::count_if(expected, [](const auto& entry) { return entry.second > 0; });
            QVERIFY2(
                std::abs(stage.left - static_cast<int>(left)) <= 1,
                qPrintable(
                    QStringLiteral("%1: %2, not %3").arg(stage.stage).arg(stage.left).arg(left)));
            double covered = 0;
            double before = 2;
            for (const ShownToken& token : stage.top) {
                const double wanted = expected.contains(token.id) ? expected.at(token.id) : 0;
                QVERIFY2(std::abs(token.probability - wanted) < 2e-5, qPrintable(stage.stage));
                QVERIFY(token.probability <= before);
                before = token.probability;
                covered += wanted;
            }
            QVERIFY2(covered > 1 - 1e-5, qPrintable(stage.stage));
        }
    }
}

void NextDistributionTest::xtcShowsTheMeanOfBothOutcomes() {
    for (const bool llama : {true, false}) {
        const auto next = randomNext(31);
        GenerationSettings settings = everything();
        settings.stageOrder = llama ? llamaOrder() : huggingFaceOrder();
        settings.xtcThreshold = 0.02;
        NextDistribution distribution;
        distribution.set(next);
        settings.xtcProbability = 1;
        const auto struck = obviousEnd(*next, settings);
        settings.xtcProbability = 0;
        const QStringList order = settings.stageOrder;
        settings.stageOrder.removeAll(QStringLiteral("xtc"));
        const auto spared = obviousEnd(*next, settings);
        settings.stageOrder = order;
        QVERIFY2(struck.size() < spared.size(),
                 qPrintable(QStringLiteral("%1 and %2").arg(struck.size()).arg(spared.size())));
        settings.xtcProbability = 0.3;
        const StageDistributions found = distribution.evaluate(settings, kVocabulary);
        double sum = 0;
        for (const ShownToken& token : found.stages.last().top) {
            const auto of = [&](const std::map<TokenId, double>& all) {
                return all.contains(token.id) ? all.at(token.id) : 0.0;
            };
            QVERIFY(std::abs(token.probability - (0.3 * of(struck) + 0.7 * of(spared))) < 2e-5);
            sum += token.probability;
        }
        QVERIFY(std::abs(sum - 1) < 1e-5);
        // What XTC strikes by chance alone can still come.
        QVERIFY(found.tokens.first().removedBy != QStringLiteral("xtc"));
    }
}

void NextDistributionTest::tenThousandDrawsAgreeWithWhatIsShown_data() {
    QTest::addColumn<GenerationSettings>("settings");
    GenerationSettings usual;
    QTest::newRow("as installed") << usual;
    GenerationSettings hot;
    hot.temperature = 1.6;
    hot.topK = 0;
    hot.topP = 1;
    hot.minP = 0;
    QTest::newRow("hot, nothing cut") << hot;
    for (const bool llama : {true, false}) {
        GenerationSettings settings = everything();
        settings.stageOrder = llama ? llamaOrder() : huggingFaceOrder();
        settings.xtcProbability = 0.5;
        QTest::newRow(llama ? "everything, llama.cpp" : "everything, Hugging Face") << settings;
    }
    GenerationSettings mirostat;
    mirostat.mirostat = true;
    mirostat.mirostatTau = 3;
    QTest::newRow("mirostat") << mirostat;
    GenerationSettings typical;
    typical.typicalP = 0.6;
    typical.topK = 0;
    QTest::newRow("typical") << typical;
    GenerationSettings greedy;
    greedy.temperature = 0;
    QTest::newRow("greedy") << greedy;
}

void NextDistributionTest::tenThousandDrawsAgreeWithWhatIsShown() {
    QFETCH(GenerationSettings, settings);
    constexpr int kDraws = 10'000;
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        const auto next = randomNext(100 + seed);
        NextDistribution distribution;
        distribution.set(next);
        const StageDistributions shown = distribution.evaluate(settings, kVocabulary);
        const Sampler sampler(toSamplerSettings(settings, seed).value(), kVocabulary,
                              breakersOf(*next));
        std::map<TokenId, int> counts;
        for (int i = 0; i < kDraws; ++i) {
            SamplerState state;
            state.drawn = static_cast<std::uint64_t>(i);
            const auto draw = sampler.draw(next->logits, next->history, state);
            QVERIFY(draw.has_value());
            ++counts[draw->id];
        }
        const ChiSquare chi = chiSquare(counts, shown.stages.last(), kDraws);
        // Wilson and Hilferty's approximation; beyond 3.7 deviations comes once in 10,000 times.
        const double degrees = std::max(1, chi.degrees);
        const double deviations = (std::cbrt(chi.value / degrees) - (1 - 2 / (9 * degrees))) /
                                  std::sqrt(2 / (9 * degrees));
        QVERIFY2(
            chi.degrees == 0 ? chi.value < 1e-6 : deviations < 3.7,
            qPrintable(
                QStringLiteral("chi square %1 of %2 degrees").arg(chi.value).arg(chi.degrees)));
    }
}

void NextDistributionTest::itIsToldWhichStageRemovedAToken() {
    const auto next = randomNext(5);
    // 0 is the most likely, then 1, 2, 3 ...; each half as likely as the one before.
    for (int id = 0; id < kVocabulary; ++id) {
        next->logits[static_cast<std::size_t>(id)] = -0.7F * static_cast<float>(id);
    }
    GenerationSettings settings;
    settings.temperature = 1;
    settings.logitBias = {{1, -std::numeric_limits<float>::infinity()}};
    settings.topK = 6;   // of 0, 2 ... 6, 7 stay
    settings.topP = 0.9; // cuts the last of these
    settings.minP = 0.2;
    NextDistribution distribution;
    distribution.set(next);
    const StageDistributions found = distribution.evaluate(settings, 20);
    QCOMPARE(found.tokens.size(), 20);
    QCOMPARE(found.tokens[0].removedBy, QString());
    QVERIFY(found.tokens[0].after > found.tokens[0].before);
    QCOMPARE(found.tokens[1].removedBy, QStringLiteral("logit_bias"));
    QCOMPARE(found.tokens[1].after, 0.0);
    QCOMPARE(found.tokens[8].removedBy, QStringLiteral("top_k"));
    QCOMPARE(found.tokens[19].removedBy, QStringLiteral("top_k"));
    QCOMPARE(found.tokens[6].removedBy, QStringLiteral("top_p"));
    QCOMPARE(found.tokens[3].removedBy, QStringLiteral("min_p"));
    for (const TokenFate& fate : found.tokens) {
        QCOMPARE(fate.perStage.size(), found.stages.size());
        QCOMPARE(fate.perStage.first(), fate.before);
        QCOMPARE(fate.perStage.last(), fate.after);
        QCOMPARE(fate.after == 0, !fate.removedBy.isEmpty());
    }
}

void NextDistributionTest::selectingStagesAreShown() {
    NextDistribution distribution;
    distribution.set(randomNext(6));
    GenerationSettings settings;
    settings.temperature = 0;
    StageDistributions found = distribution.evaluate(settings);
    QCOMPARE(found.stages.last().left, 1);
    QCOMPARE(found.stages.last().top.first().probability, 1.0);
    settings = {};
    settings.mirostat = true;
    settings.mirostatTau = 2;
    found = distribution.evaluate(settings);
    QCOMPARE(found.stages.last().stage,
             QString::fromStdString(std::string(stageName(StageKind::MirostatV2))));
    QVERIFY(found.stages.last().left < kVocabulary);
}

void NextDistributionTest::whatIsShownIsBounded() {
    NextDistribution distribution;
    distribution.set(randomNext(7));
    GenerationSettings settings = everything();
    settings.xtcProbability = 0.5;
    const StageDistributions found = distribution.evaluate(settings, 5);
    const StageDistributions all = distribution.evaluate(settings, kVocabulary);
    QCOMPARE(found.tokens.size(), 5);
    for (qsizetype i = 0; i < found.stages.size(); ++i) {
        QCOMPARE(found.stages[i].left, all.stages[i].left);
        QCOMPARE(found.stages[i].top.size(), qMin(5, found.stages[i].left));
        for (qsizetype j = 0; j < found.stages[i].top.size(); ++j) {
            QCOMPARE(found.stages[i].top[j].id, all.stages[i].top[j].id);
            QCOMPARE(found.stages[i].top[j].probability, all.stages[i].top[j].probability);
        }
    }
}

void NextDistributionTest::wrongSettingsAreToldAsASentence() {
    NextDistribution distribution;
    distribution.set(randomNext(8));
    GenerationSettings settings;
    settings.topP = 7;
    const QString problem = distribution.evaluate(settings).problem;
    QVERIFY2(problem.contains(QLatin1String("top-p")), qPrintable(problem));
    settings = {};
    for (quint32 id = 0; id < kVocabulary; ++id) {
        settings.logitBias.append({id, -std::numeric_limits<float>::infinity()});
    }
    const StageDistributions found = distribution.evaluate(settings);
    QVERIFY(!found.problem.isEmpty());
    QVERIFY(found.stages.isEmpty());
}

void NextDistributionTest::nothingIsShownOfNothing() {
    NextDistribution distribution;
    QVERIFY(!distribution.isSet());
    QVERIFY(distribution.evaluate({}).stages.isEmpty());
    distribution.set(randomNext(9));
    QVERIFY(distribution.isSet());
    distribution.set(nullptr);
    QVERIFY(!distribution.isSet());
}

QTEST_APPLESS_MAIN(NextDistributionTest)
#include "next_distribution_test.moc"
