// SPDX-License-Identifier: MIT
#include <QTest>

#include <string>
#include <vector>

#include "driver_shim.h"
#include "engine/model_source.h"
#include "lasting_generation.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

/// What phidelity-cli generate does when its device fails, on a driver that fails when told to.
class LastingGenerationTest : public QObject {
    Q_OBJECT

    FoundDevice m_device;
    std::vector<std::string> m_said;

    Result<ChosenBackend> openDevice(std::string_view spec, std::uint32_t threads) const {
        return openThroughShim(m_device, spec, threads);
    }

    Result<OpenedModel> open(const char* device) {
        OpenModelRequest request;
        request.device = QString::fromLatin1(device);
        request.context = 256;
        request.threads = 2;
        m_said.clear();
        PHIDELITY_TRY(const auto checkpoint, openCheckpoint({}));
        return loadToLast(
            request, checkpoint, [this](auto spec, auto n) { return openDevice(spec, n); }, nullptr,
            [this](const std::string& sentence) { m_said.push_back(sentence); });
    }

    /// A reply of 40 tokens; `atToken` is called when that many were heard.
    Result<FinishedGeneration> reply(OpenedModel& opened, int token = 0,
                                     const std::function<void()>& atToken = {}) {
        GenerationRequest request;
        request.prompt = opened.model->tokenizer().encode("Once upon a time");
        request.sampler.temperature = 0.8F;
        request.sampler.topK = 40;
        request.sampler.seed = 7;
        request.maxTokens = 40;
        int heard = 0;
        m_said.clear();
        return generateToTheEnd(
            opened, request, [this](auto spec, auto n) { return openDevice(spec, n); }, nullptr,
            [&](const GenerationEvent& event) {
                heard += event.token != nullptr ? 1 : 0;
                if (event.token != nullptr && heard == token) {
                    atToken();
                }
            },
            [this](const std::string& sentence) { m_said.push_back(sentence); });
    }

    static std::vector<TokenId> idsOf(const FinishedGeneration& finished) {
        std::vector<TokenId> ids;
        for (const GeneratedToken& token : finished.tokens) {
            ids.push_back(token.id);
        }
        return ids;
    }

private slots:
    void initTestCase() {
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
    }
    void init() { DriverShim::get().reset(); }

    void aLostDeviceIsStartedAgainAndTheReplyGoesOn() {
        auto opened = open("vulkan");
        QVERIFY(opened);
        const auto expected = reply(*opened);
        QVERIFY(expected);
        QVERIFY(m_said.empty());
        const auto found = reply(
            *opened, 5, [] { DriverShim::get().failNext("vkQueueSubmit", VK_ERROR_DEVICE_LOST); });
        QVERIFY(found);
        QCOMPARE(m_said.size(), std::size_t{1});
        QVERIFY2(m_said[0].find("started again") != std::string::npos, m_said[0].c_str());
        QVERIFY(!opened->isOnCpu());
        QCOMPARE(found->finish, expected->finish);
        QCOMPARE(idsOf(*found), idsOf(*expected)); // the same draws from nearly the same logits
        QCOMPARE(found->text, expected->text);
        QCOMPARE(found->prompt, expected->prompt);
        QCOMPARE(found->timings.generatedTokens, expected->timings.generatedTokens);
    }

    void aSecondFailureMovesTheReplyToTheCpu() {
        auto opened = open("vulkan");
        QVERIFY(opened);
        const auto found = reply(*opened, 5, [] {
            DriverShim::get().add({"vkQueueSubmit", DriverShim::get().calls()["vkQueueSubmit"] + 1,
                                   VK_ERROR_DEVICE_LOST, Strikes::FromThenOn});
        });
        QVERIFY(found);
        QVERIFY(opened->isOnCpu());
        QVERIFY(!m_said.empty());
        QVERIFY2(m_said.back().find("CPU has taken over") != std::string::npos,
                 m_said.back().c_str());
        QVERIFY(found->finish != FinishReason::Interrupted);
        QCOMPARE(found->tokens.size(), std::size_t{found->timings.generatedTokens});
        QVERIFY(found->tokens.size() > 5);
    }

    void aFailureBeforeTheFirstTokenIsNoEndEither() {
        auto opened = open("vulkan");
        QVERIFY(opened);
        DriverShim::get().failNext("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        const auto found = reply(*opened);
        QVERIFY(found);
        QCOMPARE(m_said.size(), std::size_t{1});
    }

    void atLoadOnlyAutoFallsBack() {
        for (const char* device : {"auto", "vulkan"}) {
            DriverShim::get().reset();
            DriverShim::get().add({"vkAllocateMemory", 3, VK_ERROR_OUT_OF_DEVICE_MEMORY});
            const auto opened = open(device);
            if (device == std::string("auto")) {
                QVERIFY(opened);
                QVERIFY(opened->isOnCpu());
                QCOMPARE(m_said.size(), std::size_t{1});
                QVERIFY2(m_said[0].starts_with("The CPU has taken over"), m_said[0].c_str());
            } else {
                QVERIFY(!opened);
                QCOMPARE(opened.error().code, ErrorCode::OutOfMemory);
            }
        }
    }
};

QTEST_GUILESS_MAIN(LastingGenerationTest)
#include "lasting_generation_test.moc"
