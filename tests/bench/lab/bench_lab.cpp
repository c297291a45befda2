// SPDX-License-Identifier: MIT
// What a step of a slider in the sampling lab costs the window, over a vocabulary of Phi-2's size:
// all stages anew, the rows of tokens, and the painting of both.
#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

#include <QApplication>
#include <QElapsedTimer>
#include <QSlider>

#include "app/lab_desk.h"
#include "app/wiring.h"
#include "ui/lab/distribution_view.h"
#include "ui/lab/stage_list.h"
#include "ui/lab/stage_row.h"
#include "ui/settings_panel.h"

using namespace phidelity;

namespace {

constexpr int kVocabulary = 51'200;
constexpr int kSteps = 200;

/// Logits that lie about as a language model's do: few that stand out over a wide noise.
std::shared_ptr<const NextTokenLogits> logits() {
    std::mt19937 random(7);
    std::normal_distribution<float> noise(0, 2.2F);
    auto texts = std::make_shared<TokenTexts>();
    auto next = std::make_shared<NextTokenLogits>();
    for (int id = 0; id < kVocabulary; ++id) {
        const QByteArray text = " word" + QByteArray::number(id);
        texts->bytes.append(text);
        texts->labels.append(QString::fromLatin1(text));
        next->logits.push_back(noise(random));
    }
    for (quint32 token = 0; token < 500; ++token) {
        next->history.push_back(token % 90);
    }
    for (int peak = 0; peak < 40; ++peak) {
        next->logits[static_cast<size_t>(peak * 1201)] += 12 - 0.2F * static_cast<float>(peak);
    }
    next->texts = texts;
    return next;
}

struct Case {
    const char* name;
    GenerationSettings settings;
    const char* slider;
    SamplingStage stage;
};

std::vector<Case> cases() {
    GenerationSettings plain;
    plain.temperature = 0.9;
    plain.topK = 0;
    plain.topP = 1;
    plain.minP = 0;
    GenerationSettings first = withStages(stagesOf(StageOrder::HuggingFace), {});
    first.topK = 0;
    GenerationSettings all;
    for (const SamplingStage stage : stagesOf(StageOrder::LlamaCpp)) {
        all = withStageOn(stage, all, all);
    }
    all.logitBias = {{5, 2.0F}};
    all.topK = 0; // the later stages see the whole vocabulary
    GenerationSettings mirostat = withStageOn(SamplingStage::Mirostat, plain, plain);
    return {{"usual settings, temperature", {}, "labTemperature", SamplingStage::Temperature},
            {"temperature alone", plain, "labTemperature", SamplingStage::Temperature},
            {"temperature first, no top-k, top-p", first, "labTopP", SamplingStage::TopP},
            {"every stage but top-k, top-p", all, "labTopP", SamplingStage::TopP},
            {"mirostat, its aim", mirostat, "labMirostatTau", SamplingStage::Mirostat}};
}

double at(std::vector<double> times, double share) {
    std::sort(times.begin(), times.end());
    return times[static_cast<size_t>(static_cast<double>(times.size() - 1) * share)];
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", qgetenv("QT_QPA_PLATFORM").isEmpty() ? QByteArray("offscreen")
                                                                    : qgetenv("QT_QPA_PLATFORM"));
    QApplication application(argc, argv);
    registerEngineMessages();
    applyAppearance(application, Appearance::Light);
    ChatController controller;
    MainWindow window;
    connectWindow(window, controller);
    LabDesk desk(window, controller, PresetStore(QStringLiteral("/nowhere/presets.json")));
    const auto next = logits();
    QObject::connect(&desk, &LabDesk::nextRequested, &desk, [&](const NextRequest& request) {
        desk.onNextArrived({request.id, next});
    });
    window.resize(1280, 800);
    window.show();
    window.showPanel(QStringLiteral("lab"));
    desk.setPageText(QStringLiteral("chat"), QStringLiteral("Once upon"));
    QElapsedTimer patience;
    patience.start();
    while (desk.panel()->distribution()->distribution().steps.isEmpty() &&
           patience.elapsed() < 5000) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
    }
    for (const Case& one : cases()) {
        window.settings()->change(one.settings);
        desk.panel()->stages()->row(one.stage)->setUnfolded(true);
        QApplication::processEvents();
        auto* slider =
            desk.panel()->findChild<QSlider*>(QLatin1String(one.slider) + QLatin1String("Slider"));
        std::vector<double> computed;
        std::vector<double> frames;
        for (int step = 0; step < kSteps; ++step) {
            const int range = slider->maximum() - slider->minimum();
            const int value = slider->minimum() + 1 + step * 7 % (range - 1);
            QElapsedTimer timer;
            timer.start();
            slider->setValue(value);
            computed.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            QApplication::processEvents();
            frames.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        }
        std::printf("%-36s stages and rows: median %6.2f  99%% %6.2f ms   painted: median %6.2f  "
                    "99%% %6.2f  most %6.2f ms\n",
                    one.name, at(computed, 0.5), at(computed, 0.99), at(frames, 0.5),
                    at(frames, 0.99), at(frames, 1));
    }
    return 0;
}
