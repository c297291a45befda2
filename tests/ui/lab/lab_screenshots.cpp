// SPDX-License-Identifier: MIT
// Draws the sampling lab in its states into PNG files, to be looked at: lab_screenshots FOLDER.
#include <functional>

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QScrollArea>
#include <QTest>
#include <QTextStream>

#include "app/lab_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/lab/distribution_view.h"
#include "ui/lab/stage_list.h"
#include "ui/lab/stage_row.h"
#include "ui/settings_panel.h"
#include "ui/theme.h"

using namespace phidelity;

namespace {

struct Scene {
    ChatController controller;
    MainWindow window;
    EngineThread engine;
    LabDesk lab;

    explicit Scene(const QSize& size)
        : lab(window, controller,
              PresetStore(QDir::temp().filePath(QStringLiteral("none/p.json")))) {
        connectWindow(window, controller);
        connectEngine(engine.engine(), controller);
        connectLab(engine.engine(), lab);
        controller.newConversation();
        window.resize(size);
        window.show();
        controller.models()->open({});
        wait([this] { return controller.models()->model().context > 0; });
    }
    static void wait(const std::function<bool()>& until) {
        QElapsedTimer timer;
        timer.start();
        while (!until() && timer.elapsed() < 30000) {
            QTest::qWait(20);
        }
        QTest::qWait(50);
    }
    LabPanel* panel() { return lab.panel(); }
    void look(const QString& text) {
        window.showPanel(QStringLiteral("lab"));
        panel()->findChild<QLineEdit*>(QStringLiteral("labText"))->setText(text);
        wait([this] { return !panel()->distribution()->distribution().steps.isEmpty(); });
    }
    void unfold(SamplingStage stage) { panel()->stages()->row(stage)->setUnfolded(true); }
};

const std::pair<QString, std::function<void(Scene&)>> kStates[] = {
    {QStringLiteral("lab-simple"), [](Scene&) {}},
    {QStringLiteral("lab-empty"),
     [](Scene& scene) { scene.window.showPanel(QStringLiteral("lab")); }},
    {QStringLiteral("lab-usual"),
     [](Scene& scene) { scene.look(QStringLiteral("Alice: What is a prime number?\\nBob: A")); }},
    {QStringLiteral("lab-stages"),
     [](Scene& scene) {
         GenerationSettings settings = withStages(stagesOf(StageOrder::HuggingFace), {});
         settings.temperature = 1.2;
         settings.xtcProbability = 0.3;
         settings.topP = 0.8;
         settings.repeatPenalty = 1.1;
         scene.window.settings()->change(settings);
         scene.look(QStringLiteral("Once upon a time there was a"));
         scene.unfold(SamplingStage::Temperature);
         scene.unfold(SamplingStage::TopP);
         scene.panel()->distribution()->setPicked(SamplingStage::TopP);
     }},
    {QStringLiteral("lab-bias"),
     [](Scene& scene) {
         scene.look(QStringLiteral("Once upon a"));
         const LabStep first = scene.panel()->distribution()->distribution().steps.front();
         emit scene.panel()->distribution()->biasRequested(first.tokens.at(0).id, -2);
         emit scene.panel()->distribution()->biasRequested(first.tokens.at(1).id,
                                                           -std::numeric_limits<float>::infinity());
         scene.unfold(SamplingStage::LogitBias);
         scene.panel()
             ->findChild<QLineEdit*>(QStringLiteral("biasText"))
             ->setText(QStringLiteral(" unbelievable"));
         QTest::qWait(300);
     }},
    {QStringLiteral("lab-rest"),
     [](Scene& scene) {
         scene.look(QStringLiteral("Once upon a"));
         GenerationSettings settings;
         settings.temperature = 0;
         settings.randomSeed = false;
         settings.extraStops = {QStringLiteral("\n\n"), QStringLiteral("END")};
         scene.window.settings()->change(settings);
         QTest::qWait(50);
         auto* area = scene.panel()->findChild<QScrollArea*>(QStringLiteral("labScroll"));
         area->ensureVisible(0, area->widget()->height());
     }},
    {QStringLiteral("lab-fault"),
     [](Scene& scene) {
         scene.window.showPanel(QStringLiteral("lab"));
         scene.panel()->showNotice(
             QStringLiteral("No presets were imported from shared.json. It is not JSON: illegal "
                            "value in line 3, column 17."),
             {});
     }},
};

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", qgetenv("QT_QPA_PLATFORM").isEmpty() ? QByteArray("offscreen")
                                                                    : qgetenv("QT_QPA_PLATFORM"));
    QApplication application(argc, argv);
    registerEngineMessages();
    const QStringList words = QApplication::arguments();
    if (words.size() < 2) {
        QTextStream(stderr) << "lab_screenshots FOLDER [STATE]\n";
        return 2;
    }
    QDir().mkpath(words.at(1));
    const std::pair<QString, QSize> sizes[] = {{QStringLiteral("wide"), {1280, 800}},
                                               {QStringLiteral("small"), {640, 480}}};
    for (const Appearance look : {Appearance::Light, Appearance::Dark}) {
        applyAppearance(application, look);
        for (const auto& [sizeName, size] : sizes) {
            for (const auto& [state, act] : kStates) {
                if (words.size() > 2 && state != words.at(2)) {
                    continue;
                }
                Scene scene(size);
                act(scene);
                QTest::qWait(100);
                const QString file = QStringLiteral("%1/%2-%3-%4.png")
                                         .arg(words.at(1), state, sizeName,
                                              look == Appearance::Light ? QStringLiteral("light")
                                                                        : QStringLiteral("dark"));
                if (!scene.window.grab().save(file)) {
                    QTextStream(stderr) << "cannot write " << file << '\n';
                    return 1;
                }
            }
        }
    }
    return 0;
}
