// SPDX-License-Identifier: MIT
// Commands on code: what goes to the model, what becomes of its answer, own commands in their file.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "code/code_command.h"
#include "code/command_context.h"
#include "code/command_plan.h"
#include "code/command_store.h"

using namespace phidelity;

namespace {

const QString kFile = QStringLiteral("import math\n"
                                     "\n"
                                     "def area(r):\n"
                                     "    return math.pi * r ** 2\n"
                                     "\n"
                                     "class Circle:\n"
                                     "    def __init__(self, r):\n"
                                     "        self.r = r\n"
                                     "\n"
                                     "    def area(self):\n"
                                     "        if self.r < 0:\n"
                                     "            return 0\n"
                                     "        return area(self.r)\n"
                                     "\n"
                                     "x = 1\n"
                                     "y = 2\n");

QString at(const CodeRegion& region) {
    return kFile.mid(region.from, region.to - region.from);
}

CodeCommand builtIn(const char* id) {
    for (const CodeCommand& command : builtInCommands()) {
        if (command.id == QLatin1String(id)) {
            return command;
        }
    }
    return {};
}

CommandTask task(const char* id, const QString& selected, const QString& text = kFile) {
    const qsizetype from = text.indexOf(selected);
    return {builtIn(id),
            text,
            {from, from + selected.size()},
            QStringLiteral("Python"),
            QStringLiteral("#"),
            QStringLiteral("x.py")};
}

QString after(const CommandTask& task, const QString& written) {
    const CommandPlan plan = planFor(task, 100000);
    const TextEdit edit = editOf(plan, answerOf(plan, written).text);
    return task.text.left(edit.from) + edit.text + task.text.mid(edit.to);
}

} // namespace

class CodeCommandTest : public QObject {
    Q_OBJECT

private slots:
    void placeholdersAreReplacedOnce() {
        const PlaceholderValues values{QStringLiteral("a {language} b"), QStringLiteral("Rust"),
                                       QStringLiteral("x.rs"), QStringLiteral("B"),
                                       QStringLiteral("A")};
        QCOMPARE(expanded(QStringLiteral("{before}|{selection}|{after}|{language}|{file}"), values),
                 QStringLiteral("B|a {language} b|A|Rust|x.rs"));
        QCOMPARE(expanded(QStringLiteral("{x} { selection } {{file}} {"), values),
                 QStringLiteral("{x} { selection } {x.rs} {"));
    }

    void whatIsOddAboutAnOwnCommandIsSaid() {
        CodeCommand command{
            QStringLiteral("1"), {}, QStringLiteral("Say {selecton}"), CommandPrompt::Instruction,
            AnswerPlace::Text,   9};
        QCOMPARE(problemsOf(command).size(), 3);
        QVERIFY(problemsOf(command).last().contains(QStringLiteral("{selecton}")));
        command.name = QStringLiteral("Say");
        command.text = QStringLiteral("Say {selection}");
        QVERIFY(problemsOf(command).isEmpty());
    }

    void withoutASelectionTheDefinitionAroundTheCursorIsMeant() {
        const auto region = [](const char* where) {
            const qsizetype cursor = kFile.indexOf(QLatin1String(where)) + 2;
            return at(regionFor(kFile, cursor, cursor));
        };
        QCOMPARE(region("return math"),
                 QStringLiteral("def area(r):\n    return math.pi * r ** 2"));
        QVERIFY(region("return 0").startsWith(QStringLiteral("    def area(self):")));
        QVERIFY(region("return 0").endsWith(QStringLiteral("return area(self.r)")));
        QVERIFY(region("class C").startsWith(QStringLiteral("class Circle")));
        QVERIFY(region("class C").endsWith(QStringLiteral("return area(self.r)")));
        QCOMPARE(region("x = 1"), QStringLiteral("x = 1\ny = 2"));
        QVERIFY(regionFor(QStringLiteral("  \n\n"), 1, 1).isEmpty());
        QVERIFY(regionFor({}, 0, 0).isEmpty());
        const QString braces = QStringLiteral("struct A {\n    int x;\n};\n\nint y;\n");
        QCOMPARE(regionFor(braces, 15, 15), (CodeRegion{0, 24}));
    }

    void aSelectionIsTakenWithItsIndentationAndWithoutLineEnds() {
        const qsizetype from = kFile.indexOf(QLatin1String("def __init__"));
        const qsizetype to = kFile.indexOf(QLatin1String("    def area(self)"));
        QCOMPARE(at(regionFor(kFile, to, from)),
                 QStringLiteral("    def __init__(self, r):\n        self.r = r"));
        const qsizetype inLine = kFile.indexOf(QLatin1String("math.pi"));
        QCOMPARE(at(regionFor(kFile, inLine, inLine + 7)), QStringLiteral("math.pi"));
    }

    void theNearestLinesComeWithImportsAndWhatOpensTheBlock() {
        QString text = QStringLiteral("import os\n\nclass A:\n    def f(self):\n");
        for (int line = 0; line < 200; ++line) {
            text += QStringLiteral("        x = %1\n").arg(line);
        }
        const qsizetype from = text.size();
        text += QStringLiteral("        return x\n");
        const CodeRegion region{from, text.size() - 1};
        const CodeContext all = contextFor(text, region, Surroundings::BeforeAndAfter, 100000);
        QCOMPARE(all.before, text.left(from));
        QVERIFY(all.leftOut.isEmpty());
        const CodeContext some = contextFor(text, region, Surroundings::Before, 300);
        QVERIFY(some.before.size() <= 300);
        QVERIFY(some.before.startsWith(
            QStringLiteral("import os\nclass A:\n    def f(self):\n        x = 1")));
        QVERIFY(some.before.endsWith(QStringLiteral("x = 198\n        x = 199\n")));
        QVERIFY2(some.leftOut.contains(QStringLiteral("of the 204 lines")),
                 qPrintable(some.leftOut));
        const CodeContext none = contextFor(text, region, Surroundings::BeforeAndAfter, -5);
        QVERIFY(none.before.isEmpty() && none.after.isEmpty());
        QVERIFY(!none.leftOut.isEmpty());
    }

    void whatComesAfterGetsAQuarter() {
        QString text;
        for (int line = 0; line < 400; ++line) {
            text += QStringLiteral("line %1\n").arg(line, 3);
        }
        const CodeRegion region{1800, 1808}; // whole lines of 9 characters
        const CodeContext some = contextFor(text, region, Surroundings::BeforeAndAfter, 400);
        QVERIFY(some.after.size() <= 100 && some.after.size() > 80);
        QVERIFY(some.before.size() + some.after.size() <= 400);
        QVERIFY(some.before.size() > 280);
        QCOMPARE(text.mid(region.from - some.before.size(), some.before.size()), some.before);
        QCOMPARE(text.mid(region.to, some.after.size()), some.after);
    }

    void explainIsAQuestionInPhisFormat() {
        const CommandPlan plan = planFor(task("explain", QStringLiteral("x = 1")), 1000);
        QCOMPARE(plan.prompt,
                 QStringLiteral("Instruct: Explain what the following Python code does.\n\nx = 1\n"
                                "Output:"));
        QVERIFY(plan.stops.contains(QStringLiteral("\nInstruct:")));
        QCOMPARE(answerOf(plan, QStringLiteral(" It says 1.")).text, QStringLiteral("It says 1."));
        QCOMPARE(editOf(plan, QStringLiteral("It")).text, QString());
    }

    void aDocstringComesBehindTheSignature() {
        const CommandTask about =
            task("docstring", QStringLiteral("def area(r):\n    return math.pi"
                                             " * r ** 2"));
        const CommandPlan plan = planFor(about, 1000);
        QVERIFY(plan.prompt.startsWith(QStringLiteral("import math\n\ndef area(r):\n")));
        QVERIFY(plan.prompt.endsWith(QStringLiteral("\ndef area(r):\n    \"\"\"")));
        QVERIFY(after(about, QStringLiteral("The area of a circle."))
                    .contains(QStringLiteral("def area(r):\n    \"\"\"The area of a circle.\"\"\"\n"
                                             "    return math")));
        QVERIFY(after(about, QStringLiteral("The area.\n\n    r: its radius\n  wrong\n    "))
                    .contains(QStringLiteral("    \"\"\"The area.\n\n    r: its radius\n"
                                             "    wrong\n    \"\"\"\n    return")));
    }

    void aDocstringThatIsThereIsReplaced() {
        const QString text = QStringLiteral("def f(\n    x,\n    y=(1, 2),\n):\n    '''Old\n    "
                                            "text.'''\n    return x\n");
        const CommandTask about = task("docstring", text.trimmed(), text);
        QVERIFY(!planFor(about, 1000).prompt.contains(QStringLiteral("Old")));
        QCOMPARE(after(about, QStringLiteral("New.")),
                 QStringLiteral("def f(\n    x,\n    y=(1, 2),\n):\n    \"\"\"New.\"\"\"\n    "
                                "return x\n"));
    }

    void whereNoDocstringCanStandACommentSaysIt() {
        const CommandTask lines = task("docstring", QStringLiteral("x = 1\ny = 2"));
        QVERIFY(after(lines, QStringLiteral(" Sets x\n# and y.\n\nx = 3"))
                    .endsWith(QStringLiteral("\n# Sets x\n# and y.\nx = 1\ny = 2\n")));
        const QString text = QStringLiteral("  int f() {\n    return 1;\n  }\n");
        CommandTask other = task("docstring", text.chopped(1), text);
        other.language = QStringLiteral("C++");
        other.commentMark = QStringLiteral("//");
        QCOMPARE(after(other, QStringLiteral(" Gives 1.")),
                 QStringLiteral("  // Gives 1.\n") + text);
        const QString oneLine = QStringLiteral("def f(x): return x\n");
        QVERIFY(after(task("docstring", oneLine.chopped(1), oneLine), QStringLiteral(" F."))
                    .startsWith(QStringLiteral("# F.\ndef f(x)")));
        const QString last = QStringLiteral("def f(x):");
        QCOMPARE(after(task("docstring", last, last), QStringLiteral("F.")),
                 QStringLiteral("def f(x):\n    \"\"\"F.\"\"\""));
    }

    void testsComeBehindTheBlockAndNothingElseDoes() {
        const CommandTask about =
            task("tests", QStringLiteral("def area(r):\n    return math.pi * r ** 2"));
        QVERIFY(planFor(about, 1000).prompt.endsWith(QStringLiteral("\n\n\ndef test_area():\n")));
        const QString text =
            after(about,
                  QStringLiteral("    assert area(0) == 0\n\ndef test_two():\n    assert area(1) > "
                                 "3\n\nprint(area(2))\n    more"));
        QVERIFY(text.contains(QStringLiteral(
            "r ** 2\n\n\ndef test_area():\n    assert area(0) == 0\n\ndef test_two():\n    assert "
            "area(1) > 3\n\nclass Circle")));
        // Of a method they stand behind its class.
        const CommandTask method = task("tests", QStringLiteral("    def __init__(self, r):"));
        QVERIFY(after(method, QStringLiteral("    assert True"))
                    .contains(QStringLiteral("return area(self.r)\n\n\ndef test___init__():\n    "
                                             "assert True\n\nx = 1")));
    }

    void continuingGoesOnWhereTheSelectionEnds() {
        CommandTask about = task("continue", QStringLiteral("x = 1"));
        const CommandPlan plan = planFor(about, 10000);
        QCOMPARE(plan.prompt, kFile.left(about.region.to));
        QVERIFY(after(about, QStringLiteral(" + 1\nz = 3\n\n"))
                    .endsWith(QStringLiteral("x = 1 + 1\nz = 3\ny = 2\n")));
    }

    void anAnswerInAFenceIsTakenOutOfItAndIndented() {
        CommandTask about = task("explain", QStringLiteral("        self.r = r"));
        about.command = {QStringLiteral("own"),
                         QStringLiteral("Typed"),
                         QStringLiteral("Add types ({file}):\n{selection}"),
                         CommandPrompt::Instruction,
                         AnswerPlace::Replace,
                         64};
        const CommandPlan plan = planFor(about, 1000);
        QVERIFY(plan.prompt.startsWith(QStringLiteral("Instruct: Add types (x.py):\n")));
        const CommandAnswer answer =
            answerOf(plan, QStringLiteral(" Here:\n```python\nself.r: int = r\n```\nDone."));
        QVERIFY(answer.whole);
        QCOMPARE(answer.text, QStringLiteral("        self.r: int = r"));
        QVERIFY(!answerOf(plan, QStringLiteral(" Here:\n```python\nself")).whole);
        QVERIFY(after(about, QStringLiteral("\nself.r: int = r\n"))
                    .contains(QStringLiteral("r):\n        self.r: int = r\n\n    def area")));
        about.command.place = AnswerPlace::Below;
        QVERIFY(after(about, QStringLiteral(" self.d = 2 * r"))
                    .contains(QStringLiteral("        self.r = r\n        ")));
    }

    void anEmptyAnswerRemovesNothing() {
        CommandTask about = task("explain", QStringLiteral("x = 1"));
        about.command.place = AnswerPlace::Replace;
        for (const char* id : {"docstring", "tests", "continue"}) {
            QCOMPARE(after(task(id, QStringLiteral("x = 1")), QStringLiteral(" \n ")), kFile);
        }
        QCOMPARE(after(about, QStringLiteral(" \n\n")), kFile);
    }

    void ownCommandsAreKept() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("a/code_commands.json"));
        const CommandStore store(path);
        QString problem;
        QVERIFY(store.load(&problem).isEmpty());
        const QList<CodeCommand> own = {
            {QStringLiteral("1"), QStringLiteral("Größe"), QStringLiteral("{selection}\n\"x\""),
             CommandPrompt::Exact, AnswerPlace::Below, 77},
            {QStringLiteral("2"), QStringLiteral("b"), QStringLiteral("t"),
             CommandPrompt::Instruction, AnswerPlace::Replace, 1}};
        QVERIFY(store.save(own).isEmpty());
        QCOMPARE(store.load(&problem), own);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

    void aDamagedFileIsSetAside() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("code_commands.json"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"commands\": [{\"id\": \"1\", \"name\": \"a\", \"answer\": \"text\"}, 7, "
                   "{\"id\": \"1\", \"name\": \"again\", \"answer\": \"text\"}]}");
        file.close();
        QString problem;
        QCOMPARE(CommandStore(path).load(&problem).size(), 1);
        QVERIFY(problem.contains(QStringLiteral(".damaged")));
        QVERIFY(QFile::exists(path + QStringLiteral(".damaged")));
        for (const char* bytes : {"", "[", "[]", "{\"commands\": 1}", "\xff\xfe"}) {
            QVERIFY(!commandsFromJson(bytes).problems.isEmpty());
        }
        QVERIFY(!CommandStore(QStringLiteral("/proc/none/x.json")).save({}).isEmpty());
    }
};

QTEST_APPLESS_MAIN(CodeCommandTest)
#include "code_command_test.moc"
