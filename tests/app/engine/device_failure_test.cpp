// SPDX-License-Identifier: MIT
// The real engine thread and the real Vulkan backend, with a driver that fails when it is told to.
#include <limits>
#include <memory>
#include <optional>

#include <QTest>

#include "driver_shim.h"
#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr int kWaitMs = 120'000;
/// Longer than a busy machine needs for a step that compiles its shaders.
constexpr std::uint64_t kWaitLimitMs = 15'000;

GenerateRequest requestOf(RequestId id, int tokens) {
    const auto tokenizer = openTokenizer({});
    GenerateRequest request;
    request.id = id;
    request.prompt = QStringLiteral("Once upon a time");
    request.settings.logitBias = {
        {(*tokenizer)->endOfText(), -std::numeric_limits<float>::infinity()}};
    request.settings.temperature = 0;
    request.settings.maxTokens = tokens;
    request.stop = std::make_shared<std::atomic<bool>>(false);
    return request;
}

} // namespace

class DeviceFailureTest : public QObject {
    Q_OBJECT

    FoundDevice m_device;
    QString m_gpu;
    std::unique_ptr<EngineThread> m_thread;
    std::unique_ptr<QObject> m_listener;
    QList<ModelOpened> m_opened;
    QList<ModelMoved> m_moved;
    QList<GenerationEnded> m_ended;
    QList<EngineFailed> m_failures;
    QString m_text;
    bool m_shares = false;
    QString m_sharedName;
    vulkan::DeviceOptions m_options;

    /// Leaves room for two layers on the device, and opens the demo model on both.
    void openShared() {
        const auto demo = openCheckpoint({});
        QVERIFY(demo);
        const auto room = roomForLayers(m_device, **demo, 2);
        QVERIFY2(room, room ? "" : room.error().detail.c_str());
        m_options.memoryLimit = *room;
        m_shares = true;
        open();
        const auto shared = QStringLiteral("%1 (2 of %2 layers), CPU (%3 layers)");
        const int layers = static_cast<int>((*demo)->shape().layers);
        m_sharedName = shared.arg(m_gpu).arg(layers).arg(layers - 2);
        QCOMPARE(m_opened.first().device, m_sharedName);
        QVERIFY(m_opened.first().deviceReason.contains(QLatin1String("do not fit there")));
    }

    void open(const QString& device = QStringLiteral("vulkan")) {
        OpenModelRequest request;
        request.sharesWithCpu = m_shares;
        request.id = 1;
        request.device = device;
        QMetaObject::invokeMethod(&m_thread->engine(),
                                  [this, request] { m_thread->engine().openModel(request); });
        QTRY_COMPARE_WITH_TIMEOUT(m_opened.size() + m_failures.size(), 1, kWaitMs);
        QVERIFY2(m_failures.isEmpty(),
                 m_failures.isEmpty() ? "" : qPrintable(m_failures.first().detail));
    }

    void generate(RequestId id, int tokens = 6) {
        const auto before = m_ended.size();
        m_text.clear();
        QMetaObject::invokeMethod(&m_thread->engine(), [this, id, tokens] {
            m_thread->engine().generate(requestOf(id, tokens));
        });
        QTRY_COMPARE_WITH_TIMEOUT(m_ended.size() + m_failures.size(), before + 1, kWaitMs);
        QVERIFY2(m_failures.isEmpty(),
                 m_failures.isEmpty() ? "" : qPrintable(m_failures.first().detail));
    }

    /// A reply during which a call fails, after its first text was shown.
    void generateWithFault(const char* function, VkResult result) {
        const auto connection = connect(
            &m_thread->engine(), &Engine::textArrived, &m_thread->engine(),
            [=] { DriverShim::get().failNext(function, result); },
            static_cast<Qt::ConnectionType>(Qt::DirectConnection | Qt::SingleShotConnection));
        generate(2, 400);
        disconnect(connection);
        QCOMPARE(m_ended.last().reason, EndReason::Interrupted);
        QVERIFY(m_ended.last().problem.contains(QLatin1String("kept")));
        QVERIFY(!m_ended.last().text.isEmpty());
        QVERIFY(m_ended.last().generatedTokens > 0 && m_ended.last().generatedTokens < 400);
        QCOMPARE(m_ended.last().text, m_text);
        QTRY_VERIFY_WITH_TIMEOUT(!m_moved.isEmpty(), kWaitMs);
        DriverShim::get().heal();
    }

private slots:
    void initTestCase() {
        registerEngineMessages();
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
        m_gpu = QString::fromStdString(m_device.physical.info.name);
    }

    void init() {
        DriverShim::get().reset();
        m_options = {};
        m_shares = false;
        m_thread = std::make_unique<EngineThread>([this](std::string_view spec, std::uint32_t n) {
            return openThroughShim(m_device, spec, n, m_options);
        });
        m_listener = std::make_unique<QObject>();
        Engine& engine = m_thread->engine();
        QObject* here = m_listener.get();
        connect(&engine, &Engine::modelOpened, here, [this](const auto& m) { m_opened.append(m); });
        connect(&engine, &Engine::modelMoved, here, [this](const auto& m) { m_moved.append(m); });
        connect(&engine, &Engine::textArrived, here, [this](const auto& m) { m_text += m.text; });
        connect(&engine, &Engine::generationEnded, here,
                [this](const auto& m) { m_ended.append(m); });
        connect(&engine, &Engine::failed, here, [this](const auto& m) { m_failures.append(m); });
    }

    void cleanup() {
        m_thread.reset();
        m_listener.reset();
        m_opened.clear();
        m_moved.clear();
        m_ended.clear();
        m_failures.clear();
        const auto violations = DriverShim::get().violations();
        QVERIFY2(violations.empty(), violations.empty() ? "" : violations.front().c_str());
    }

    void aLostDeviceIsStartedAgainAndTheReplyKept() {
        open();
        generateWithFault("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        QCOMPARE(m_moved.size(), 1);
        QVERIFY(!m_moved.first().closed);
        QCOMPARE(m_moved.first().model.device, m_gpu);
        QVERIFY(m_moved.first().sentence.contains(m_gpu));
        QVERIFY(m_moved.first().sentence.contains(QLatin1String("started again")));
        QVERIFY(m_moved.first().detail.contains(QLatin1String("VK_ERROR_DEVICE_LOST")));
        generate(3);
        QCOMPARE(m_ended.last().generatedTokens, 6);
        m_thread.reset();
        QVERIFY(DriverShim::get().leftBehind().empty());
    }

    void aDeviceLostTwiceLeavesTheWorkToTheCpu() {
        open();
        generateWithFault("vkWaitForFences", VK_ERROR_DEVICE_LOST);
        generateWithFault("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        QTRY_COMPARE_WITH_TIMEOUT(m_moved.size(), 2, kWaitMs);
        QVERIFY(m_moved.last().model.device != m_gpu);
        QVERIFY(m_moved.last().sentence.contains(QLatin1String("the CPU has taken over")));
        const auto calls = DriverShim::get().calls();
        generate(4);
        QCOMPARE(m_ended.last().generatedTokens, 6);
        QVERIFY(DriverShim::get().calls() == calls);
        QVERIFY(DriverShim::get().leftBehind().empty());
    }

    /// What was written before and after has a record each, and one replay runs both.
    void aReplyThatGoesOnOnTheCpuIsReplayedInParts() {
        open();
        DriverShim::get().failNext("vkCreateCommandPool", VK_ERROR_DEVICE_LOST,
                                   Strikes::FromThenOn);
        generateWithFault("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        const GenerationEnded first = m_ended.last();
        QVERIFY(first.record.device.startsWith(QLatin1String("vulkan")));
        QCOMPARE(first.record.reason, QString("interrupted"));
        QCOMPARE(first.record.tokens.size(), first.generatedTokens);

        GenerateRequest request = requestOf(3, 6);
        request.prompt += first.text;
        request.continues = first.record;
        QMetaObject::invokeMethod(&m_thread->engine(),
                                  [this, request] { m_thread->engine().generate(request); });
        QTRY_COMPARE_WITH_TIMEOUT(m_ended.size(), 2, kWaitMs);
        const GenerationRecord second = m_ended.last().record;
        QCOMPARE(second.device, QString("cpu"));
        QCOMPARE(second.prompt, first.record.prompt + first.record.tokens);
        QCOMPARE(second.randomPosition, qint64{first.record.tokens.size()});

        std::optional<ReplayEnded> end;
        connect(&m_thread->engine(), &Engine::replayEnded, m_listener.get(),
                [&](const ReplayEnded& one) { end = one; });
        QMetaObject::invokeMethod(&m_thread->engine(), [&] {
            m_thread->engine().replay({4, {first.record, second}, {}});
        });
        QTRY_VERIFY_WITH_TIMEOUT(end, kWaitMs);
        const auto count = first.record.tokens.size();
        QCOMPARE(end->total, count + 6);
        // The GPU's numbers are not the CPU's, and that is said; those of the CPU are its own.
        QVERIFY2(
            end->sentence.contains(QStringLiteral("Part 1 of 2 (tokens 1 to %1, written on %2)")
                                       .arg(count)
                                       .arg(first.record.device)) &&
                end->sentence.contains(
                    QStringLiteral("Part 2 of 2 (tokens %1 to %2, written on cpu): All 6 "
                                   "tokens and their probabilities came out the same")
                        .arg(count + 1)
                        .arg(count + 6)),
            qPrintable(end->sentence));
        QVERIFY2(end->caution.contains(m_gpu), qPrintable(end->caution));
    }

    void aDeviceThatDoesNotStartAgainLeavesTheWorkToTheCpu() {
        open();
        DriverShim::get().failNext("vkCreateCommandPool", VK_ERROR_DEVICE_LOST,
                                   Strikes::FromThenOn);
        generateWithFault("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        QCOMPARE(m_moved.size(), 1);
        QVERIFY(m_moved.first().model.device != m_gpu);
        generate(3);
        QCOMPARE(m_ended.last().generatedTokens, 6);
    }

    void aReplyOfWhichNothingWasShownIsBegunAgain() {
        open();
        DriverShim::get().failNext("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        generate(2);
        QCOMPARE(m_ended.size(), 1);
        QCOMPARE(m_ended.first().reason, EndReason::MaxTokens);
        QCOMPARE(m_ended.first().generatedTokens, 6);
        QCOMPARE(m_moved.size(), 1);
        QCOMPARE(m_moved.first().model.device, m_gpu);
    }

    void outOfMemoryIsAnsweredInTheSameWayWithAnAdvice() {
        open();
        generateWithFault("vkQueueSubmit", VK_ERROR_OUT_OF_DEVICE_MEMORY);
        QVERIFY(m_ended.last().problem.contains(QLatin1String("memory")));
        QCOMPARE(m_moved.size(), 1);
        QVERIFY(m_moved.first().sentence.contains(QLatin1String("choose a smaller file")));
        generate(3);
        QCOMPARE(m_ended.last().generatedTokens, 6);
    }

    /// The submission never reaches the driver: its real fence is never signalled.
    void aFenceThatNeverSignalsIsALostDevice() {
        m_options.waitLimitMs = kWaitLimitMs;
        open();
        generateWithFault("vkQueueSubmit", VK_SUCCESS);
        QCOMPARE(m_moved.size(), 1);
        QCOMPARE(m_moved.first().model.device, m_gpu);
        QVERIFY(m_moved.first().detail.contains(QLatin1String("still running")));
        generate(3);
        QCOMPARE(m_ended.last().generatedTokens, 6);
    }

    void aDeviceThatIsLostWhileItSharesAModelIsStartedAgainWithItsShare() {
        openShared();
        generateWithFault("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        QCOMPARE(m_moved.size(), 1);
        QCOMPARE(m_moved.first().model.device, m_sharedName);
        QVERIFY(m_moved.first().sentence.startsWith(m_gpu + QStringLiteral(" stopped answering")));
        QVERIFY(m_moved.first().sentence.contains(QLatin1String("started again")));
        generate(3);
        QCOMPARE(m_ended.last().generatedTokens, 6);
        m_thread.reset();
        QVERIFY(DriverShim::get().leftBehind().empty());
    }

    void aDeviceThatIsLostTwiceLeavesItsShareToTheCpu() {
        openShared();
        generateWithFault("vkWaitForFences", VK_ERROR_DEVICE_LOST);
        generateWithFault("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        QTRY_COMPARE_WITH_TIMEOUT(m_moved.size(), 2, kWaitMs);
        QVERIFY(!m_moved.last().model.device.contains(m_gpu));
        QVERIFY(m_moved.last().sentence.contains(QLatin1String("the CPU has taken over")));
        const auto calls = DriverShim::get().calls();
        generate(4);
        QCOMPARE(m_ended.last().generatedTokens, 6);
        QVERIFY(DriverShim::get().calls() == calls);
    }

    void whatDoesNotFitIsOfferedToBothIfThatWasNotAllowed() {
        const auto demo = openCheckpoint({});
        QVERIFY(demo);
        const auto room = roomForLayers(m_device, **demo, 2);
        QVERIFY(room);
        m_options.memoryLimit = *room + *room / 30; // an advice keeps something back
        OpenModelRequest request;
        request.id = 1;
        request.device = QStringLiteral("vulkan");
        QMetaObject::invokeMethod(&m_thread->engine(),
                                  [this, request] { m_thread->engine().openModel(request); });
        QTRY_COMPARE_WITH_TIMEOUT(m_failures.size(), 1, kWaitMs);
        const EngineFailed failure = m_failures.first();
        QCOMPARE(failure.fittingLayers, 2);
        QCOMPARE(failure.layers, static_cast<int>((*demo)->shape().layers));
        QVERIFY2(failure.sentence.contains(QLatin1String("and the rest on the processor")),
                 qPrintable(failure.sentence));
    }

    void whereNoDeviceWasAskedForAModelThatDoesNotFitGoesToTheCpu() {
        DriverShim::get().failNext("vkAllocateMemory", VK_ERROR_OUT_OF_DEVICE_MEMORY,
                                   Strikes::FromThenOn);
        open(QStringLiteral("auto"));
        QVERIFY(m_opened.first().device != m_gpu);
        QVERIFY(m_opened.first().deviceReason.contains(QLatin1String("vkAllocateMemory")));
        generate(2);
        QCOMPARE(m_ended.last().generatedTokens, 6);
    }
};

QTEST_GUILESS_MAIN(DeviceFailureTest)
#include "device_failure_test.moc"
