// SPDX-License-Identifier: MIT
// The sampling lab beside the chat.
#include <limits>

#include <QLineEdit>
#include <QScrollArea>
#include <QTest>

#include "live_scene.h"
#include "states.h"
#include "ui/lab/distribution_view.h"
#include "ui/lab/stage_list.h"
#include "ui/lab/stage_row.h"
#include "ui/settings_panel.h"

namespace phidelity::screenshots {

namespace {

void look(LiveScene& scene, const QString& text) {
    scene.window.showPanel(QStringLiteral("lab"));
    LabPanel* panel = scene.lab.panel();
    panel->findChild<QLineEdit*>(QStringLiteral("labText"))->setText(text);
    LiveScene::wait([&] { return !panel->distribution()->distribution().steps.isEmpty(); });
}

void unfold(LiveScene& scene, SamplingStage stage) {
    scene.lab.panel()->stages()->row(stage)->setUnfolded(true);
}

} // namespace

QList<State> labStates() {
    return {
        live(QStringLiteral("settings"), [](LiveScene&) {}),
        live(QStringLiteral("lab-empty"),
             [](LiveScene& scene) { scene.window.showPanel(QStringLiteral("lab")); }),
        live(QStringLiteral("lab-usual"),
             [](LiveScene& scene) {
                 look(scene, QStringLiteral("Alice: What is a prime number?\\nBob: A"));
             }),
        live(QStringLiteral("lab-stages"),
             [](LiveScene& scene) {
                 GenerationSettings settings = withStages(stagesOf(StageOrder::HuggingFace), {});
                 settings.temperature = 1.2;
                 settings.xtcProbability = 0.3;
                 settings.topP = 0.8;
                 settings.repeatPenalty = 1.1;
                 scene.window.settings()->change(settings);
                 look(scene, QStringLiteral("Once upon a time there was a"));
                 unfold(scene, SamplingStage::Temperature);
                 unfold(scene, SamplingStage::TopP);
                 scene.lab.panel()->distribution()->setPicked(SamplingStage::TopP);
             }),
        live(QStringLiteral("lab-bias"),
             [](LiveScene& scene) {
                 look(scene, QStringLiteral("Once upon a"));
                 const LabStep first =
                     scene.lab.panel()->distribution()->distribution().steps.front();
                 emit scene.lab.panel()->distribution()->biasRequested(first.tokens.at(0).id, -2);
                 emit scene.lab.panel()->distribution()->biasRequested(
                     first.tokens.at(1).id, -std::numeric_limits<float>::infinity());
                 unfold(scene, SamplingStage::LogitBias);
                 scene.lab.panel()
                     ->findChild<QLineEdit*>(QStringLiteral("biasText"))
                     ->setText(QStringLiteral(" unbelievable"));
                 QTest::qWait(300);
             }),
        live(QStringLiteral("lab-rest"),
             [](LiveScene& scene) {
                 look(scene, QStringLiteral("Once upon a"));
                 GenerationSettings settings;
                 settings.temperature = 0;
                 settings.randomSeed = false;
                 settings.extraStops = {QStringLiteral("\n\n"), QStringLiteral("END")};
                 scene.window.settings()->change(settings);
                 QTest::qWait(50);
                 auto* area =
                     scene.lab.panel()->findChild<QScrollArea*>(QStringLiteral("labScroll"));
                 area->ensureVisible(0, area->widget()->height());
             }),
        live(QStringLiteral("lab-fault"),
             [](LiveScene& scene) {
                 scene.window.showPanel(QStringLiteral("lab"));
                 scene.lab.panel()->showNotice(
                     QStringLiteral(
                         "No presets were imported from shared.json. It is not JSON: illegal "
                         "value in line 3, column 17."),
                     {});
             }),
    };
}

} // namespace phidelity::screenshots
