// SPDX-License-Identifier: MIT
#include "live_scene.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

#include "ui/chat_page.h"
#include "ui/code/code_edit.h"
#include "ui/code/code_tab.h"
#include "ui/message_model.h"

namespace phidelity::screenshots {

LiveScene::LiveScene(const QSize& size)
    : lab(window, controller, PresetStore(QDir::temp().filePath(QStringLiteral("none/p.json")))),
      inspectorView(addInspector(window, inspector)), code(addCode(window, runs)),
      coding(code, controller.models()), codeInspector(code, &coding, controller.models()),
      codeInspectorView(addCodeInspector(window, *code, codeInspector)),
      codeLab(code, &coding, &lab) {
    connectWindow(window, controller);
    connectEngine(engine.engine(), controller);
    connectLab(engine.engine(), lab);
    connectInspector(engine.engine(), inspector);
    connectCode(engine.engine(), coding);
    connectCodeInspector(engine.engine(), codeInspector);
    controller.newConversation();
    window.resize(size);
    window.show();
    controller.models()->setDevice(QStringLiteral("cpu"), 0);
    controller.models()->open({});
    wait([this] { return controller.models()->model().context > 0; });
}

void LiveScene::wait(const std::function<bool()>& until) {
    QElapsedTimer timer;
    timer.start();
    while (!until() && timer.elapsed() < 30000) {
        QTest::qWait(20);
    }
    QTest::qWait(50);
}

void LiveScene::say(const QString& text) {
    GenerationSettings settings;
    settings.temperature = 0;
    settings.maxTokens = 40;
    controller.setSettings(settings);
    emit window.submitted(text);
    wait([this] {
        const MessageModel* messages = window.page()->messages();
        return messages->rowCount() > 1 && isEndedReply(messages->at(messages->rowCount() - 1));
    });
}

LiveScene::~LiveScene() {
    // Nothing comes back in the next scene.
    for (CodeTab* tab : code->tabs()) {
        tab->edit()->document()->setModified(false);
        tab->keep();
    }
}

State live(const QString& name, const std::function<void(LiveScene&)>& act) {
    return {name, [act](const QSize& size, const Take& take) {
                LiveScene scene(size);
                act(scene);
                QTest::qWait(100);
                take(&scene.window);
            }};
}

} // namespace phidelity::screenshots
