// SPDX-License-Identifier: MIT
#include <QTest>

#include <string>
#include <vector>

#include "driver_shim.h"
#include "engine/model_source.h"
#include "engine/replay_report.h"
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

    static GenerationRequest requestFor(const OpenedModel& opened) {
        GenerationRequest request;
        request.prompt = opened.model->tokenizer().encode("Once upon a time");
        request.sampler.temperature = 0.8F;
        request.sampler.topK = 40;
        request.sampler.seed = 7;
        request.maxTokens = 40;
        request.alternatives = 2;
        return request;
    }

    /// A reply of 40 tokens; `atToken` is called when that many were heard.
    Result<LastingReply> reply(OpenedModel& opened, int token = 0,
                               const std::function<void()>& atToken = {}) {
        const GenerationRequest request = requestFor(opened);
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
        const FinishedGeneration& whole = found->whole;
        QCOMPARE(whole.finish, expected->whole.finish);
        QCOMPARE(idsOf(whole), idsOf(expected->whole)); // the same draws, nearly the same logits
        QCOMPARE(whole.text, expected->whole.text);
        QCOMPARE(whole.prompt, expected->whole.prompt);
        QCOMPARE(whole.timings.generatedTokens, expected->whole.timings.generatedTokens);
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
        const FinishedGeneration& whole = found->whole;
        QVERIFY(whole.finish != FinishReason::Interrupted);
        QCOMPARE(whole.tokens.size(), std::size_t{whole.timings.generatedTokens});
        QVERIFY(whole.tokens.size() > 5);
    }

    /// On one device or two: what was recorded runs again part by part, each on its own.
    void aReplyThatChangedItsDeviceIsRecordedInParts_data() {
        QTest::addColumn<bool>("toCpu");
        QTest::newRow("the same device started anew") << false;
        QTest::newRow("the CPU") << true;
    }
    void aReplyThatChangedItsDeviceIsRecordedInParts() {
        QFETCH(bool, toCpu);
        auto opened = open("vulkan");
        QVERIFY(opened);
        const auto undisturbed = reply(*opened);
        QVERIFY(undisturbed);
        QCOMPARE(undisturbed->parts.size(), std::size_t{1});
        const auto found = reply(*opened, 5, [&] {
            const std::uint64_t next = DriverShim::get().calls()["vkQueueSubmit"] + 1;
            DriverShim::get().add({"vkQueueSubmit", next, VK_ERROR_DEVICE_LOST,
                                   toCpu ? Strikes::FromThenOn : Strikes::Once});
        });
        QVERIFY(found);
        QCOMPARE(opened->isOnCpu(), toCpu);
        const QList<GenerationRecord> parts = recordsOf(*found, requestFor(*opened));
        QCOMPARE(parts.size(), 2);
        QVERIFY(parts[0].device.startsWith(QLatin1String("vulkan")));
        QCOMPARE(parts[1].device == QLatin1String("cpu"), toCpu);
        QCOMPARE(parts[0].reason, QString("interrupted"));
        QCOMPARE(parts[1].randomPosition, qint64{parts[0].tokens.size()});
        QCOMPARE(parts[1].prompt, parts[0].prompt + parts[0].tokens);
        QCOMPARE(parts[0].tokens.size() + parts[1].tokens.size(),
                 static_cast<qsizetype>(found->whole.tokens.size()));

        DriverShim::get().reset();
        for (const GenerationRecord& part : parts) {
            const std::string device =
                part.device.startsWith(QLatin1String("vulkan")) ? "vulkan" : "cpu";
            auto again = open(device.c_str());
            QVERIFY(again);
            const ReplayEnded end = replayRecord(*again->model, {}, part);
            QVERIFY2(end.verdict == ReplayVerdict::Identical, qPrintable(end.sentence));
        }
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
