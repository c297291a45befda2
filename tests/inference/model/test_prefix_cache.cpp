// SPDX-License-Identifier: MIT
#include <QtTest>

#include "inference/relative_error.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

/// Computes `tokens` through the cache and gives the sequence back; says how many were reused.
Result<std::size_t> compute(PrefixCache& cache, std::span<const TokenId> tokens) {
    Sequence sequence = cache.take(tokens);
    const std::size_t reused = sequence.tokens().size();
    PHIDELITY_CHECK(sequence.extend(tokens.subspan(reused), LogitRows::None));
    cache.give(std::move(sequence));
    return reused;
}

} // namespace

class TestPrefixCache : public QObject {
    Q_OBJECT

private slots:
    void theLongestCommonPrefixIsReused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 4);
        const std::vector<TokenId> all = someTokens(90);
        std::vector<TokenId> branch(all.begin(), all.begin() + 50);
        branch.push_back(255);
        QVERIFY(compute(cache, branch).has_value());
        QVERIFY(compute(cache, someTokens(20, 77)).has_value());
        REQUIRE_VALUE(const std::size_t reused, compute(cache, all));
        QCOMPARE(reused, std::size_t{50});
    }

    void theLastTokenIsNeverReused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 4);
        const std::vector<TokenId> tokens = someTokens(40);
        QVERIFY(compute(cache, tokens).has_value());
        QCOMPARE(cache.take(tokens).tokens().size(), std::size_t{39});
        QCOMPARE(cache.take(std::span(tokens).first(1)).tokens().size(), std::size_t{0});
        QCOMPARE(cache.take({}).tokens().size(), std::size_t{0});
    }

    void reuseGivesTheLogitsOfAFreshRun() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu:obvious"));
        PrefixCache cache(*model, 4);
        QVERIFY(compute(cache, someTokens(70)).has_value());
        std::vector<TokenId> next = someTokens(60);
        next.resize(80, 3);
        Sequence reusing = cache.take(next);
        QCOMPARE(reusing.tokens().size(), std::size_t{60});
        REQUIRE_VALUE(const auto found, reusing.extend(std::span(next).subspan(60)));
        const std::vector<float> logits = copyOf(found);
        Sequence fresh(*model);
        REQUIRE_VALUE(const auto expected, fresh.extend(next));
        QCOMPARE(logits, copyOf(expected));
    }

    void takingLeavesTheKeptSequenceForOthers() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 4);
        std::vector<TokenId> tokens = someTokens(64);
        QVERIFY(compute(cache, tokens).has_value());
        tokens.push_back(1);
        const Sequence a = cache.take(tokens);
        const Sequence b = cache.take(tokens);
        QCOMPARE(a.tokens().size(), std::size_t{64});
        QCOMPARE(b.tokens().size(), std::size_t{64});
        QCOMPARE(pagesInUse(*model), 2U);
    }

    void aGrownSequenceReplacesItsPrefix() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 4);
        QVERIFY(compute(cache, someTokens(30)).has_value());
        QVERIFY(compute(cache, someTokens(60)).has_value());
        QCOMPARE(cache.size(), std::size_t{1});
    }

    void theLeastRecentlyUsedGoesFirst() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        const std::vector<TokenId> a = someTokens(40, 1);
        const std::vector<TokenId> b = someTokens(40, 2);
        QVERIFY(compute(cache, a).has_value());
        QVERIFY(compute(cache, b).has_value());
        QCOMPARE(cache.take(a).tokens().size(), std::size_t{39});
        QVERIFY(compute(cache, someTokens(40, 3)).has_value());
        QCOMPARE(cache.size(), std::size_t{2});
        QCOMPARE(cache.take(a).tokens().size(), std::size_t{39});
        QCOMPARE(cache.take(b).tokens().size(), std::size_t{0});
    }

    void keptSequencesMakeRoomWhenPagesRunShort() {
        LoadOptions options;
        options.context = 128;
        REQUIRE_VALUE(const auto model, tinyOn("cpu", options));
        PrefixCache cache(*model, 100);
        for (TokenId salt = 0; salt < 12; ++salt) {
            QVERIFY(compute(cache, someTokens(model->context(), salt)).has_value());
        }
        QVERIFY(cache.size() < 12);
        QVERIFY(pagesInUse(*model) <= model->parts().pool->pages());
    }

    void aCacheFreesItsPages() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        {
            PrefixCache cache(*model, 4);
            QVERIFY(compute(cache, someTokens(50)).has_value());
            PrefixCache moved = std::move(cache);
            QCOMPARE(moved.size(), std::size_t{1});
            moved.clear();
            QCOMPARE(pagesInUse(*model), 0U);
            QVERIFY(compute(moved, someTokens(50)).has_value());
        }
        QCOMPARE(pagesInUse(*model), 0U);
    }
};

QTEST_GUILESS_MAIN(TestPrefixCache)
#include "test_prefix_cache.moc"
