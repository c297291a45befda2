// SPDX-License-Identifier: MIT
#include <QtTest>

#include <limits>
#include <numeric>

#include "counting_backend.h"
#include "inference/model/draft.h"
#include "inference/model/generator.h"
#include "model_on.h"
#include "require_value.h"
#include "same_generation.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

using Ids = std::vector<TokenId>;

Ids guessed(const DraftByLookup& draft, const Ids& history, std::size_t room = 100) {
    return draft.guess(history, room);
}

/// What follows 1 2 3 was 4 5 6 7 8 9.
const Ids kOnce = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3};

/// Prompts that repeat themselves; answers of three different tokens, which repeat themselves, too,
/// but not always in the same way.
GenerationRequest repetitiveRequest() {
    GenerationRequest request;
    request.prompt = {65, 66, 67, 65, 66, 67, 65, 66};
    request.maxTokens = 40;
    request.sampler.seed = 7;
    request.sampler.temperature = 0.8F;
    for (TokenId id = 0; id < tinyShape().vocabulary; ++id) {
        if (id < 65 || id > 67) {
            request.sampler.logitBias.emplace_back(id, -std::numeric_limits<float>::infinity());
        }
    }
    return request;
}

std::vector<std::pair<const char*, GenerationRequest>> differentRequests() {
    std::vector<std::pair<const char*, GenerationRequest>> all;
    const auto add = [&all](const char* name) -> GenerationRequest& {
        return all.emplace_back(name, repetitiveRequest()).second;
    };
    add("drawn");
    add("greedy").sampler.temperature = 0;
    add("top k").sampler.topK = 2;
    add("penalties").sampler.repeatPenalty = 1.3F;
    add("mirostat").sampler.mirostat = true;
    add("details").alternatives = 3;
    add("a stop string").stops = {"AAB", "CCA"};
    add("until the context is full").maxTokens = 0;
    add("a single token").maxTokens = 1;
    return all;
}

} // namespace

class TestDraft : public QObject {
    Q_OBJECT

private slots:
    void whatFollowedTheLastTokensIsGuessed() {
        QCOMPARE(guessed(DraftByLookup(8), kOnce), (Ids{4, 5, 6, 7}));
    }

    void withoutARepetitionNothingIsGuessed() {
        Ids history(50);
        std::iota(history.begin(), history.end(), 0U);
        QCOMPARE(guessed(DraftByLookup(8), history), Ids{});
        QCOMPARE(guessed(DraftByLookup(8), {1, 2, 4, 1, 2}),
                 Ids{}); // two may be the same by chance
        QCOMPARE(guessed(DraftByLookup(8), {}), Ids{});
        QCOMPARE(guessed(DraftByLookup(0), kOnce), Ids{});
    }

    void theLongestRepetitionCountsThenTheLatest() {
        QCOMPARE(guessed(DraftByLookup(8), {9, 1, 2, 3, 50, 8, 1, 2, 3, 60, 9, 1, 2, 3}, 1),
                 Ids{50});
        QCOMPARE(guessed(DraftByLookup(8), {8, 1, 2, 3, 50, 8, 1, 2, 3, 60, 9, 1, 2, 3}, 1),
                 Ids{60});
    }

    void whatRepeatsItselfAtOnceIsExpectedToGoOn() {
        QCOMPARE(guessed(DraftByLookup(8), {7, 1, 2, 1, 2, 1, 2}), (Ids{1, 2, 1, 2}));
    }

    void noMoreIsGuessedThanThereIsRoomFor() {
        QCOMPARE(guessed(DraftByLookup(8), kOnce, 2), (Ids{4, 5}));
        QCOMPARE(guessed(DraftByLookup(8), kOnce, 0), Ids{});
        QCOMPARE(guessed(DraftByLookup(3), kOnce), (Ids{4, 5, 6}));
    }

    void whoGuessesRightGuessesFurtherAndTheOtherWayRound() {
        DraftByLookup draft(6);
        draft.learn(4, 4);
        QCOMPARE(guessed(draft, kOnce), (Ids{4, 5, 6, 7, 8, 9}));
        draft.learn(6, 1);
        QCOMPARE(guessed(draft, kOnce), (Ids{4, 5}));
        draft.learn(2, 0);
        QCOMPARE(guessed(draft, kOnce), Ids{}); // three tokens are no longer enough
        QCOMPARE(guessed(draft, {0, 1, 2, 3, 4, 5, 0, 1, 2, 3}), Ids{4});
    }

    void theOutputIsToTheBitWhatItIsWithoutGuesses_data() {
        QTest::addColumn<QByteArray>("device");
        QTest::addColumn<TensorType>("type");
        QTest::newRow("plain loops") << QByteArray("cpu:obvious") << TensorType::F32;
        for (const TensorType type :
             {TensorType::F32, TensorType::F16, TensorType::Q4_0, TensorType::Q4_K}) {
            const std::string name = "cpu, " + std::string(tensorTypeName(type));
            QTest::newRow(name.c_str()) << QByteArray("cpu") << type;
        }
        for (const DeviceChoice& device : listDevices()) {
            if (device.usable && device.info.kind != DeviceKind::Cpu) {
                QTest::newRow(device.info.id.c_str())
                    << QByteArray::fromStdString(device.info.id) << TensorType::Q4_K;
            }
        }
    }
    void theOutputIsToTheBitWhatItIsWithoutGuesses() {
        QFETCH(QByteArray, device);
        QFETCH(TensorType, type);
        ModelShape shape = tinyShape();
        shape.width = 256;
        shape.heads = 4;
        shape.headSize = 64;
        shape.hidden = 512;
        shape.context = 80;
        REQUIRE_VALUE(const auto model, modelOn(device.toStdString(),
                                                std::make_shared<MemoryCheckpoint>(shape, type)));
        if (model->parts().backend->rowsAsAlone() == 1) {
            QSKIP("a GPU whose compiler we do not know: its driver promises nothing");
        }
        std::uint32_t right = 0;
        std::uint32_t wrong = 0;
        for (auto& [name, request] : differentRequests()) {
            PrefixCache one(*model, 2);
            REQUIRE_VALUE(const auto plain, generate(*model, one, request));
            QCOMPARE(plain.timings.guessedTokens, 0U);
            for (const std::uint32_t most : {1U, 7U, 100U}) {
                request.mostGuessed = most;
                PrefixCache other(*model, 2);
                REQUIRE_VALUE(const auto drafted, generate(*model, other, request));
                const QString different = difference(drafted, plain);
                QVERIFY2(different.isEmpty(), qPrintable(QStringLiteral("%1, %2 guessed: %3")
                                                             .arg(QLatin1String(name))
                                                             .arg(most)
                                                             .arg(different)));
                right += drafted.timings.guessedRight;
                wrong += drafted.timings.guessedTokens - drafted.timings.guessedRight;
            }
            request.mostGuessed = 0;
        }
        QVERIFY(right > 0);
        QVERIFY(wrong > 0);
    }

    void guessesThatComeTrueSaveSteps() {
        REQUIRE_VALUE(auto real, createBackend("cpu", 2));
        StepCounts counts;
        REQUIRE_VALUE(const auto model,
                      Model::load(std::make_shared<MemoryCheckpoint>(tinyShape()),
                                  std::make_unique<CountingBackend>(std::move(real), counts)));
        GenerationRequest request = repetitiveRequest();
        request.sampler.logitBias.resize(65); // "A" alone is left
        for (TokenId id = 66; id < tinyShape().vocabulary; ++id) {
            request.sampler.logitBias.emplace_back(id, -std::numeric_limits<float>::infinity());
        }
        request.mostGuessed = 7;
        PrefixCache cache(*model, 2);
        REQUIRE_VALUE(const auto done, generate(*model, cache, request));
        QCOMPARE(done.tokens.size(), std::size_t{40});
        QVERIFY2(counts.steps < 12, qPrintable(QString::number(counts.steps)));
        QCOMPARE(done.timings.guessedRight, 40U - static_cast<std::uint32_t>(counts.steps));
        cache.clear();
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void aStopEndsInTheMiddleOfAGuess() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        GenerationRequest request = repetitiveRequest();
        request.sampler.temperature = 0;
        request.mostGuessed = 7;
        StopFlag stop = false;
        std::size_t heard = 0;
        const auto listener = [&](const GenerationEvent& event) {
            heard += event.token != nullptr ? 1 : 0;
            stop = heard == 17;
        };
        PrefixCache cache(*model, 2);
        REQUIRE_VALUE(const auto done, generate(*model, cache, request, &stop, listener));
        QCOMPARE(done.finish, FinishReason::Stopped);
        QCOMPARE(done.tokens.size(), std::size_t{17});
    }
};

QTEST_GUILESS_MAIN(TestDraft)
#include "test_draft.moc"
