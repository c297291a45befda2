// SPDX-License-Identifier: MIT
#include <QtTest>

#include "counting_backend.h"
#include "inference/model/replay.h"
#include "inference/model/samples.h"
#include "model_on.h"
#include "random_deeds.h"
#include "require_value.h"
#include "same_generation.h"
#include "wide_shape.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr std::uint32_t kContext = 256;

/// Requests of one prompt that end at different times and are drawn by different chains.
std::vector<GenerationRequest> differentRequests(std::size_t count) {
    std::vector<GenerationRequest> requests(count);
    for (std::size_t i = 0; i < count; ++i) {
        GenerationRequest& request = requests[i];
        request.prompt = someTokens(70);
        request.maxTokens = static_cast<std::uint32_t>(10 + i * 7 % 30);
        request.sampler.seed = 100 + i;
        request.sampler.temperature = 0.8F + 0.1F * static_cast<float>(i % 3);
        switch (i % 4) {
        case 0:
            break;
        case 1:
            request.sampler.topK = 40;
            break;
        case 2:
            request.sampler.repeatPenalty = 1.2F;
            request.stops = {"a", "Q"};
            break;
        default:
            request.alternatives = 3;
            request.sampler.mirostat = true;
        }
    }
    return requests;
}

} // namespace

class TestSamples : public QObject {
    Q_OBJECT

private slots:
    void eachIsToTheBitWhatItIsAlone_data() {
        QTest::addColumn<QByteArray>("device");
        QTest::addColumn<TensorType>("type");
        QTest::newRow("plain loops") << QByteArray("cpu:obvious") << TensorType::F32;
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::Q4_0,
                                      TensorType::Q8_0, TensorType::Q4_K, TensorType::Q6_K}) {
            const std::string name = "cpu, " + std::string(tensorTypeName(type));
            QTest::newRow(name.c_str()) << QByteArray("cpu") << type;
        }
        for (const DeviceChoice& device : listDevices()) {
            if (device.usable && device.info.kind != DeviceKind::Cpu) {
                for (const TensorType type : {TensorType::F32, TensorType::Q4_K}) {
                    const std::string name =
                        device.info.id + ", " + std::string(tensorTypeName(type));
                    QTest::newRow(name.c_str())
                        << QByteArray::fromStdString(device.info.id) << type;
                }
            }
        }
    }
    void eachIsToTheBitWhatItIsAlone() {
        QFETCH(QByteArray, device);
        QFETCH(TensorType, type);
        REQUIRE_VALUE(const auto model,
                      modelOn(device.toStdString(),
                              std::make_shared<MemoryCheckpoint>(wideShape(kContext), type)));
        if (model->parts().backend->rowsAsAlone() == 1) {
            QSKIP("a GPU whose compiler we do not know: its driver promises nothing");
        }
        // Elsewhere the size of a prompt's steps follows the measured speed, and with it their
        // bits: a prompt of one step, then.
        const bool onCpu = device.startsWith("cpu");
        const std::size_t most = onCpu ? 19 : 5;
        for (const std::size_t count : {std::size_t{1}, std::size_t{4}, most}) {
            auto requests = differentRequests(count);
            for (GenerationRequest& request : requests) {
                request.prompt = someTokens(onCpu ? 70 : 8);
            }
            PrefixCache cache(*model, 2);
            REQUIRE_VALUE(const auto together, generateSideBySide(*model, cache, requests));
            QCOMPARE(together.size(), count);
            for (std::size_t i = 0; i < count; ++i) {
                PrefixCache fresh(*model, 2);
                REQUIRE_VALUE(const auto alone, generate(*model, fresh, requests[i]));
                const QString different = difference(together[i], alone);
                QVERIFY2(
                    different.isEmpty(),
                    qPrintable(QStringLiteral("%1 of %2: %3").arg(i).arg(count).arg(different)));
            }
        }
    }

    void thePromptIsComputedOnceAndAStepServesAll() {
        REQUIRE_VALUE(auto real, createBackend("cpu", 2));
        StepCounts counts;
        REQUIRE_VALUE(const auto model,
                      Model::load(std::make_shared<MemoryCheckpoint>(wideShape(kContext)),
                                  std::make_unique<CountingBackend>(std::move(real), counts)));
        std::vector<GenerationRequest> requests(4);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            requests[i].prompt = someTokens(70);
            requests[i].maxTokens = 20;
            requests[i].sampler.seed = i;
            requests[i].sampler.logitBias = {{MemoryCheckpoint::kEndOfText, -1000.0F}};
        }
        PrefixCache cache(*model, 4);
        REQUIRE_VALUE(const auto done, generateSideBySide(*model, cache, requests));
        QCOMPARE(done.size(), std::size_t{4});
        QCOMPARE(counts.steps, std::uint64_t{1 + 19});
        QCOMPARE(counts.rows, std::uint64_t{70 + 4 * 19});
        // Three pages for the prompt, of which each writes its own copy of the last, and no more.
        QVERIFY(pagesInUse(*model) <= 2 + 4 * (pagesFor(89) - 2));
        cache.clear();
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void eachCanBeReplayed_data() { addDeviceRows(); }
    void eachCanBeReplayed() {
        QFETCH(QByteArray, device);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        const auto requests = differentRequests(3);
        PrefixCache cache(*model, 2);
        REQUIRE_VALUE(const auto all, generateSideBySide(*model, cache, requests));
        for (std::size_t i = 0; i < all.size(); ++i) {
            ReplayTask task{all[i].prompt,         all[i].schedule,          all[i].sampler,
                            all[i].samplingBefore, requests[i].alternatives, {}};
            for (const GeneratedToken& token : all[i].tokens) {
                task.tokens.push_back({token.id, token.logprob, {}});
            }
            REQUIRE_VALUE(const ReplayOutcome outcome, replay(*model, task));
            QVERIFY(!outcome.difference);
            QCOMPARE(outcome.compared, task.tokens.size());
        }
    }

    void eventsAreThoseOfEachAlone() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        const auto requests = differentRequests(4);
        PrefixCache cache(*model, 2);
        std::vector<std::string> texts(4);
        std::vector<std::vector<TokenId>> tokens(4);
        REQUIRE_VALUE(const auto all,
                      generateSideBySide(*model, cache, requests, nullptr,
                                         [&](std::size_t index, const GenerationEvent& event) {
                                             texts[index] += event.text;
                                             if (event.token != nullptr) {
                                                 tokens[index].push_back(event.token->id);
                                             }
                                         }));
        for (std::size_t i = 0; i < all.size(); ++i) {
            QCOMPARE(texts[i], all[i].text);
            QCOMPARE(tokens[i].size(), all[i].tokens.size());
        }
    }

    void stopEndsAllAndKeepsWhatIsThere() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        auto requests = differentRequests(4);
        for (GenerationRequest& request : requests) {
            request.stops.clear();
            request.maxTokens = 0;
            request.sampler.logitBias = {{MemoryCheckpoint::kEndOfText, -1000.0F}};
        }
        PrefixCache cache(*model, 2);
        StopFlag stop = false;
        int heard = 0;
        REQUIRE_VALUE(const auto all,
                      generateSideBySide(*model, cache, requests, &stop,
                                         [&](std::size_t, const GenerationEvent& event) {
                                             heard += event.token != nullptr ? 1 : 0;
                                             stop = heard >= 9;
                                         }));
        for (const FinishedGeneration& one : all) {
            QCOMPARE(one.finish, FinishReason::Stopped);
            QVERIFY(one.tokens.size() >= 2 && one.tokens.size() <= 3);
        }
        stop = true;
        cache.clear();
        REQUIRE_VALUE(const auto none, generateSideBySide(*model, cache, requests, &stop));
        QCOMPARE(none.size(), std::size_t{4});
        QVERIFY(none.front().tokens.empty());
        QCOMPARE(none.front().finish, FinishReason::Stopped);
    }

    void theContextEndsEach() {
        ModelShape shape = tinyShape();
        shape.context = 64;
        REQUIRE_VALUE(const auto model, modelOn("cpu", std::make_shared<MemoryCheckpoint>(shape)));
        auto requests = differentRequests(2);
        for (GenerationRequest& request : requests) {
            request.prompt = someTokens(60);
            request.maxTokens = 0;
            request.sampler.logitBias = {{MemoryCheckpoint::kEndOfText, -1000.0F}};
        }
        PrefixCache cache(*model, 2);
        REQUIRE_VALUE(const auto all, generateSideBySide(*model, cache, requests));
        for (const FinishedGeneration& one : all) {
            QCOMPARE(one.finish, FinishReason::ContextFull);
            QCOMPARE(one.tokens.size(), std::size_t{4});
        }
        requests[0].prompt = requests[1].prompt = someTokens(65);
        REQUIRE_ERROR(generateSideBySide(*model, cache, requests), ErrorCode::ContextFull);
    }

    void pagesThatRunOutInterruptAndKeepWhatIsThere() {
        ModelShape shape = tinyShape();
        shape.context = 256;
        LoadOptions options;
        options.context = 256;
        REQUIRE_VALUE(const auto model,
                      modelOn("cpu", std::make_shared<MemoryCheckpoint>(shape), options));
        // So many at full length that no pool of pages has room for them.
        const std::uint32_t pages = model->parts().pool->pages();
        std::vector<GenerationRequest> requests(pages / pagesFor(256) + 2);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            requests[i].prompt = someTokens(3);
            requests[i].maxTokens = 0;
            requests[i].sampler.seed = i;
            requests[i].sampler.logitBias = {{MemoryCheckpoint::kEndOfText, -1000.0F}};
        }
        PrefixCache cache(*model, 2);
        REQUIRE_VALUE(const auto all, generateSideBySide(*model, cache, requests));
        for (const FinishedGeneration& one : all) {
            QCOMPARE(one.finish, FinishReason::Interrupted);
            QVERIFY(one.failure && one.failure->code == ErrorCode::OutOfMemory);
            QVERIFY(one.tokens.size() > 50);
        }
    }

    void wrongRequestsAreRefused() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        PrefixCache cache(*model, 2);
        REQUIRE_ERROR(generateSideBySide(*model, cache, {}), ErrorCode::BadArgument);
        auto requests = differentRequests(2);
        requests[1].prompt.push_back(1);
        REQUIRE_ERROR(generateSideBySide(*model, cache, requests), ErrorCode::BadArgument);
        requests = differentRequests(2);
        requests[1].sampler.temperature = -1;
        REQUIRE_ERROR(generateSideBySide(*model, cache, requests), ErrorCode::BadArgument);
        requests = differentRequests(1);
        requests[0].prompt.clear();
        REQUIRE_ERROR(generateSideBySide(*model, cache, requests), ErrorCode::BadArgument);
    }
};

QTEST_GUILESS_MAIN(TestSamples)
#include "test_samples.moc"
