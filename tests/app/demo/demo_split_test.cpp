// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <vector>

#include <QTest>

#include "engine/model_source.h"
#include "inference/backend/choose.h"
#include "inference/model/device_share.h"
#include "inference/model/generator.h"

using namespace phidelity;

namespace {

const char* const kPrompts[] = {
    "Instruct: Hello!\nOutput:", "Instruct: What is 12 + 30?\nOutput:", "def is_even(n):"};

Result<std::unique_ptr<Model>> demoOn(const std::string& device, const DeviceShare& share = {}) {
    PHIDELITY_TRY(auto checkpoint, openCheckpoint({}));
    PHIDELITY_TRY(auto backend, createBackend(device));
    PHIDELITY_TRY(backend, shareModel(std::move(backend), *checkpoint, share));
    return Model::load(std::move(checkpoint), std::move(backend));
}

Result<std::vector<std::string>> greedyTexts(Model& model) {
    std::vector<std::string> texts;
    PrefixCache cache(model, 1);
    for (const char* prompt : kPrompts) {
        GenerationRequest request;
        request.prompt = encodePrompt(model.tokenizer(), prompt);
        request.sampler.temperature = 0.0F;
        request.maxTokens = 40;
        PHIDELITY_TRY(const FinishedGeneration finished, generate(model, cache, request));
        texts.push_back(finished.text);
    }
    return texts;
}

} // namespace

/// The demo model, shared between the CPU and each other device of this machine.
class DemoSplitTest : public QObject {
    Q_OBJECT

private slots:
    void greedyTextIsThatOfTheCpu() {
        const auto onCpu = demoOn("cpu");
        QVERIFY(onCpu);
        const auto expected = greedyTexts(**onCpu);
        QVERIFY(expected);
        QVERIFY(!expected->front().empty());
        const std::uint32_t layers = (*onCpu)->shape().layers;
        bool any = false;
        for (const DeviceChoice& device : listDevices()) {
            if (!device.usable || device.info.kind == DeviceKind::Cpu) {
                continue;
            }
            any = true;
            for (const std::uint32_t onDevice : {1U, layers / 2, layers}) {
                const auto model = demoOn(device.info.id, {DeviceShare::Kind::Layers, onDevice});
                QVERIFY2(model, model ? "" : model.error().detail.c_str());
                QCOMPARE((*model)->device().cpuLayers, layers - onDevice);
                const auto found = greedyTexts(**model);
                QVERIFY2(found, found ? "" : found.error().detail.c_str());
                QCOMPARE(*found, *expected);
            }
        }
        if (!any) {
            QSKIP("no device but the CPU");
        }
    }
};

QTEST_GUILESS_MAIN(DemoSplitTest)
#include "demo_split_test.moc"
