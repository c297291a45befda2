// SPDX-License-Identifier: MIT
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <QTest>

#include "engine/model_source.h"
#include "inference/backend/choose.h"
#include "inference/model/generator.h"
#include "inference/relative_error.h"

using namespace phidelity;

namespace {

constexpr double kSameWeights = 5e-3;
constexpr std::size_t kTokens = 1000;

Result<std::unique_ptr<Model>> demoOn(const std::string& device) {
    PHIDELITY_TRY(auto checkpoint, openCheckpoint({}));
    PHIDELITY_TRY(auto backend, createBackend(device));
    return Model::load(std::move(checkpoint), std::move(backend));
}

Result<FinishedGeneration> greedy(Model& model, const std::string& prompt) {
    GenerationRequest request;
    request.prompt = encodePrompt(model.tokenizer(), prompt);
    request.sampler.temperature = 0.0F;
    request.maxTokens = 60;
    PrefixCache cache(model, 1);
    return generate(model, cache, request);
}

} // namespace

/// The demo model on every other device of this machine, against the CPU.
class DemoDevicesTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        for (const DeviceChoice& device : listDevices()) {
            if (device.usable && device.info.kind != DeviceKind::Cpu) {
                m_devices.push_back(device.info.id);
            }
        }
        if (m_devices.empty()) {
            QSKIP("no device but the CPU");
        }
        auto model = demoOn("cpu");
        QVERIFY2(model.has_value(), model ? "" : model.error().detail.c_str());
        m_cpu = std::move(*model);
    }

    void logitsAgreeOverAThousandTokens() {
        // Windows of its own words: what it writes after a prompt, over and over.
        const auto written = greedy(*m_cpu, "def add(a, b):");
        QVERIFY(written.has_value());
        const std::vector<TokenId> words = encodePrompt(m_cpu->tokenizer(), written->text);
        QVERIFY(!words.empty());
        for (const std::string& device : m_devices) {
            auto model = demoOn(device);
            QVERIFY2(model.has_value(), model ? "" : model.error().detail.c_str());
            for (std::size_t done = 0; done < kTokens;) {
                const std::size_t count = std::min<std::size_t>(m_cpu->context(), kTokens - done);
                std::vector<TokenId> tokens;
                for (std::size_t i = 0; i < count; ++i) {
                    tokens.push_back(words[(done + i) % words.size()]);
                }
                Sequence onCpu(*m_cpu);
                Sequence onDevice(**model);
                const auto expected = onCpu.extend(tokens, LogitRows::All);
                const auto found = onDevice.extend(tokens, LogitRows::All);
                QVERIFY(expected.has_value() && found.has_value());
                QCOMPARE(found->size(), expected->size());
                const double error = relativeError(*found, *expected);
                qInfo("%s, %zu tokens: %.2e", device.c_str(), count, error);
                QVERIFY(error <= kSameWeights);
                done += count;
            }
        }
    }

    void greedyTextIsTheSame_data() {
        QTest::addColumn<QByteArray>("prompt");
        QTest::newRow("talk") << QByteArray("Instruct: Hello!\nOutput:");
        QTest::newRow("sum") << QByteArray("Instruct: What is 12 + 30?\nOutput:");
        QTest::newRow("code") << QByteArray("def is_even(n):");
    }

    void greedyTextIsTheSame() {
        QFETCH(QByteArray, prompt);
        const auto expected = greedy(*m_cpu, prompt.toStdString());
        QVERIFY(expected.has_value());
        QVERIFY(!expected->tokens.empty());
        for (const std::string& device : m_devices) {
            auto model = demoOn(device);
            QVERIFY2(model.has_value(), model ? "" : model.error().detail.c_str());
            const auto found = greedy(**model, prompt.toStdString());
            QVERIFY2(found.has_value(), found ? "" : found.error().detail.c_str());
            QCOMPARE(found->text, expected->text);
        }
    }

private:
    std::vector<std::string> m_devices;
    std::unique_ptr<Model> m_cpu;
};

QTEST_GUILESS_MAIN(DemoDevicesTest)
#include "demo_devices_test.moc"
