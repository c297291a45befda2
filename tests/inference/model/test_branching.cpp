// SPDX-License-Identifier: MIT
#include <QtTest>

#include <cmath>

#include "counting_backend.h"
#include "inference/model/generator.h"
#include "model_on.h"
#include "random_deeds.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr std::size_t kText = 1000;

ModelShape longShape() {
    ModelShape shape = tinyShape();
    shape.context = 2048;
    return shape;
}

} // namespace

class TestBranching : public QObject {
    Q_OBJECT

private slots:
    void aBranchStartsWithinTwoStepsAndTakesNewPagesOnly_data() { addDeviceRows(); }
    void aBranchStartsWithinTwoStepsAndTakesNewPagesOnly() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(auto real, createBackend(device.toStdString(), 2));
        StepCounts counts;
        REQUIRE_VALUE(const auto model,
                      Model::load(std::make_shared<MemoryCheckpoint>(longShape()),
                                  std::make_unique<CountingBackend>(std::move(real), counts)));
        PrefixCache cache(*model, 4);
        GenerationRequest request;
        request.prompt = someTokens(kText);
        request.maxTokens = 1;
        QVERIFY(generate(*model, cache, request).has_value());

        for (const std::size_t place : {999, 777, 512, 480, 33, 1}) {
            GenerationRequest branch = request;
            branch.prompt.resize(place);
            branch.prompt.push_back(
                static_cast<TokenId>((request.prompt[place] + 1 + place) % 256));
            branch.maxTokens = 8;
            branch.sampler.logitBias = {{MemoryCheckpoint::kEndOfText, -1000.0F}};
            const StepCounts before = counts;
            const std::uint32_t pages = pagesInUse(*model);
            std::uint64_t stepsToFirst = 0;
            REQUIRE_VALUE(
                const auto done,
                generate(*model, cache, branch, nullptr, [&](const GenerationEvent& event) {
                    if (event.token != nullptr && stepsToFirst == 0) {
                        stepsToFirst = counts.steps - before.steps;
                    }
                }));
            QVERIFY2(stepsToFirst <= 2, qPrintable(QString::number(stepsToFirst)));
            QCOMPARE(done.timings.reusedTokens, static_cast<std::uint32_t>(place));
            // One row for the new token of the prompt, one for each drawn but the last.
            QCOMPARE(counts.rows - before.rows, std::uint64_t{8});
            const auto end = place + 8;
            const auto fresh = static_cast<std::uint32_t>(pagesFor(end) - place / kPageTokens);
            QVERIFY(pagesInUse(*model) <= pages + fresh);
            QVERIFY(counts.copiedPages - before.copiedPages <= 1);
        }
    }

    void aBranchIsWhatTheWholeTextWouldBe() {
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu:obvious", std::make_shared<MemoryCheckpoint>(longShape())));
        PrefixCache cache(*model, 4);
        GenerationRequest request;
        request.prompt = someTokens(90);
        request.maxTokens = 20;
        request.sampler.seed = 3;
        QVERIFY(generate(*model, cache, request).has_value());
        request.prompt.resize(50);
        request.prompt.back() ^= 1U;
        REQUIRE_VALUE(const auto branch, generate(*model, cache, request));
        cache.clear();
        REQUIRE_VALUE(const auto fresh, generate(*model, cache, request));
        QCOMPARE(branch.timings.reusedTokens, 49U);
        QCOMPARE(fresh.timings.reusedTokens, 0U);
        QCOMPARE(branch.tokens.size(), fresh.tokens.size());
        for (std::size_t i = 0; i < branch.tokens.size(); ++i) {
            QCOMPARE(branch.tokens[i].id, fresh.tokens[i].id);
            QCOMPARE(branch.tokens[i].logprob, fresh.tokens[i].logprob);
        }
    }

    void detailsAreThoseOfTheWholeDistribution_data() { addDeviceRows(); }
    void detailsAreThoseOfTheWholeDistribution() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        PrefixCache cache(*model, 2);
        GenerationRequest request;
        request.prompt = someTokens(20);
        request.maxTokens = 12;
        request.alternatives = 5;
        request.sampler.topK = 9;
        request.sampler.seed = 21;
        REQUIRE_VALUE(const auto done, generate(*model, cache, request));
        QVERIFY(!done.tokens.empty());
        std::vector<TokenId> history = request.prompt;
        for (const GeneratedToken& token : done.tokens) {
            Sequence sequence(*model);
            REQUIRE_VALUE(const auto logits, sequence.extend(history));
            double total = 0;
            for (const float logit : logits) {
                total += std::exp(double{logit});
            }
            double entropy = 0;
            std::uint32_t rank = 0;
            for (std::size_t id = 0; id < logits.size(); ++id) {
                const double p = std::exp(double{logits[id]}) / total;
                entropy -= p * std::log(p);
                rank += id < MemoryCheckpoint::kTokens && logits[id] > logits[token.id] ? 1 : 0;
            }
            QCOMPARE(token.rank, rank);
            QVERIFY(std::abs(double{token.entropy} - entropy) < 1e-3);
            QVERIFY(std::abs(double{token.logprob} -
                             std::log(std::exp(double{logits[token.id]}) / total)) < 1e-3);
            QCOMPARE(token.alternatives.size(), std::size_t{5});
            if (token.rank < 5) {
                QCOMPARE(token.alternatives[token.rank].id, token.id);
            }
            // Of nine that are left none is less likely than under the model.
            QVERIFY(token.chainProbability >= std::exp(token.logprob) &&
                    token.chainProbability <= 1);
            history.push_back(token.id);
        }
    }
};

QTEST_GUILESS_MAIN(TestBranching)
#include "test_branching.moc"
