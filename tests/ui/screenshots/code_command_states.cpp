// SPDX-License-Identifier: MIT
// Commands on a selection of the code page: their answers, changes and the dialog of own ones.
#include <QAction>
#include <QDialog>
#include <QListWidget>
#include <QTextBlock>

#include "app/code_desk.h"
#include "app/run_desk.h"
#include "scene.h"
#include "states.h"
#include "ui/code/code_commands.h"
#include "ui/code/code_edit.h"
#include "ui/code/code_tab.h"
#include "ui/code/command_dialog.h"

namespace phidelity::screenshots {

namespace {

const char* const kCode = "import math\n"
                          "\n"
                          "\n"
                          "def is_prime(n):\n"
                          "    if n < 2:\n"
                          "        return False\n"
                          "    for divisor in range(2, n):\n"
                          "        if n % divisor == 0:\n"
                          "            return False\n"
                          "    return True\n"
                          "\n"
                          "\n"
                          "def primes(limit):\n"
                          "    found = []\n"
                          "    for n in range(limit):\n"
                          "        if is_prime(n):\n"
                          "            found.append(n)\n"
                          "    return found\n"
                          "\n"
                          "\n"
                          "print(primes(100))\n";

const char* const kExplanation =
    "This code finds prime numbers.\n\n"
    "- `is_prime(n)` tries every `divisor` from 2 to $n - 1$; if one divides `n`, it is not "
    "prime.\n"
    "- `primes(limit)` collects those below `limit`.\n\n"
    "It would be enough to try up to $\\sqrt{n}$:\n\n"
    "```python\nfor divisor in range(2, math.isqrt(n) + 1):\n    ...\n```\n";

/// The code page of a scene, whose commands are answered by what a state says.
struct Coding {
    Scene& scene;
    RunDesk runs{&scene.window};
    CodePage* page;
    quint64 ticket = 0;

    explicit Coding(Scene& whole) : scene(whole), page(addCode(whole.window, runs)) {
        QObject::connect(page->commands(), &CodeCommands::commandWanted, page,
                         [this](quint64 wanted) { ticket = wanted; });
        scene.window.showPage(QStringLiteral("code"));
        page->edit()->setPlainText(QString::fromUtf8(kCode));
        settle();
    }
    [[nodiscard]] CodeCommands* commands() const { return page->commands(); }
    void select(int firstLine, int lastLine) const {
        QTextCursor cursor(page->edit()->document()->findBlockByNumber(firstLine - 1));
        cursor.setPosition(page->edit()->document()->findBlockByNumber(lastLine).position() - 1,
                           QTextCursor::KeepAnchor);
        page->edit()->setTextCursor(cursor);
    }
    void run(const char* name) const {
        scene.window.findChild<QAction*>(QLatin1String(name))->trigger();
        settle();
    }
    /// An own command that writes everything anew.
    void rewrite(const QString& fresh) {
        CodeCommand command{QStringLiteral("own"),         QStringLiteral("Tidy up"),
                            QStringLiteral("{selection}"), CommandPrompt::Instruction,
                            AnswerPlace::Replace,          256};
        page->edit()->selectAll();
        commands()->run(command);
        const auto size = page->edit()->toPlainText().size() - 1;
        commands()->showAnswer(ticket, fresh, {0, size, fresh}, QStringLiteral("Writing…"));
    }
};

/// The scene must end before what its page tells, so the state draws itself.
State coded(const QString& name, const std::function<void(Coding&)>& act) {
    return {name, [act](const QSize& size, const Take& take) {
                Scene scene(size);
                Coding coding(scene);
                act(coding);
                settle();
                QWidget* dialog = scene.window.findChild<QDialog*>();
                take(dialog ? dialog : &scene.window);
                // Nothing unsaved is left for the next state.
                for (CodeTab* tab : coding.page->tabs()) {
                    tab->edit()->document()->setModified(false);
                }
            }};
}

QString tidied() {
    return QString::fromUtf8(kCode)
        .trimmed()
        .replace(QStringLiteral("range(2, n)"), QStringLiteral("range(2, math.isqrt(n) + 1)"))
        .replace(QStringLiteral("    found = []\n    for n in range(limit):\n        if "
                                "is_prime(n):\n            found.append(n)\n    return found"),
                 QStringLiteral("    return [n for n in range(limit) if is_prime(n)]"))
        .replace(QStringLiteral("print(primes(100))"),
                 QStringLiteral("if __name__ == \"__main__\":\n    print(primes(100))"));
}

} // namespace

QList<State> codeCommandStates() {
    return {
        coded(QStringLiteral("code-command-empty"),
              [](Coding& coding) {
                  coding.page->edit()->clear();
                  coding.run("actionCodeCommand.explain");
              }),
        coded(QStringLiteral("code-command-text"),
              [](Coding& coding) {
                  coding.select(4, 18);
                  coding.run("actionCodeCommand.explain");
                  coding.commands()->showAnswer(coding.ticket, QString::fromUtf8(kExplanation), {},
                                                {});
                  coding.commands()->showEnd(coding.ticket, QStringLiteral("94 tokens"));
              }),
        coded(QStringLiteral("code-command-writing"),
              [](Coding& coding) {
                  coding.select(4, 10);
                  coding.run("actionCodeCommand.docstring");
                  coding.commands()->showReading(
                      coding.ticket, QStringLiteral("Reading 512 of 1,400 tokens…"),
                      QStringLiteral("There was room for 180 of the 1,204 lines before it."));
                  const auto at = static_cast<qsizetype>(
                      QString::fromUtf8(kCode).indexOf(QStringLiteral("    if n < 2")));
                  coding.commands()->showAnswer(
                      coding.ticket, QStringLiteral("Return True if n is"),
                      {at, at, QStringLiteral("    \"\"\"Return True if n is\"\"\"\n")},
                      QStringLiteral("Writing… 11.8 tokens/s"));
              }),
        coded(QStringLiteral("code-command-diff"),
              [](Coding& coding) {
                  coding.rewrite(tidied());
                  coding.commands()->showEnd(coding.ticket, QStringLiteral("131 tokens"));
                  coding.run("actionAnswerTake");
              }),
        coded(QStringLiteral("code-command-diff-long"),
              [](Coding& coding) {
                  QString old;
                  QString fresh;
                  for (int line = 0; line < 120; ++line) {
                      old += QStringLiteral("value_%1 = compute(%1)\n").arg(line);
                      fresh +=
                          QStringLiteral("value_%1 = compute(%1%2)\n")
                              .arg(line)
                              .arg(line % 7 < 3 ? QStringLiteral(", precise=True, tolerance=1e-9, "
                                                                 "retries=3, fallback=None")
                                                : QString());
                  }
                  coding.page->edit()->setPlainText(old);
                  coding.rewrite(fresh.trimmed());
                  coding.commands()->showEnd(coding.ticket, QStringLiteral("1,310 tokens"));
                  for (int step = 0; step < 7; ++step) {
                      coding.run("actionAnswerNext");
                  }
              }),
        coded(QStringLiteral("code-command-diff-lost"),
              [](Coding& coding) {
                  coding.rewrite(tidied());
                  coding.commands()->showEnd(coding.ticket, QStringLiteral("131 tokens"));
                  coding.select(7, 7);
                  coding.page->edit()->insertPlainText(
                      QStringLiteral("    for divisor in (2, 3, 5):"));
                  settle();
                  coding.run("actionAnswerTake");
              }),
        coded(QStringLiteral("code-command-error"),
              [](Coding& coding) {
                  coding.page->edit()->selectAll();
                  coding.run("actionCodeCommand.explain");
                  coding.commands()->showProblem(
                      coding.ticket,
                      QStringLiteral(
                          "The selection is too long: with what the command says it takes 2,731 "
                          "tokens, and the model holds 2,048 with its answer. Select less."));
              }),
        coded(QStringLiteral("code-command-own"),
              [](Coding& coding) {
                  coding.commands()->setOwnCommands(
                      {{QStringLiteral("1"), QStringLiteral("Tidy up"),
                        QStringLiteral(
                            "Rewrite this {language} code so that it is easier to read.\n\n"
                            "{selection}"),
                        CommandPrompt::Instruction, AnswerPlace::Replace, 256},
                       {QStringLiteral("2"), QStringLiteral("Find mistakes"),
                        QStringLiteral("What is wrong with this code of {fil}?\n\n{selection}"),
                        CommandPrompt::Instruction, AnswerPlace::Text, 200}});
                  coding.run("actionCodeCommands");
                  settle();
                  auto* dialog = coding.scene.window.findChild<CommandDialog*>();
                  dialog->findChild<QListWidget*>()->setCurrentRow(1);
              }),
        coded(QStringLiteral("code-command-own-none"),
              [](Coding& coding) { coding.run("actionCodeCommands"); })};
}

} // namespace phidelity::screenshots
