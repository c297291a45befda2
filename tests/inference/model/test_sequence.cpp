// SPDX-License-Identifier: MIT
#include <QtTest>

#include <cmath>
#include <limits>

#include "inference/relative_error.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

// Fast kernels and GPUs round differently for other row counts; plain loops do not.
constexpr double kSameWeights = 1e-3;

/// Logits after all of `tokens`, computed afresh in one step.
Result<std::vector<float>> afresh(Model& model, std::span<const TokenId> tokens) {
    Sequence sequence(model);
    PHIDELITY_TRY(const auto logits, sequence.extend(tokens));
    return copyOf(logits);
}

std::vector<TokenId> joined(std::span<const TokenId> a, std::span<const TokenId> b) {
    std::vector<TokenId> all(a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    return all;
}

/// Plain loops: to the bit. Others: up to rounding.
bool agree(const QByteArray& device, std::span<const float> found,
           std::span<const float> expected) {
    const double error = relativeError(found, expected);
    return device == "cpu:obvious" ? error == 0 : error <= kSameWeights;
}

} // namespace

class TestSequence : public QObject {
    Q_OBJECT

private slots:
    void truncatedSequencesContinueAsIfComputedAfresh_data() { addDeviceRows(); }
    void truncatedSequencesContinueAsIfComputedAfresh() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        const std::vector<TokenId> tokens = someTokens(75);
        for (const std::size_t keep : {0, 1, 31, 32, 33, 64, 74}) {
            Sequence sequence(*model);
            QVERIFY(sequence.extend(tokens).has_value());
            sequence.truncate(keep);
            QCOMPARE(sequence.tokens().size(), keep);
            const std::vector<TokenId> rest = someTokens(9, 100);
            REQUIRE_VALUE(const auto found, sequence.extend(rest));
            const std::vector<float> logits = copyOf(found);
            REQUIRE_VALUE(const auto expected,
                          afresh(*model, joined(std::span(tokens).first(keep), rest)));
            QVERIFY(agree(device, logits, expected));
        }
    }

    void forksContinueIndependently_data() { addDeviceRows(); }
    void forksContinueIndependently() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        const std::vector<TokenId> trunk = someTokens(45);
        const std::vector<TokenId> left = someTokens(30, 50);
        const std::vector<TokenId> right = someTokens(30, 99);
        Sequence a(*model);
        QVERIFY(a.extend(trunk).has_value());
        Sequence b = a.fork();
        REQUIRE_VALUE(const auto leftSpan, a.extend(left));
        const std::vector<float> leftLogits = copyOf(leftSpan);
        REQUIRE_VALUE(const auto rightSpan, b.extend(right));
        const std::vector<float> rightLogits = copyOf(rightSpan);
        REQUIRE_VALUE(const auto leftExpected, afresh(*model, joined(trunk, left)));
        REQUIRE_VALUE(const auto rightExpected, afresh(*model, joined(trunk, right)));
        QVERIFY(agree(device, leftLogits, leftExpected));
        QVERIFY(agree(device, rightLogits, rightExpected));
    }

    void forksSharePagesAndCopyOnlyTheOneTheyWrite() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        Sequence a(*model);
        QVERIFY(a.extend(someTokens(70)).has_value()); // 3 pages, the last one partly filled
        QCOMPARE(pagesInUse(*model), 3U);
        Sequence b = a.fork();
        QCOMPARE(pagesInUse(*model), 3U);
        QVERIFY(b.extend(someTokens(1)).has_value());
        QCOMPARE(pagesInUse(*model), 4U);
        QVERIFY(a.extend(someTokens(1)).has_value()); // now its only holder
        QCOMPARE(pagesInUse(*model), 4U);
        a.truncate(0);
        QCOMPARE(pagesInUse(*model), 3U);
    }

    void forksAtAPageBorderCopyNothing() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        Sequence a(*model);
        QVERIFY(a.extend(someTokens(64)).has_value());
        Sequence b = a.fork();
        QVERIFY(b.extend(someTokens(1)).has_value());
        QCOMPARE(pagesInUse(*model), 3U);
        QCOMPARE(model->parts().pool->holders(0), 2U);
    }

    void pagesAreFreedWithTheirLastHolder() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        {
            Sequence a(*model);
            QVERIFY(a.extend(someTokens(100)).has_value());
            Sequence b = a.fork();
            Sequence c = std::move(a);
            QCOMPARE(pagesInUse(*model), 4U);
            c.truncate(33);
            QCOMPARE(pagesInUse(*model), 4U);
            b = Sequence(*model);
            QCOMPARE(pagesInUse(*model), 2U);
            c.truncate(32);
            QCOMPARE(pagesInUse(*model), 1U);
        }
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void sequencesSideBySideAgreeWithOneByOne_data() { addDeviceRows(); }
    void sequencesSideBySideAgreeWithOneByOne() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        std::vector<Sequence> sequences;
        for (const std::size_t length : {1, 31, 32, 50, 97}) {
            sequences.emplace_back(*model);
            QVERIFY(sequences.back()
                        .extend(someTokens(length, static_cast<TokenId>(length)))
                        .has_value());
        }
        sequences.push_back(sequences[3].fork()); // shares its half-full page
        std::vector<Sequence*> together;
        for (Sequence& sequence : sequences) {
            together.push_back(&sequence);
        }
        const std::vector<TokenId> next = {5, 6, 7, 8, 9, 10};
        for (int step = 0; step < 3; ++step) {
            std::vector<std::vector<float>> expected;
            for (std::size_t i = 0; i < sequences.size(); ++i) {
                REQUIRE_VALUE(auto one, afresh(*model, joined(sequences[i].tokens(),
                                                              std::span(next).subspan(i, 1))));
                expected.push_back(std::move(one));
            }
            REQUIRE_VALUE(const auto logits, Sequence::extendTogether(together, next));
            const std::size_t vocabulary = model->shape().vocabulary;
            QCOMPARE(logits.size(), sequences.size() * vocabulary);
            for (std::size_t i = 0; i < sequences.size(); ++i) {
                QVERIFY(agree(device, logits.subspan(i * vocabulary, vocabulary), expected[i]));
            }
        }
    }

    void sideBySideRefusesWhatCannotBe() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        Sequence a(*model);
        Sequence b(*model);
        Sequence* twice[] = {&a, &a};
        Sequence* both[] = {&a, &b};
        const std::vector<TokenId> two = {1, 2};
        const std::vector<TokenId> bad = {1, 9999};
        REQUIRE_ERROR(Sequence::extendTogether(twice, two), ErrorCode::BadArgument);
        REQUIRE_ERROR(Sequence::extendTogether(both, std::span(two).first(1)),
                      ErrorCode::BadArgument);
        REQUIRE_ERROR(Sequence::extendTogether(both, bad), ErrorCode::BadArgument);
        REQUIRE_ERROR(Sequence::extendTogether({}, {}), ErrorCode::BadArgument);
        QVERIFY(a.tokens().empty() && b.tokens().empty());
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void aFullContextIsRefusedAndChangesNothing() {
        LoadOptions options;
        options.context = 40;
        REQUIRE_VALUE(const auto model, tinyOn("cpu", options));
        QCOMPARE(model->context(), 40U);
        Sequence sequence(*model);
        QVERIFY(sequence.extend(someTokens(38)).has_value());
        REQUIRE_ERROR(sequence.extend(someTokens(3)), ErrorCode::ContextFull);
        QCOMPARE(sequence.tokens().size(), std::size_t{38});
        QVERIFY(sequence.extend(someTokens(2)).has_value());
        Sequence* one[] = {&sequence};
        REQUIRE_ERROR(Sequence::extendTogether(one, std::vector<TokenId>{1}),
                      ErrorCode::ContextFull);
        QCOMPARE(sequence.tokens().size(), std::size_t{40});
    }

    void idsPastTheVocabularyAreRefused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        Sequence sequence(*model);
        const std::vector<TokenId> tokens = {1, model->shape().vocabulary};
        REQUIRE_ERROR(sequence.extend(tokens), ErrorCode::BadArgument);
        QVERIFY(sequence.tokens().empty());
    }

    void noPagesLeftIsAnErrorAndChangesNothing() {
        LoadOptions options;
        options.context = 128;
        REQUIRE_VALUE(const auto model, tinyOn("cpu", options));
        const std::uint32_t pages = model->parts().pool->pages();
        std::vector<Sequence> full;
        const std::vector<TokenId> tokens = someTokens(model->context());
        while (pagesInUse(*model) + pagesFor(tokens.size()) <= pages) {
            full.emplace_back(*model);
            QVERIFY(full.back().extend(tokens, LogitRows::None).has_value());
        }
        Sequence late(*model);
        REQUIRE_ERROR(late.extend(tokens), ErrorCode::OutOfMemory);
        QVERIFY(late.tokens().empty());
        full.pop_back();
        QVERIFY(late.extend(tokens, LogitRows::None).has_value());
    }

    void aSetStopFlagComputesNothing() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        const StopFlag stop = true;
        Sequence sequence(*model);
        REQUIRE_VALUE(const auto logits, sequence.extend(someTokens(100), LogitRows::Last, &stop));
        QVERIFY(logits.empty());
        QVERIFY(sequence.tokens().empty());
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void stoppingBetweenChunksKeepsWhatWasComputed() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        StopFlag stop = false;
        Sequence sequence(*model);
        const std::vector<TokenId> tokens = someTokens(530);
        std::size_t told = 0;
        REQUIRE_VALUE(const auto logits,
                      sequence.extend(tokens, LogitRows::Last, &stop, [&](std::size_t done) {
                          told = done;
                          stop = true;
                      }));
        QVERIFY(logits.empty());
        QVERIFY(told > 0 && told < tokens.size());
        QCOMPARE(sequence.tokens().size(), told);
        REQUIRE_VALUE(const auto rest, sequence.extend(std::span(tokens).subspan(told)));
        const std::vector<float> found = copyOf(rest);
        REQUIRE_VALUE(const auto expected, afresh(*model, tokens));
        QVERIFY(relativeError(found, expected) <= kSameWeights);
    }

    void numbersThatAreNotFiniteAreAnError_data() { addDeviceRows(); }
    void numbersThatAreNotFiniteAreAnError() {
        QFETCH(QByteArray, device);
        for (const float poison :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            const auto checkpoint = std::make_shared<MemoryCheckpoint>(tinyShape());
            std::vector<float> bias = checkpoint->values(TensorRole::KeyBias, 1);
            bias[5] = poison;
            checkpoint->set(TensorRole::KeyBias, 1, bias);
            REQUIRE_VALUE(const auto model, modelOn(device.toStdString(), checkpoint));
            Sequence sequence(*model);
            REQUIRE_ERROR(sequence.extend(someTokens(10)), ErrorCode::NotFinite);
            QVERIFY(sequence.tokens().empty());
            QCOMPARE(pagesInUse(*model), 0U);
            Sequence* one[] = {&sequence};
            REQUIRE_ERROR(Sequence::extendTogether(one, std::vector<TokenId>{1}),
                          ErrorCode::NotFinite);
        }
    }
};

QTEST_GUILESS_MAIN(TestSequence)
#include "test_sequence.moc"
