// SPDX-License-Identifier: MIT
// Dialogs over the chat.
#include <QAction>
#include <QDialog>
#include <QLineEdit>
#include <QTest>

#include "scene.h"
#include "states.h"
#include "ui/chat_page.h"
#include "ui/composer.h"
#include "ui/export_dialog.h"
#include "ui/format_editor.h"
#include "ui/import_dialog.h"
#include "ui/replay_dialog.h"

namespace phidelity::screenshots {

namespace {

void showExport(Scene& scene, TranscriptFormat format) {
    greet(scene);
    ExportSubject subject;
    subject.title = QStringLiteral("Hello! Who are you?");
    subject.shownMessages = 4;
    subject.allMessages = 6;
    subject.branches = 2;
    subject.hasRecords = true;
    auto* dialog = new ExportDialog(&scene.window, subject);
    ExportChoice choice;
    choice.format = format;
    dialog->setLast({}, choice);
    dialog->show();
    dialog->showPreview(isText(format) ? QStringLiteral("# Hello! Who are you?\n\n## 1. User\n\n"
                                                        "Hello! Who are you?\n")
                                       : QString(),
                        18'300);
}

} // namespace

QList<State> dialogStates() {
    return {
        faked(QStringLiteral("device"),
              [](Scene& scene) {
                  greet(scene);
                  scene.window.findChild<QAction*>(QStringLiteral("actionDevice"))->trigger();
                  settle();
                  scene.engine.answerList();
              }),
        faked(QStringLiteral("prompt"),
              [](Scene& scene) {
                  greet(scene);
                  scene.window.page()->composer()->setText(
                      QStringLiteral("[INST] Add 1 and 2,\tplease. [/INST]"));
                  scene.window.findChild<QAction*>(QStringLiteral("actionPrompt"))->trigger();
                  answerPreviewSoon(scene, 30);
              }),
        faked(QStringLiteral("formats"),
              [](Scene& scene) {
                  greet(scene);
                  FormatRules rules;
                  rules.name = QStringLiteral("Pirate");
                  rules.opening = QStringLiteral("A pirate talks with a sailor.\n");
                  rules.userPrefix = QStringLiteral("Sailor: ");
                  rules.replyPrefix = QStringLiteral("Pirate:");
                  rules.userSuffix = rules.replySuffix = QStringLiteral("\n");
                  rules.stops = {QStringLiteral("\nSailor:"), QStringLiteral("\nPirate:")};
                  const PromptFormat pirate = PromptFormat::own(rules);
                  (new FormatEditor(&scene.window, {pirate}, pirate))->open();
              }),
        faked(QStringLiteral("formats-error"),
              [](Scene& scene) {
                  greet(scene);
                  FormatRules rules;
                  rules.name = QStringLiteral("Raw text");
                  rules.userPrefix = QStringLiteral("<|im_start|>user\n");
                  rules.replyPrefix = QStringLiteral("Answer: ");
                  const PromptFormat wrong = PromptFormat::own(rules);
                  (new FormatEditor(&scene.window, {wrong}, wrong))->open();
              }),
        faked(QStringLiteral("export"),
              [](Scene& scene) { showExport(scene, TranscriptFormat::Markdown); }),
        faked(QStringLiteral("export-pages"),
              [](Scene& scene) { showExport(scene, TranscriptFormat::Pdf); }),
        faked(QStringLiteral("import"),
              [](Scene& scene) {
                  ImportReport report;
                  report.source = QStringLiteral("a conversations.json of ChatGPT");
                  report.conversations = 12;
                  report.messages = 345;
                  report.leaveOut(QStringLiteral("images"), 7);
                  report.leaveOut(QStringLiteral("messages of the system"), 12);
                  auto* dialog =
                      new ImportDialog(&scene.window, QStringLiteral("conversations.json"), report);
                  dialog->show();
                  dialog->showState(ImportState::Saved);
              }),
        faked(QStringLiteral("replay-running"),
              [](Scene& scene) {
                  greet(scene);
                  auto* dialog = new ReplayDialog(&scene.window);
                  dialog->show();
                  dialog->showProgress({1, 212, 640});
              }),
        faked(QStringLiteral("replay-identical"),
              [](Scene& scene) {
                  greet(scene);
                  auto* dialog = new ReplayDialog(&scene.window);
                  dialog->show();
                  ReplayEnded end;
                  end.verdict = ReplayVerdict::Identical;
                  end.sentence = QStringLiteral("All 214 tokens and their probabilities came out "
                                                "the same, to the bit.");
                  dialog->showEnd(end);
              }),
        faked(
            QStringLiteral("replay-differs"),
            [](Scene& scene) {
                greet(scene);
                auto* dialog = new ReplayDialog(&scene.window);
                dialog->show();
                ReplayEnded end;
                end.verdict = ReplayVerdict::Differs;
                end.sentence = QStringLiteral(
                    "It differs from token 57 of 214 on: “ prime” (42.1 %) was recorded, “ whole” "
                    "(39.8 %) came now; their logits are 0.0561 apart.");
                end.caution = QStringLiteral(
                    "The reply was written on another device (AMD Radeon RX 7800 XT, RADV 23.1, "
                    "Vulkan "
                    "1.3); this is AMD EPYC 7763 (2 threads, AVX2), which may round differently.");
                end.expected = {2994, QStringLiteral(" prime"), -0.8651F};
                end.found = {2187, QStringLiteral(" whole"), -0.9213F};
                dialog->showEnd(end);
            }),
        faked(QStringLiteral("palette"),
              [](Scene& scene) {
                  greet(scene);
                  scene.window.findChild<QAction*>(QStringLiteral("actionCommands"))->trigger();
                  auto* field = scene.window.findChild<QLineEdit*>(QStringLiteral("commandSearch"));
                  QTest::keyClicks(field, QStringLiteral("con"));
              }),
    };
}

} // namespace phidelity::screenshots
