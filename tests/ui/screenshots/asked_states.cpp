// SPDX-License-Identifier: MIT
// What the window asks and finds: find bar, trash, search beside a narrow page, questions.
#include <QAbstractButton>
#include <QAction>
#include <QDateTime>
#include <QDialog>
#include <QLineEdit>
#include <QTest>

#include "scene.h"
#include "states.h"
#include "ui/chat_page.h"
#include "ui/conversation_list.h"
#include "ui/format_editor.h"
#include "ui/message_view.h"

namespace phidelity::screenshots {

namespace {

void click(const QWidget& within, const char* name) {
    within.findChild<QAbstractButton*>(QLatin1String(name))->click();
    settle();
}

void find(Scene& scene, const QString& text) {
    scene.window.findChild<QAction*>(QStringLiteral("actionFind"))->trigger();
    QTest::keyClicks(scene.window.findChild<QLineEdit*>(QStringLiteral("chatFind")), text);
    QTest::qWait(50);
}

/// In all conversations; `hits` is what the store finds.
void search(Scene& scene, const QString& text, const QList<SearchHit>& hits) {
    greet(scene);
    scene.window.findChild<QAction*>(QStringLiteral("actionSearch"))->trigger();
    settle();
    auto* field = scene.window.findChild<QLineEdit*>(QStringLiteral("conversationSearch"));
    QTest::keyClicks(field, text);
    QTest::qWait(200);
    Found found;
    found.text = text;
    found.hits = hits;
    scene.window.conversations()->showFound(found);
}

/// The trash with conversations of some days in it.
void fillTrash(Scene& scene) {
    greet(scene);
    Library* library = scene.controller.library();
    for (const char* title : {"Letter to the landlord", "Why is the sky blue?",
                              "Proof that the square root of two is irrational"}) {
        Conversation& fresh = library->create(FormatId::Chat);
        fresh.info.title = QString::fromUtf8(title);
        Message message;
        message.text = fresh.info.title;
        const NodeId node = fresh.add(0, message, QDateTime::currentMSecsSinceEpoch());
        const QString id = fresh.info.id;
        library->commit(id, {node});
        emit scene.window.conversations()->trashed(id);
        settle();
    }
}

} // namespace

QList<State> askedStates() {
    return {
        faked(QStringLiteral("find"),
              [](Scene& scene) {
                  greet(scene);
                  scene.say(QStringLiteral("Is a demo a model?"),
                            QStringLiteral(" A *demo* shows a model:\n\n```python\ndemo = "
                                           "model()  # the demo\n```\n\n- demo\n- Demonstration"),
                            EndReason::EndOfText);
                  find(scene, QStringLiteral("demo"));
                  click(scene.window, "chatFindNext");
              }),
        faked(QStringLiteral("find-cut"),
              [](Scene& scene) {
                  greet(scene);
                  find(scene, QStringLiteral("nice"));
              }),
        faked(QStringLiteral("find-none"),
              [](Scene& scene) {
                  greet(scene);
                  find(scene, QStringLiteral("needle"));
              }),
        faked(QStringLiteral("trash"),
              [](Scene& scene) {
                  fillTrash(scene);
                  scene.window.showPanel(QStringLiteral("conversations"));
                  settle();
                  click(scene.window, "showTrash");
              }),
        faked(QStringLiteral("search"),
              [](Scene& scene) {
                  SearchHit title;
                  title.title = QStringLiteral("What the demo can do");
                  title.marks = {{9, 4}};
                  SearchHit message;
                  message.title = QStringLiteral("Hello! Who are you?");
                  message.node = 2;
                  message.excerpt =
                      QStringLiteral("…I am a small demo model that lives in this window…");
                  message.excerptMarks = {{14, 4}};
                  search(scene, QStringLiteral("demo"), {title, message});
                  scene.window.page()->view()->setHits(QStringLiteral("demo"));
              }),
        faked(QStringLiteral("search-none"),
              [](Scene& scene) { search(scene, QStringLiteral("needle"), {}); }),
        faked(QStringLiteral("summary"),
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
                  click(scene.window, "contextSummarise");
              }),
        {QStringLiteral("formats-question"),
         [](const QSize& size, const Take& take) {
             Scene scene(size);
             FormatRules rules;
             rules.name = QStringLiteral("Pirate");
             const PromptFormat pirate = PromptFormat::own(rules);
             auto* editor = new FormatEditor(&scene.window, {pirate}, pirate);
             editor->open();
             editor->findChild<QLineEdit*>(QStringLiteral("formatName"))->clear();
             editor->reject();
             settle();
             take(editor->findChild<QDialog*>(QStringLiteral("formatQuestion")));
         }},
        faked(QStringLiteral("shortcuts"),
              [](Scene& scene) {
                  scene.window.findChild<QAction*>(QStringLiteral("actionShortcuts"))->trigger();
              }),
        faked(QStringLiteral("about"),
              [](Scene& scene) {
                  scene.window.findChild<QAction*>(QStringLiteral("actionAbout"))->trigger();
              }),
    };
}

} // namespace phidelity::screenshots
