// SPDX-License-Identifier: MIT
// The chat: conversations, replies on their way, errors.
#include <QAbstractButton>
#include <QDateTime>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMouseEvent>
#include <QTest>

#include "scene.h"
#include "states.h"
#include "ui/chat_page.h"
#include "ui/composer.h"
#include "ui/conversation_list.h"
#include "ui/message_view.h"

namespace phidelity::screenshots {

namespace {

const char* const kAnswer =
    " A *prime number* is a whole number greater than 1 that only **1 and itself** divide.\n\n"
    "So 2, 3, 5 and 7 are prime, but `9 = 3 * 3` is not. To see whether `n` is prime:\n\n"
    "1. Try every whole number from 2 up to the square root of `n`.\n"
    "2. If one of them divides `n`, it is not prime.\n"
    "3. If none does, it is.\n\n"
    "In Python:\n\n"
    "```python\n"
    "def is_prime(n: int) -> bool:\n"
    "    \"\"\"Return True if n is a prime number.\"\"\"\n"
    "    if n < 2:\n"
    "        return False\n"
    "    for divisor in range(2, int(n ** 0.5) + 1):\n"
    "        if n % divisor == 0:\n"
    "            return False  # found a divisor\n"
    "    return True\n"
    "```\n\n"
    "For large numbers there are faster tests, such as";

} // namespace

QList<State> chatStates() {
    return {
        faked(QStringLiteral("empty"), [](Scene&) {}),
        faked(QStringLiteral("streaming"),
              [](Scene& scene) {
                  greet(scene);
                  emit scene.window.submitted(QStringLiteral(
                      "What is a prime number, and how can I test for one in Python?"));
                  settle();
                  scene.engine.sendText(QString::fromUtf8(kAnswer));
              }),
        faked(QStringLiteral("thinking"),
              [](Scene& scene) {
                  emit scene.window.submitted(QStringLiteral("Explain gravity."));
                  settle();
                  PromptProgress progress;
                  progress.id = scene.engine.lastGenerate.id;
                  progress.done = 512;
                  progress.total = 1800;
                  emit scene.engine.promptProgress(progress);
              }),
        faked(QStringLiteral("done"),
              [](Scene& scene) {
                  greet(scene);
                  scene.say(QStringLiteral("Count to five.\nOne number a line, please."),
                            QStringLiteral(" - one\n- two\n- three\n- four\n- five"),
                            EndReason::Stopped);
                  emit scene.window.regenerateRequested(3);
                  settle();
                  scene.engine.sendText(
                      QStringLiteral(" ## Counting\n1\n2\n3\n4\n5\n\n> That was easy."));
                  settle();
                  scene.engine.end(EndReason::StopString,
                                   QStringLiteral("\nAlice: Thanks!\nBob: You are "
                                                  "welcome."));
                  settle();
                  scene.window.page()->view()->toggleCut();
              }),
        faked(QStringLiteral("library"),
              [](Scene& scene) {
                  greet(scene);
                  Library* library = scene.controller.library();
                  const qint64 day = 24LL * 3600 * 1000;
                  const auto begin = [&](const QString& title, const QString& folder, bool pinned,
                                         int daysAgo) {
                      Conversation& fresh = library->create(FormatId::Chat);
                      fresh.info.title = title;
                      Message message;
                      message.text = title;
                      const NodeId node = fresh.add(
                          0, message, QDateTime::currentMSecsSinceEpoch() - daysAgo * day);
                      fresh.info.folder = folder;
                      fresh.info.pinned = pinned;
                      library->commit(fresh.info.id, {node});
                  };
                  library->addFolder(QStringLiteral("Mathematics"));
                  begin(QStringLiteral("Proof that the square root of two is irrational"),
                        QStringLiteral("Mathematics"), false, 1);
                  begin(QStringLiteral("Sums of squares"), QStringLiteral("Mathematics"), false, 3);
                  begin(QStringLiteral("Reading list"), {}, true, 40);
                  begin(QStringLiteral("A function that reverses words"), {}, false, 1);
                  begin(QStringLiteral("Why is the sky blue?"), {}, false, 4);
                  begin(QStringLiteral("Letter to the landlord"), {}, false, 200);
                  begin(QStringLiteral("To be thrown away"), {}, false, 2);
                  emit scene.window.conversations()->trashed(library->conversations().at(3).id);
                  settle();
              }),
        faked(QStringLiteral("editing"),
              [](Scene& scene) {
                  greet(scene);
                  scene.say(QStringLiteral("What is a derivative?"),
                            QStringLiteral(" How fast it changes."), EndReason::EndOfText);
                  emit scene.window.messageEdited(0, QStringLiteral("Good morning!"));
                  settle();
                  scene.engine.sendText(QStringLiteral(" Good morning to you."));
                  settle();
                  scene.engine.end(EndReason::EndOfText);
                  settle();
                  MessageView* view = scene.window.page()->view();
                  emit view->editRequested(0);
                  const QPointF at = view->rowRect(0).center();
                  QMouseEvent move(QEvent::MouseMove, at, view->viewport()->mapToGlobal(at),
                                   Qt::NoButton, Qt::NoButton, Qt::NoModifier);
                  QApplication::sendEvent(view->viewport(), &move);
              }),
        faked(QStringLiteral("function"),
              [](Scene& scene) {
                  scene.window.setFormat(FormatId::Code);
                  emit scene.window.formatChosen(FormatId::Code);
                  scene.say(
                      QStringLiteral("def is_even(n):\n    \"\"\"Return True if n is even.\"\"\""),
                      QStringLiteral("    return n % 2 == 0\n"), EndReason::StopString);
              }),
        faked(
            QStringLiteral("error"),
            [](Scene& scene) {
                greet(scene);
                emit scene.window.openModelRequested(QStringLiteral("/home/me/models/broken.gguf"));
                settle();
                scene.engine.answerFailure(
                    scene.engine.lastOpen.id,
                    QStringLiteral(
                        "The file broken.gguf is damaged and cannot be opened. Download it "
                        "again; the demo model stays open."),
                    QStringLiteral(
                        "broken.gguf: tensor blk.3.ffn_up.weight: expected {2560, 10240}, "
                        "found {2560, 10241}"));
                settle();
                scene.window.findChild<QAbstractButton*>(QStringLiteral("noticeDetails"))->click();
            }),
        faked(QStringLiteral("opening"),
              [](Scene& scene) {
                  emit scene.window.openModelRequested(
                      QStringLiteral("/home/me/phi-2.Q4_K_M.gguf"));
                  settle();
                  ModelOpening progress;
                  progress.id = scene.engine.lastOpen.id;
                  progress.fraction = 0.4;
                  emit scene.engine.modelOpening(progress);
              }),
        faked(QStringLiteral("too-large"),
              [](Scene& scene) {
                  greet(scene);
                  emit scene.window.openModelRequested(QStringLiteral("/home/me/phi-2.F16.gguf"));
                  settle();
                  EngineFailed failure;
                  failure.id = scene.engine.lastOpen.id;
                  failure.sentence = QStringLiteral(
                      "It needs 2.10 GB more memory than is free on Radeon RX 7800 XT. It would "
                      "fit with a "
                      "context of 1,024 tokens, with 20 of its 32 layers there and the rest on the "
                      "processor, as a file of type Q8_0 or on AMD Ryzen 7 7700.");
                  failure.fittingContext = 1024;
                  failure.fittingLayers = 20;
                  failure.layers = 32;
                  emit scene.engine.failed(failure);
              }),
        faked(QStringLiteral("shared"),
              [](Scene& scene) {
                  greet(scene);
                  scene.controller.models()->open({});
                  settle();
                  ModelOpened model = FakeEngine::demoModel(scene.engine.lastOpen.id);
                  model.device =
                      QStringLiteral("Radeon RX 7800 XT (20 of 32 layers), CPU (12 layers)");
                  emit scene.engine.modelOpened(model);
              }),
        faked(QStringLiteral("prompt-warning"),
              [](Scene& scene) {
                  greet(scene);
                  scene.window.page()->composer()->setText(
                      QStringLiteral("<|im_start|>Add 1 and 2, please.</s>"));
                  answerPreviewSoon(scene, 30);
              }),
        faked(QStringLiteral("context"),
              [](Scene& scene) {
                  GenerationSettings settings = scene.controller.settings();
                  settings.maxTokens = 16;
                  scene.controller.setSettings(settings);
                  greet(scene);
                  scene.say(QStringLiteral("What is a prime number?"),
                            QStringLiteral(" A number that only 1 and itself divide."),
                            EndReason::EndOfText);
                  emit scene.window.submitted(QStringLiteral("And what is 2 + 2?"));
                  settle();
                  scene.engine.refuseForRoom(48);
                  settle();
                  const auto click = [&scene](const char* name) {
                      scene.window.findChild<QAbstractButton*>(QLatin1String(name))->click();
                      settle();
                  };
                  click("contextDrop");
                  scene.engine.sendText(QStringLiteral(" 2 + 2 is 4."));
                  settle();
                  scene.engine.end(EndReason::EndOfText);
                  settle();
                  emit scene.window.submitted(
                      QStringLiteral("Good. And what is the square root of 2?"));
                  settle();
                  scene.engine.refuseForRoom(36);
              }),
        faked(QStringLiteral("scrolled"),
              [](Scene& scene) {
                  for (int round = 0; round < 6; ++round) {
                      greet(scene);
                  }
                  QKeyEvent home(QEvent::KeyPress, Qt::Key_Home, Qt::NoModifier);
                  QApplication::sendEvent(scene.window.page()->view(), &home);
                  scene.window.page()->composer()->setText(
                      QStringLiteral("A longer message\nwith several lines\n\nand a last one"));
              }),
    };
}

} // namespace phidelity::screenshots
