// SPDX-License-Identifier: MIT
#include <QTest>

#include "code/completion.h"

using namespace phidelity;

namespace {

QString fitted(const char* before, const char* written, const char* after = "") {
    return fitCompletion({QString::fromUtf8(before), QString::fromUtf8(after)},
                         QString::fromUtf8(written))
        .text;
}

} // namespace

class CompletionTest : public QObject {
    Q_OBJECT

private slots:
    void itEndsWhereTheIndentationDoes() {
        QCOMPARE(fitted("def f(x):\n    y = ", "2 * x\n    return y\nprint(f(2))\n"),
                 QStringLiteral("2 * x\n    return y"));
    }
    void itEndsBeforeTheNextDefinition() {
        QCOMPARE(fitted("x = ", "1\n\ndef g():\n    pass\n"), QStringLiteral("1"));
        QCOMPARE(fitted("class A:\n    x = ", "1\n    def g(self):\n        pass\n"),
                 QStringLiteral("1"));
    }
    void aBlockThatWasOpenedIsCompleted() {
        QCOMPARE(fitted("if x:", "\n    y = 1\n    z = 2\nelse:\n    y = 3\n"),
                 QStringLiteral("\n    y = 1\n    z = 2\nelse:\n    y = 3\n")
                     .trimmed()
                     .prepend(QStringLiteral("\n    ")));
    }
    void onALineThatGoesOnOnlyTheLineIsCompleted() {
        QCOMPARE(fitted("print(", "x, y)\nz = 1\n", ")\n"), QStringLiteral("x, y"));
        QCOMPARE(fitted("a = f(", "x", ")[0]\n"), QStringLiteral("x"));
    }
    void whatStandsBehindTheCursorIsNotRepeated() {
        QCOMPARE(fitted("a = 1\n", "b = 2\nreturn a + b\nmore\n", "\nreturn a + b\n"),
                 QStringLiteral("b = 2"));
    }
    void aJoinWithOpenBracketsIsToldOf() {
        const CompletionPlace place{QStringLiteral("f("), QStringLiteral(")\n")};
        QVERIFY(fitCompletion(place, QStringLiteral("x")).joins);
        QVERIFY(!fitCompletion(place, QStringLiteral("x, g(y")).joins);
    }
    void longOnesAreCut() {
        const QString many = QStringLiteral("x = 1\n").repeated(50);
        const FittedCompletion fitted = fitCompletion({QStringLiteral("a = 1\n"), {}}, many);
        QCOMPARE(fitted.text.count(u'\n') + 1, kCompletionLines);
        QVERIFY(fitted.ended);
    }
    void thePromptFitsAndBeginsAtALine() {
        const QString lines = QStringLiteral("x = 12345\n").repeated(100);
        const QString prompt = completionPrompt({lines, {}}, 55);
        QVERIFY(prompt.size() <= 55);
        QVERIFY(prompt.startsWith(QStringLiteral("x = ")) && lines.endsWith(prompt));
        const QString code = lines + QStringLiteral("def f():\n    return 1\n");
        QVERIFY(completionPrompt({code, {}}, 60).size() <= 60);
        QCOMPARE(completionPrompt({QStringLiteral("ab"), {}}, 60), QStringLiteral("ab"));
    }
    void aWordIsTakenWithTheSpaceBeforeIt() {
        QCOMPARE(firstWord(QStringLiteral(" foo_1(bar)")), QStringLiteral(" foo_1"));
        QCOMPARE(firstWord(QStringLiteral("(bar)")), QStringLiteral("("));
        QCOMPARE(firstWord(QStringLiteral("\n    return x")), QStringLiteral("\n    return"));
        QCOMPARE(firstWord({}), QString());
    }
};

QTEST_GUILESS_MAIN(CompletionTest)
#include "completion_test.moc"
