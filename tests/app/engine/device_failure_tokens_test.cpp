// SPDX-License-Identifier: MIT
// A device that is lost while several continuations are written, or while a text is scored. The
// real engine thread and the real Vulkan backend, with a driver that fails when it is told to.
#include <cmath>
#include <limits>
#include <memory>

#include <QTest>

#include "driver_shim.h"
#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr int kWaitMs = 120'000;

} // namespace

class DeviceFailureTokensTest : public QObject {
    Q_OBJECT

    FoundDevice m_device;
    QString m_gpu;
    std::unique_ptr<EngineThread> m_thread;
    std::unique_ptr<QObject> m_listener;
    QList<ModelOpened> m_opened;
    QList<ModelMoved> m_moved;
    QList<EngineFailed> m_failures;
    QList<SamplesEnded> m_samples;
    QStringList m_texts; ///< that the samples have told
    QList<TokenDetail> m_scored;
    QList<ScoreEnded> m_scores;

    void samples(RequestId id, int tokens) {
        const auto tokenizer = openTokenizer({});
        SamplesRequest request;
        request.id = id;
        request.prompt = QStringLiteral("Once upon a time");
        request.alternatives = 3;
        for (quint64 seed = 1; seed <= 3; ++seed) {
            SampleWish wish;
            wish.settings.logitBias = {
                {(*tokenizer)->endOfText(), -std::numeric_limits<float>::infinity()}};
            wish.settings.maxTokens = tokens;
            wish.settings.randomSeed = false;
            wish.settings.seed = seed;
            request.wishes.append(wish);
        }
        m_texts = {{}, {}, {}};
        const auto before = m_samples.size();
        QMetaObject::invokeMethod(&m_thread->engine(),
                                  [this, request] { m_thread->engine().samples(request); });
        QTRY_COMPARE_WITH_TIMEOUT(m_samples.size() + m_failures.size(), before + 1, kWaitMs);
        QVERIFY2(m_failures.isEmpty(),
                 m_failures.isEmpty() ? "" : qPrintable(m_failures.first().detail));
    }
    void score(RequestId id) {
        ScoreRequest request;
        request.id = id;
        for (int line = 0; line < 40; ++line) {
            request.text += QStringLiteral("Once upon a time there was a dog. ");
        }
        request.alternatives = 5;
        m_scored.clear();
        const auto before = m_scores.size();
        QMetaObject::invokeMethod(&m_thread->engine(),
                                  [this, request] { m_thread->engine().score(request); });
        QTRY_COMPARE_WITH_TIMEOUT(m_scores.size() + m_failures.size(), before + 1, kWaitMs);
        QVERIFY2(m_failures.isEmpty(),
                 m_failures.isEmpty() ? "" : qPrintable(m_failures.first().detail));
    }
    /// The first message of this kind is followed by a call that fails.
    template <class Signal>
    QMetaObject::Connection failAfter(Signal signal, const char* function) {
        return connect(
            &m_thread->engine(), signal, &m_thread->engine(),
            [=] { DriverShim::get().failNext(function, VK_ERROR_DEVICE_LOST); },
            static_cast<Qt::ConnectionType>(Qt::DirectConnection | Qt::SingleShotConnection));
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
        m_thread = std::make_unique<EngineThread>([this](std::string_view spec, std::uint32_t n) {
            return openThroughShim(m_device, spec, n, {});
        });
        m_listener = std::make_unique<QObject>();
        Engine& engine = m_thread->engine();
        QObject* here = m_listener.get();
        connect(&engine, &Engine::modelOpened, here, [this](const auto& m) { m_opened.append(m); });
        connect(&engine, &Engine::modelMoved, here, [this](const auto& m) { m_moved.append(m); });
        connect(&engine, &Engine::failed, here, [this](const auto& m) { m_failures.append(m); });
        connect(&engine, &Engine::sampleArrived, here,
                [this](const auto& m) { m_texts[m.index] += m.text; });
        connect(&engine, &Engine::samplesEnded, here,
                [this](const auto& m) { m_samples.append(m); });
        connect(&engine, &Engine::scoreArrived, here, [this](const ScoreArrived& m) {
            QCOMPARE(m.from, static_cast<int>(m_scored.size())); // in order and without gaps
            m_scored += m.tokens;
        });
        connect(&engine, &Engine::scoreEnded, here, [this](const auto& m) { m_scores.append(m); });
        OpenModelRequest request;
        request.id = 1;
        request.device = QStringLiteral("vulkan");
        QMetaObject::invokeMethod(&engine, [&engine, request] { engine.openModel(request); });
        QTRY_COMPARE_WITH_TIMEOUT(m_opened.size() + m_failures.size(), 1, kWaitMs);
        QVERIFY(m_failures.isEmpty());
    }

    void cleanup() {
        m_thread.reset();
        m_listener.reset();
        m_opened.clear();
        m_moved.clear();
        m_failures.clear();
        m_samples.clear();
        m_scores.clear();
        const auto violations = DriverShim::get().violations();
        QVERIFY2(violations.empty(), violations.empty() ? "" : violations.front().c_str());
    }

    void samplesKeepWhatTheyHaveAndTheNextAreWritten() {
        const auto connection = failAfter(&Engine::sampleArrived, "vkQueueSubmit");
        samples(2, 400);
        disconnect(connection);
        const SamplesEnded& end = m_samples.first();
        QCOMPARE(end.ends.size(), 3);
        for (int index = 0; index < 3; ++index) {
            const GenerationEnded& one = end.ends.at(index);
            QCOMPARE(one.reason, EndReason::Interrupted);
            QVERIFY(!one.problem.isEmpty());
            QCOMPARE(one.text, m_texts.at(index));
            QVERIFY(one.generatedTokens < 400);
            QCOMPARE(one.record.tokens.size(), one.generatedTokens);
        }
        QVERIFY(end.ends.first().generatedTokens > 0);
        QTRY_COMPARE_WITH_TIMEOUT(m_moved.size(), 1, kWaitMs);
        QVERIFY(!m_moved.first().closed);
        DriverShim::get().heal();
        samples(3, 6);
        for (const GenerationEnded& one : m_samples.last().ends) {
            QCOMPARE(one.reason, EndReason::MaxTokens);
            QCOMPARE(one.generatedTokens, 6);
        }
    }

    void samplesOfWhichNothingWasShownAreBegunAgain() {
        DriverShim::get().failNext("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        samples(2, 6);
        for (const GenerationEnded& one : m_samples.first().ends) {
            QCOMPARE(one.reason, EndReason::MaxTokens);
            QCOMPARE(one.generatedTokens, 6);
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_moved.size(), 1, kWaitMs);
    }

    void aScoreGoesOnWhereItWasAndEndsWhole() {
        score(2);
        const QList<TokenDetail> whole = m_scored;
        QVERIFY(m_scores.first().complete);
        QVERIFY(whole.size() > 200);
        const auto connection = failAfter(&Engine::scoreArrived, "vkQueueSubmit");
        score(3);
        disconnect(connection);
        QVERIFY(m_scores.last().complete);
        QCOMPARE(m_scores.last().tokens, static_cast<int>(whole.size()));
        QCOMPARE(m_scored.size(), whole.size());
        for (qsizetype at = 1; at < whole.size(); ++at) {
            QCOMPARE(m_scored.at(at).id, whole.at(at).id);
            QVERIFY(std::abs(m_scored.at(at).logprob - whole.at(at).logprob) < 0.05F);
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_moved.size(), 1, kWaitMs);
        QVERIFY(!m_moved.first().closed);
    }

    void aScoreIsFinishedByTheCpuWhereTheDeviceStaysLost() {
        const auto connection = failAfter(&Engine::scoreArrived, "vkQueueSubmit");
        DriverShim::get().failNext("vkCreateCommandPool", VK_ERROR_DEVICE_LOST,
                                   Strikes::FromThenOn);
        score(2);
        disconnect(connection);
        QVERIFY(m_scores.last().complete);
        QCOMPARE(m_scored.size(), m_scores.last().tokens);
        QTRY_COMPARE_WITH_TIMEOUT(m_moved.size(), 1, kWaitMs);
        QVERIFY(m_moved.last().model.device != m_gpu);
    }
};

QTEST_GUILESS_MAIN(DeviceFailureTokensTest)
#include "device_failure_tokens_test.moc"
