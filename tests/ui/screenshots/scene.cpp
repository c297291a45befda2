// SPDX-License-Identifier: MIT
#include "scene.h"

#include <QApplication>
#include <QDialog>

namespace phidelity::screenshots {

void settle() {
    for (int round = 0; round < 6; ++round) {
        QApplication::processEvents();
        QApplication::sendPostedEvents();
    }
}

Scene::Scene(const QSize& size) {
    connectWindow(window, controller);
    connectEngine(engine, controller);
    connectDevices(engine, window);
    controller.newConversation();
    window.resize(size);
    window.show();
    controller.models()->open({});
    settle();
    engine.answerOpen();
    settle();
}

void Scene::say(const QString& text, const QString& answer, EndReason reason, const QString& cut) {
    emit window.submitted(text);
    settle();
    engine.sendText(answer);
    settle();
    engine.end(reason, cut);
    settle();
}

State faked(const QString& name, const std::function<void(Scene&)>& act) {
    return {name, [act](const QSize& size, const Take& take) {
                Scene scene(size);
                act(scene);
                settle();
                QWidget* dialog = scene.window.findChild<QDialog*>();
                take(dialog ? dialog : &scene.window);
            }};
}

void greet(Scene& scene) {
    scene.say(QStringLiteral("Hello! Who are you?"),
              QStringLiteral(" I am a small demo model inside Phidelity. I can add numbers, write "
                             "short Python functions and explain simple things."),
              EndReason::StopString, QStringLiteral("\nAlice: Nice! And what is 2 + 2?\nBob: 4."));
}

void answerPreviewSoon(Scene& scene, int cached) {
    const int before = scene.engine.previews;
    while (scene.engine.previews == before) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    scene.engine.answerPreview(cached);
}

} // namespace phidelity::screenshots
