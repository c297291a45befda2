// SPDX-License-Identifier: MIT
// Draws the window in its states into PNG files, to be looked at: screenshots FOLDER.
#include <functional>

#include <QAbstractButton>
#include <QApplication>
#include <QDateTime>
#include <QDialog>
#include <QDir>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPlainTextEdit>
#include <QTest>
#include <QTextStream>

#include "app/wiring.h"
#include "fake_engine.h"
#include "ui/chat_page.h"
#include "ui/composer.h"
#include "ui/conversation_list.h"
#include "ui/export_dialog.h"
#include "ui/format_editor.h"
#include "ui/import_dialog.h"
#include "ui/main_window.h"
#include "ui/message_view.h"
#include "ui/playground/compare_dialog.h"
#include "ui/playground/playground_page.h"
#include "ui/replay_dialog.h"
#include "ui/theme.h"

using namespace phidelity;

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

const char* const kMarkdown =
    " # Water\n\nWater is **wet**, *cold* or ~~dry~~; see [the article](https://en.wikipedia.org/) "
    "or "
    "<https://example.org>. [bank.com](https://evil.example) leads elsewhere, [a "
    "share](smb://host/x) "
    "nowhere, and ![a photo](http://127.0.0.1:9/x.png) is not loaded.\n\n"
    "| Phase | At 1 atm | Density (kg/m\u00b3) | Remark |\n|:--|:-:|--:|---|\n"
    "| ice | below 0 \u00b0C | 917 | floats, since it is **less dense** than what it swims in |\n"
    "| liquid | 0 to 100 \u00b0C | 997 | `H2O` |\n| steam | above 100 \u00b0C | 0.6 | $pV = nRT$ "
    "|\n\n"
    "1. First\n   - nested\n     - deeper\n   - [x] done\n   - [ ] to do\n2. Second, with code:\n\n"
    "   ```c++\n   int main() { return 0; } // nothing\n   ```\n\n"
    "> A quote\n> > in a quote\n>\n> - and a list\n\n"
    "---\n\n<b>raw</b> &copy; 2\\*3 line one  \nline two\n";

const char* const kMathematics =
    " The roots of $ax^2 + bx + c = 0$ are\n\n$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n\n"
    "and where $a \\ne 0$ there are two of them; it costs $5. With \\(\\alpha = \\sum_{i=1}^n i\\) "
    "and "
    "\\[\\int_0^1 f(x)\\,dx = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}\\]\n"
    "- an item with $\\frac{1}{2}$ in it\n- what cannot be set: $\\unknowncommand{x}$\n\n"
    "| $x$ | $x^2$ |\n|--|--|\n| 1 | $1^2 = 1$ |\n| $\\pi$ | $\\pi^2$ |\n\n"
    "# A heading with $e^{i\\pi}$\n\n"
    "$$a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} + a_{13} + "
    "a_{14} = "
    "b_1 + b_2 + b_3 + b_4 + b_5 + b_6 + b_7 + b_8$$\n";

const char* const kHostile =
    " <img src=\"http://127.0.0.1:9/x\"> <script>alert(1)</script> [x](javascript:alert(1)) "
    "[y](file:///etc/passwd)\n\n| a | b | c | d | e | f | g | h | i | j | k | l |\n"
    "|-|-|-|-|-|-|-|-|-|-|-|-|\n| unbreakable | unbreakable | unbreakable | unbreakable | "
    "unbreakable | unbreakable | unbreakable | unbreakable | unbreakable | unbreakable | "
    "unbreakable "
    "| unbreakable |\n\nover\u202eride \u2066isolate \u200bzero\u001b[31m red\n\n"
    "> > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > > deep quote\n\n"
    "- - - - - - - - - - - - - deep list\n\n$$\\frac{1}{\\frac{1}{\\frac{1}{x}}$$\n";

void settle() {
    for (int round = 0; round < 6; ++round) {
        QApplication::processEvents();
        QApplication::sendPostedEvents();
    }
}

struct Scene {
    ChatController controller;
    MainWindow window;
    FakeEngine engine;

    Scene(QSize size, bool withModel) {
        connectWindow(window, controller);
        connectEngine(engine, controller);
        connectDevices(engine, window);
        controller.newConversation();
        window.resize(size);
        window.show();
        controller.models()->open({});
        settle();
        if (withModel) {
            engine.answerOpen();
        }
        settle();
    }
    void say(const QString& text, const QString& answer, EndReason reason,
             const QString& cut = {}) {
        emit window.submitted(text);
        settle();
        engine.sendText(answer);
        settle();
        engine.end(reason, cut);
        settle();
    }
};

using Act = std::function<void(Scene&)>;

/// Words with the blank before them as tokens, some of them surprising.
QList<TextPiece> generated(const QString& text) {
    QList<TextPiece> pieces;
    for (const QChar letter : text) {
        if (pieces.isEmpty() || letter.isSpace()) {
            TextPiece piece{{}, Origin::Generated, {TokenDetail()}};
            const auto at = static_cast<float>(pieces.size() % 7);
            piece.tokens[0].id = static_cast<quint32>(pieces.size());
            piece.tokens[0].logprob = -0.02F - 0.12F * at * at;
            piece.tokens[0].rank = static_cast<int>(at) / 2;
            piece.tokens[0].entropy = 0.1F + 0.6F * at;
            pieces.append(piece);
        }
        pieces.last().text += letter;
        pieces.last().tokens[0].bytes = pieces.last().text.toUtf8();
    }
    for (TextPiece& piece : pieces) {
        TokenDetail& token = piece.tokens[0];
        token.top = {{token.id, {}, token.logprob, token.bytes},
                     {900, {}, -2.1F, " another"},
                     {901, {}, -2.9F, " small"},
                     {902, {}, -3.4F, "\n"}};
    }
    return pieces;
}

/// The page of the playground with a text in two branches.
PlaygroundPage* playground(Scene& scene) {
    auto* page = new PlaygroundPage;
    scene.window.addPage(page, QStringLiteral("playground"));
    PlayPage first = newPage(0);
    first.branches[0].pieces =
        QList<TextPiece>{{QStringLiteral("Once upon a time, in a village by the sea, there"),
                          Origin::Typed,
                          {}}} +
        generated(QStringLiteral(" lived a fisherman who had never caught a fish. Every morning "
                                 "he rowed out before the sun was up, and every evening he came "
                                 "home with nothing but stories.\n\nOne day"));
    first.add(1, 48, first.branches[0].pieces, 7);
    first.cursor = 30;
    PlayPage second = newPage(1);
    second.branches[0].pieces = {{QStringLiteral("Facts about water:\n1."), Origin::Typed, {}}};
    page->setPages({first, second}, first.id);
    scene.window.showPage(QStringLiteral("playground"));
    return page;
}

/// Once the window has asked for the tokens of what stands there now.
void answerPreviewSoon(Scene& scene, int cached) {
    const int before = scene.engine.previews;
    while (scene.engine.previews == before) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    scene.engine.answerPreview(cached);
}

void greet(Scene& scene) {
    scene.say(QStringLiteral("Hello! Who are you?"),
              QStringLiteral(" I am a small demo model inside Phidelity. I can add numbers, write "
                             "short Python functions and explain simple things."),
              EndReason::StopString, QStringLiteral("\nAlice: Nice! And what is 2 + 2?\nBob: 4."));
}

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

const QList<std::pair<QString, Act>> kStates{
    {QStringLiteral("empty"), [](Scene&) {}},
    {QStringLiteral("streaming"),
     [](Scene& scene) {
         greet(scene);
         emit scene.window.submitted(
             QStringLiteral("What is a prime number, and how can I test for one in Python?"));
         settle();
         scene.engine.sendText(QString::fromUtf8(kAnswer));
     }},
    {QStringLiteral("thinking"),
     [](Scene& scene) {
         emit scene.window.submitted(QStringLiteral("Explain gravity."));
         settle();
         PromptProgress progress;
         progress.id = scene.engine.lastGenerate.id;
         progress.done = 512;
         progress.total = 1800;
         emit scene.engine.promptProgress(progress);
     }},
    {QStringLiteral("done"),
     [](Scene& scene) {
         greet(scene);
         scene.say(QStringLiteral("Count to five.\nOne number a line, please."),
                   QStringLiteral(" - one\n- two\n- three\n- four\n- five"), EndReason::Stopped);
         emit scene.window.regenerateRequested(3);
         settle();
         scene.engine.sendText(QStringLiteral(" ## Counting\n1\n2\n3\n4\n5\n\n> That was easy."));
         settle();
         scene.engine.end(EndReason::StopString, QStringLiteral("\nAlice: Thanks!\nBob: You are "
                                                                "welcome."));
         settle();
         scene.window.page()->view()->toggleCut();
     }},
    {QStringLiteral("library"),
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
             const NodeId node =
                 fresh.add(0, message, QDateTime::currentMSecsSinceEpoch() - daysAgo * day);
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
     }},
    {QStringLiteral("search"),
     [](Scene& scene) {
         greet(scene);
         auto* search = scene.window.findChild<QLineEdit*>(QStringLiteral("conversationSearch"));
         search->setText(QStringLiteral("demo"));
         QTest::qWait(200);
         Found found;
         found.text = search->text();
         SearchHit title;
         title.title = QStringLiteral("What the demo can do");
         title.marks = {{9, 4}};
         SearchHit message;
         message.title = QStringLiteral("Hello! Who are you?");
         message.node = 2;
         message.excerpt = QStringLiteral("…I am a small demo model that lives in this window…");
         message.excerptMarks = {{14, 4}};
         found.hits = {title, message};
         scene.window.conversations()->showFound(found);
         scene.window.page()->view()->setHits(search->text());
     }},
    {QStringLiteral("editing"),
     [](Scene& scene) {
         greet(scene);
         scene.say(QStringLiteral("What is a derivative?"), QStringLiteral(" How fast it changes."),
                   EndReason::EndOfText);
         emit scene.window.messageEdited(0, QStringLiteral("Good morning!"));
         settle();
         scene.engine.sendText(QStringLiteral(" Good morning to you."));
         settle();
         scene.engine.end(EndReason::EndOfText);
         settle();
         MessageView* view = scene.window.page()->view();
         emit view->editRequested(0);
         const QPointF at = view->rowRect(0).center();
         QMouseEvent move(QEvent::MouseMove, at, view->viewport()->mapToGlobal(at), Qt::NoButton,
                          Qt::NoButton, Qt::NoModifier);
         QApplication::sendEvent(view->viewport(), &move);
     }},
    {QStringLiteral("markdown"),
     [](Scene& scene) {
         scene.say(QStringLiteral("Show me everything."), QString::fromUtf8(kMarkdown),
                   EndReason::StopString);
     }},
    {QStringLiteral("mathematics"),
     [](Scene& scene) {
         scene.say(QStringLiteral("Show me formulas."), QString::fromUtf8(kMathematics),
                   EndReason::StopString);
         scene.window.page()->view()->setHits(QStringLiteral("where \"of them\" heading"));
         scene.window.page()->view()->showHit(1, 0);
     }},
    {QStringLiteral("arabic"),
     [](Scene& scene) {
         scene.say(
             QString::fromUtf8("ما هو الماء؟"),
             QString::fromUtf8(" الماء **سائل** شفاف، انظر `H2O` هنا.\n\n1. أولا\n   - داخل\n2. "
                               "ثانيا\n\n> اقتباس\n\n```c\nint x;\n```\n\n- English item"),
             EndReason::StopString);
     }},
    {QStringLiteral("hostile"),
     [](Scene& scene) {
         scene.say(QStringLiteral("Be nasty."), QString::fromUtf8(kHostile), EndReason::StopString);
     }},
    {QStringLiteral("code"),
     [](Scene& scene) {
         scene.window.setFormat(FormatId::Code);
         emit scene.window.formatChosen(FormatId::Code);
         scene.say(QStringLiteral("def is_even(n):\n    \"\"\"Return True if n is even.\"\"\""),
                   QStringLiteral("    return n % 2 == 0\n"), EndReason::StopString);
     }},
    {QStringLiteral("error"),
     [](Scene& scene) {
         greet(scene);
         emit scene.window.openModelRequested(QStringLiteral("/home/me/models/broken.gguf"));
         settle();
         scene.engine.answerFailure(
             scene.engine.lastOpen.id,
             QStringLiteral("The file broken.gguf is damaged and cannot be opened. Download it "
                            "again; the demo model stays open."),
             QStringLiteral("broken.gguf: tensor blk.3.ffn_up.weight: expected {2560, 10240}, "
                            "found {2560, 10241}"));
         settle();
         scene.window.findChild<QAbstractButton*>(QStringLiteral("noticeDetails"))->click();
     }},
    {QStringLiteral("opening"),
     [](Scene& scene) {
         emit scene.window.openModelRequested(QStringLiteral("/home/me/phi-2.Q4_K_M.gguf"));
         settle();
         ModelOpening progress;
         progress.id = scene.engine.lastOpen.id;
         progress.fraction = 0.4;
         emit scene.engine.modelOpening(progress);
     }},
    {QStringLiteral("too-large"),
     [](Scene& scene) {
         greet(scene);
         emit scene.window.openModelRequested(QStringLiteral("/home/me/phi-2.F16.gguf"));
         settle();
         EngineFailed failure;
         failure.id = scene.engine.lastOpen.id;
         failure.sentence = QStringLiteral(
             "It needs 2.10 GB more memory than is free on Radeon RX 7800 XT. It would fit with a "
             "context of 1,024 tokens, with 20 of its 32 layers there and the rest on the "
             "processor, as a file of type Q8_0 or on AMD Ryzen 7 7700.");
         failure.fittingContext = 1024;
         failure.fittingLayers = 20;
         failure.layers = 32;
         emit scene.engine.failed(failure);
     }},
    {QStringLiteral("shared"),
     [](Scene& scene) {
         greet(scene);
         scene.controller.models()->open({});
         settle();
         ModelOpened model = FakeEngine::demoModel(scene.engine.lastOpen.id);
         model.device = QStringLiteral("Radeon RX 7800 XT (20 of 32 layers), CPU (12 layers)");
         emit scene.engine.modelOpened(model);
     }},
    {QStringLiteral("device"),
     [](Scene& scene) {
         greet(scene);
         scene.window.findChild<QAction*>(QStringLiteral("actionDevice"))->trigger();
         settle();
         scene.engine.answerList();
     }},
    {QStringLiteral("prompt"),
     [](Scene& scene) {
         greet(scene);
         scene.window.page()->composer()->setText(
             QStringLiteral("[INST] Add 1 and 2,\tplease. [/INST]"));
         scene.window.findChild<QAction*>(QStringLiteral("actionPrompt"))->trigger();
         answerPreviewSoon(scene, 30);
     }},
    {QStringLiteral("formats"),
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
     }},
    {QStringLiteral("formats-error"),
     [](Scene& scene) {
         greet(scene);
         FormatRules rules;
         rules.name = QStringLiteral("Raw text");
         rules.userPrefix = QStringLiteral("<|im_start|>user\n");
         rules.replyPrefix = QStringLiteral("Answer: ");
         const PromptFormat wrong = PromptFormat::own(rules);
         (new FormatEditor(&scene.window, {wrong}, wrong))->open();
     }},
    {QStringLiteral("prompt-warning"),
     [](Scene& scene) {
         greet(scene);
         scene.window.page()->composer()->setText(
             QStringLiteral("<|im_start|>Add 1 and 2, please.</s>"));
         answerPreviewSoon(scene, 30);
     }},
    {QStringLiteral("export"), [](Scene& scene) { showExport(scene, TranscriptFormat::Markdown); }},
    {QStringLiteral("export-pages"),
     [](Scene& scene) { showExport(scene, TranscriptFormat::Pdf); }},
    {QStringLiteral("import"),
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
     }},
    {QStringLiteral("replay-running"),
     [](Scene& scene) {
         greet(scene);
         auto* dialog = new ReplayDialog(&scene.window);
         dialog->show();
         dialog->showProgress({1, 212, 640});
     }},
    {QStringLiteral("replay-identical"),
     [](Scene& scene) {
         greet(scene);
         auto* dialog = new ReplayDialog(&scene.window);
         dialog->show();
         ReplayEnded end;
         end.verdict = ReplayVerdict::Identical;
         end.sentence = QStringLiteral("All 214 tokens and their probabilities came out "
                                       "the same, to the bit.");
         dialog->showEnd(end);
     }},
    {QStringLiteral("replay-differs"),
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
             "The reply was written on another device (AMD Radeon RX 7800 XT, RADV 23.1, Vulkan "
             "1.3); this is AMD EPYC 7763 (2 threads, AVX2), which may round differently.");
         end.expected = {2994, QStringLiteral(" prime"), -0.8651F};
         end.found = {2187, QStringLiteral(" whole"), -0.9213F};
         dialog->showEnd(end);
     }},
    {QStringLiteral("palette"),
     [](Scene& scene) {
         greet(scene);
         scene.window.findChild<QAction*>(QStringLiteral("actionCommands"))->trigger();
         auto* field = scene.window.findChild<QLineEdit*>(QStringLiteral("commandSearch"));
         QTest::keyClicks(field, QStringLiteral("con"));
     }},
    {QStringLiteral("playground"), [](Scene& scene) { playground(scene); }},
    {QStringLiteral("playground-colours"),
     [](Scene& scene) {
         playground(scene);
         scene.window.findChild<QAction*>(QStringLiteral("playActionMeasure1"))->trigger();
     }},
    {QStringLiteral("playground-samples"),
     [](Scene& scene) {
         PlaygroundPage* page = playground(scene);
         page->beginSamples({2, 3, 4});
         page->addSample(0, generated(QStringLiteral(" a storm came up from the west.")));
         page->addSample(1, generated(QStringLiteral(" he found a bottle in his net.")));
         page->addSample(2, generated(QStringLiteral(" he did not come home at all, and")));
         page->finishSample(0, QStringLiteral("As long as allowed · 24 tokens"));
         page->setNote(QStringLiteral("Writing…"));
     }},
    {QStringLiteral("compare"),
     [](Scene& scene) {
         playground(scene);
         auto* dialog = new CompareDialog(&scene.window);
         dialog->setPrompt(QStringLiteral("Once upon a time, in a village by the sea, there"));
         dialog->resize(QSize(900, 640).boundedTo(scene.window.size()));
         dialog->show();
         dialog->addToSide(0, generated(QStringLiteral(" lived a fisherman who sang.")));
         dialog->addToSide(1, generated(QStringLiteral(" lived a fisherman")));
         dialog->endSide(0, QStringLiteral("Ended by the model · 9 tokens"));
         dialog->endSide(1, QStringLiteral("As long as allowed · 8 tokens"));
         dialog->end();
     }},
    {QStringLiteral("context"),
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
         emit scene.window.submitted(QStringLiteral("Good. And what is the square root of 2?"));
         settle();
         scene.engine.refuseForRoom(36);
     }},
    {QStringLiteral("scrolled"),
     [](Scene& scene) {
         for (int round = 0; round < 6; ++round) {
             greet(scene);
         }
         QKeyEvent home(QEvent::KeyPress, Qt::Key_Home, Qt::NoModifier);
         QApplication::sendEvent(scene.window.page()->view(), &home);
         scene.window.page()->composer()->setText(
             QStringLiteral("A longer message\nwith several lines\n\nand a last one"));
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
        QTextStream(stderr) << "screenshots FOLDER [STATE]\n";
        return 2;
    }
    QDir().mkpath(words.at(1));
    const QString only = words.value(2);
    const std::pair<QString, QSize> sizes[] = {{QStringLiteral("wide"), {1280, 800}},
                                               {QStringLiteral("small"), {640, 480}}};
    for (const Appearance look : {Appearance::Light, Appearance::Dark}) {
        applyAppearance(application, look);
        for (const auto& [sizeName, size] : sizes) {
            for (const auto& [state, act] : kStates) {
                if (!only.isEmpty() && state != only) {
                    continue;
                }
                Scene scene(size, true);
                act(scene);
                settle();
                const QString file = QStringLiteral("%1/%2-%3-%4.png")
                                         .arg(words.at(1), state, sizeName,
                                              look == Appearance::Light ? QStringLiteral("light")
                                                                        : QStringLiteral("dark"));
                QWidget* shown = scene.window.findChild<QDialog*>();
                shown = shown ? shown : &scene.window;
                if (!shown->grab().save(file)) {
                    QTextStream(stderr) << "cannot write " << file << '\n';
                    return 1;
                }
            }
        }
    }
    return 0;
}
