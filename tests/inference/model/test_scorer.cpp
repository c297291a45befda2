// SPDX-License-Identifier: MIT
#include <QtTest>

#include <cmath>

#include "counting_backend.h"
#include "inference/model/scorer.h"
#include "model_on.h"
#include "random_deeds.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

struct Heard {
    std::vector<TokenScore> scores;
    std::vector<std::size_t> pieces;
    bool inOrder = true;
};

Result<std::size_t> scoreInto(Heard& heard, Model& model, PrefixCache& cache,
                              std::span<const TokenId> tokens, const ScoreWish& wish = {},
                              const StopFlag* stop = nullptr) {
    return scoreTokens(model, cache, tokens, wish, stop,
                       [&](std::size_t from, std::span<const TokenScore> scores) {
                           heard.inOrder = heard.inOrder && from == wish.from + heard.scores.size();
                           heard.pieces.push_back(scores.size());
                           heard.scores.insert(heard.scores.end(), scores.begin(), scores.end());
                       });
}

/// By the obvious way: everything in front of a token run anew, double precision.
struct Obvious {
    double logprob = 0;
    double entropy = 0;
    std::int32_t rank = 0;
};
Result<Obvious> obviousScore(Model& model, std::span<const TokenId> before, TokenId token) {
    Sequence sequence(model);
    PHIDELITY_TRY(const auto logits, sequence.extend(before));
    double total = 0;
    for (const float logit : logits) {
        total += std::exp(double{logit});
    }
    Obvious score;
    for (std::size_t id = 0; id < logits.size(); ++id) {
        const double p = std::exp(double{logits[id]}) / total;
        score.entropy -= p * std::log(p);
        score.rank += id < MemoryCheckpoint::kTokens && logits[id] > logits[token] ? 1 : 0;
    }
    score.logprob = double{logits[token]} - std::log(total);
    return score;
}

bool agree(const TokenScore& found, const Obvious& expected) {
    return std::abs(double{found.logprob} - expected.logprob) < 2e-3 &&
           std::abs(double{found.entropy} - expected.entropy) < 2e-3;
}

} // namespace

class TestScorer : public QObject {
    Q_OBJECT

private slots:
    void everyTokenIsScoredAsTheObviousWayDoes_data() { addDeviceRows(); }
    void everyTokenIsScoredAsTheObviousWayDoes() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        PrefixCache cache(*model, 2);
        const auto tokens = someTokens(150);
        Heard heard;
        REQUIRE_VALUE(const auto count, scoreInto(heard, *model, cache, tokens, {0, 20}));
        QCOMPARE(count, tokens.size());
        QCOMPARE(heard.scores.size(), tokens.size());
        QVERIFY(heard.inOrder);
        QVERIFY(heard.pieces.size() > 2);
        QVERIFY(std::isnan(heard.scores[0].logprob) && std::isnan(heard.scores[0].entropy));
        QCOMPARE(heard.scores[0].rank, -1);
        QCOMPARE(heard.scores[0].id, tokens[0]);
        int sameRank = 0;
        for (std::size_t i = 1; i < tokens.size(); i += 3) {
            REQUIRE_VALUE(const Obvious expected,
                          obviousScore(*model, std::span(tokens).first(i), tokens[i]));
            const TokenScore& found = heard.scores[i];
            QCOMPARE(found.id, tokens[i]);
            QVERIFY2(agree(found, expected), qPrintable(QString::number(i)));
            sameRank += found.rank == expected.rank ? 1 : 0;
            QCOMPARE(found.alternatives.size(), std::size_t{20});
            if (found.rank < 20) {
                QCOMPARE(found.alternatives[static_cast<std::size_t>(found.rank)].id, found.id);
                QCOMPARE(found.alternatives[static_cast<std::size_t>(found.rank)].logprob,
                         found.logprob);
            }
            for (std::size_t j = 1; j < found.alternatives.size(); ++j) {
                QVERIFY(found.alternatives[j].logprob <= found.alternatives[j - 1].logprob);
            }
        }
        // Ranks of near ties may change places where steps have another size.
        QVERIFY(sameRank >= 45);
    }

    void onlyWhatIsAskedForIsAnswered() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu:obvious"));
        PrefixCache cache(*model, 2);
        const auto tokens = someTokens(120);
        Heard all;
        QVERIFY(scoreInto(all, *model, cache, tokens).has_value());
        for (const std::size_t from : {1U, 2U, 63U, 64U, 65U, 119U}) {
            Heard heard;
            REQUIRE_VALUE(const auto count, scoreInto(heard, *model, cache, tokens, {from, 0}));
            QCOMPARE(count, tokens.size() - from);
            QVERIFY(heard.inOrder);
            for (std::size_t i = 0; i < heard.scores.size(); ++i) {
                QCOMPARE(heard.scores[i].id, tokens[from + i]);
                QCOMPARE(heard.scores[i].logprob, all.scores[from + i].logprob);
            }
        }
        Heard none;
        REQUIRE_VALUE(const auto count, scoreInto(none, *model, cache, tokens, {120, 0}));
        QCOMPARE(count, std::size_t{0});
        QVERIFY(none.scores.empty());
        Heard one;
        QVERIFY(scoreInto(one, *model, cache, std::span(tokens).first(1)).has_value());
        QCOMPARE(one.scores.size(), std::size_t{1});
    }

    void whatIsInFrontOfTheFirstComesFromTheCache() {
        REQUIRE_VALUE(auto real, createBackend("cpu", 2));
        StepCounts counts;
        REQUIRE_VALUE(const auto model,
                      Model::load(std::make_shared<MemoryCheckpoint>(tinyShape()),
                                  std::make_unique<CountingBackend>(std::move(real), counts)));
        PrefixCache cache(*model, 2);
        const auto tokens = someTokens(200);
        Heard heard;
        QVERIFY(scoreInto(heard, *model, cache, tokens).has_value());
        QCOMPARE(counts.rows, std::uint64_t{199}); // nothing follows the last one
        const std::uint64_t before = counts.rows;
        QVERIFY(scoreInto(heard, *model, cache, tokens, {190, 0}).has_value());
        QCOMPARE(counts.rows - before, std::uint64_t{10});
    }

    void aTextLongerThanTheContextIsReadInWindows() {
        ModelShape shape = tinyShape();
        shape.context = 64;
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu:obvious", std::make_shared<MemoryCheckpoint>(shape)));
        PrefixCache cache(*model, 2);
        const auto tokens = someTokens(230);
        Heard heard;
        REQUIRE_VALUE(const auto count, scoreInto(heard, *model, cache, tokens));
        QCOMPARE(count, tokens.size());
        QVERIFY(heard.inOrder);
        // Windows begin at 0, 32, 64, ...; a token is answered by the first that reaches it.
        for (std::size_t i = 1; i < tokens.size(); ++i) {
            const std::size_t window = i <= 64 ? 0 : (i - 64 + 31) / 32 * 32;
            REQUIRE_VALUE(
                const Obvious expected,
                obviousScore(*model, std::span(tokens).subspan(window, i - window), tokens[i]));
            QVERIFY2(agree(heard.scores[i], expected), qPrintable(QString::number(i)));
            QVERIFY(i - window >= std::min<std::size_t>(i, 32));
        }
    }

    void stopEndsBetweenPieces() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        const auto tokens = someTokens(250);
        StopFlag stop = false;
        std::size_t heard = 0;
        REQUIRE_VALUE(const auto count,
                      scoreTokens(*model, cache, tokens, {}, &stop,
                                  [&](std::size_t, std::span<const TokenScore> scores) {
                                      heard += scores.size();
                                      stop = heard > 1;
                                  }));
        QCOMPARE(count, heard);
        QVERIFY(heard > 1 && heard < 100);
    }

    void wrongTextsAreRefused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        Heard heard;
        REQUIRE_ERROR(scoreInto(heard, *model, cache, {}), ErrorCode::BadArgument);
        REQUIRE_ERROR(scoreInto(heard, *model, cache, std::vector<TokenId>{1, 99'999, 3}),
                      ErrorCode::BadArgument);
    }
};

QTEST_GUILESS_MAIN(TestScorer)
#include "test_scorer.moc"
