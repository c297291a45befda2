// SPDX-License-Identifier: MIT
#include <QTest>

#include "chat/prompt_format.h"

using namespace phidelity;

namespace {

Turn user(const QString& text) {
    return {Speaker::User, text};
}
Turn model(const QString& text) {
    return {Speaker::Model, text};
}

} // namespace

Q_DECLARE_METATYPE(phidelity::FormatRules)

class PromptFormatTest : public QObject {
    Q_OBJECT

private slots:
    void buildsTheExactBytes_data();
    void buildsTheExactBytes();
    void aNewTurnOnlyAppendsToPromptAndReply_data();
    void aNewTurnOnlyAppendsToPromptAndReply();
    void stopsEndInventedTurns();
    void stopsLeaveOrdinaryLinesAlone();
    void displayedReplyLosesOnlyTheFirstSpace();
    void keysAreReadBack();
    void ownRulesGiveTheExactBytes_data();
    void ownRulesGiveTheExactBytes();
    void builtInFormatsAreRulesLikeAnyOthers();
    void equalRulesAreTheSameFormat();
    void anUnknownFormatKeepsItsKeyAndSaysSo();
    void piecesAddUpToThePrompt();
};

void PromptFormatTest::buildsTheExactBytes_data() {
    QTest::addColumn<PromptFormat>("format");
    QTest::addColumn<QList<Turn>>("turns");
    QTest::addColumn<QString>("prompt");

    QTest::newRow("qa") << PromptFormat(FormatId::Qa) << QList<Turn>{user("Why is the sky blue?")}
                        << "Instruct: Why is the sky blue?\nOutput:";
    QTest::newRow("qa trims the question")
        << PromptFormat(FormatId::Qa) << QList<Turn>{user("\n Why? \n\n")}
        << "Instruct: Why?\nOutput:";
    QTest::newRow("qa second question")
        << PromptFormat(FormatId::Qa) << QList<Turn>{user("One?"), model(" 1."), user("Two?")}
        << "Instruct: One?\nOutput: 1.\nInstruct: Two?\nOutput:";
    QTest::newRow("qa keeps lines of the question")
        << PromptFormat(FormatId::Qa) << QList<Turn>{user("Sort these:\r\nb\na")}
        << "Instruct: Sort these:\nb\na\nOutput:";
    QTest::newRow("chat") << PromptFormat(FormatId::Chat) << QList<Turn>{user("Hello!")}
                          << "Alice: Hello!\nBob:";
    QTest::newRow("chat several turns")
        << PromptFormat(FormatId::Chat) << QList<Turn>{user("Hi"), model(" Hello."), user("Bye")}
        << "Alice: Hi\nBob: Hello.\nAlice: Bye\nBob:";
    QTest::newRow("chat keeps the lines of both speakers")
        << PromptFormat(FormatId::Chat) << QList<Turn>{user("a\nb"), model(" c\n  d"), user("e")}
        << "Alice: a\nb\nBob: c\n  d\nAlice: e\nBob:";
    QTest::newRow("chat reply that ended its line")
        << PromptFormat(FormatId::Chat) << QList<Turn>{user("a"), model(" b\n"), user("c")}
        << "Alice: a\nBob: b\nAlice: c\nBob:";
    QTest::newRow("chat reply that was typed")
        << PromptFormat(FormatId::Chat) << QList<Turn>{user("a"), model("b"), user("c")}
        << "Alice: a\nBob: b\nAlice: c\nBob:";
    QTest::newRow("chat empty reply")
        << PromptFormat(FormatId::Chat) << QList<Turn>{user("a"), model(""), user("c")}
        << "Alice: a\nBob:\nAlice: c\nBob:";
    QTest::newRow("chat continues a reply")
        << PromptFormat(FormatId::Chat) << QList<Turn>{user("a"), model(" It is")}
        << "Alice: a\nBob: It is";
    QTest::newRow("chat lets the model begin")
        << PromptFormat(FormatId::Chat) << QList<Turn>{} << "Bob:";
    QTest::newRow("code") << PromptFormat(FormatId::Code)
                          << QList<Turn>{user("def f(x):\n    \"\"\"Twice x.\"\"\"")}
                          << "def f(x):\n    \"\"\"Twice x.\"\"\"\n";
    QTest::newRow("code that ends its line")
        << PromptFormat(FormatId::Code) << QList<Turn>{user("def f(x):\n")} << "def f(x):\n";
    QTest::newRow("code without a dangling indentation")
        << PromptFormat(FormatId::Code) << QList<Turn>{user("def f(x):\n    ")} << "def f(x):\n";
    QTest::newRow("code keeps the first indentation")
        << PromptFormat(FormatId::Code) << QList<Turn>{user("    def f(self):")}
        << "    def f(self):\n";
    QTest::newRow("code continues a body")
        << PromptFormat(FormatId::Code) << QList<Turn>{user("def f(x):"), model("    return 2")}
        << "def f(x):\n    return 2";
    QTest::newRow("code after a body")
        << PromptFormat(FormatId::Code)
        << QList<Turn>{user("def f(x):"), model("    return 2"), user("def g():")}
        << "def f(x):\n    return 2\ndef g():\n";
    QTest::newRow("raw") << PromptFormat(FormatId::Raw) << QList<Turn>{user(" a \r\n ")}
                         << " a \r\n ";
    QTest::newRow("raw goes on where it was")
        << PromptFormat(FormatId::Raw) << QList<Turn>{user("Once"), model(" upon"), user(" a")}
        << "Once upon a";
}

void PromptFormatTest::buildsTheExactBytes() {
    QFETCH(PromptFormat, format);
    QFETCH(QList<Turn>, turns);
    QFETCH(QString, prompt);
    QCOMPARE(buildPrompt(format, turns), prompt);
}

void PromptFormatTest::aNewTurnOnlyAppendsToPromptAndReply_data() {
    QTest::addColumn<QString>("reply");
    QTest::newRow("plain") << " Hello.";
    QTest::newRow("several lines") << " Hello.\n\n    code\n\tmore";
    QTest::newRow("line end") << " Hello.\n";
    QTest::newRow("leading line") << "\nHello. ";
    QTest::newRow("characters") << QStringLiteral(" \u00fc \U0001F600\u0301 \u202E");
}

/// What the model computed for prompt and reply must serve for the next turn.
void PromptFormatTest::aNewTurnOnlyAppendsToPromptAndReply() {
    QFETCH(QString, reply);
    for (const FormatId format : kFormats) {
        const QList<Turn> first{user("Hi\nthere")};
        const QList<Turn> second{user("Hi\nthere"), model(reply), user("And now?")};
        const QString computed = buildPrompt(format, first) + reply;
        QVERIFY2(buildPrompt(format, second).startsWith(computed),
                 qPrintable(PromptFormat(format).key()));
    }
}

void PromptFormatTest::stopsEndInventedTurns() {
    const auto stops = [](FormatId format, const QString& text) {
        for (const QString& stop : stopStrings(format)) {
            if (text.contains(stop)) {
                return true;
            }
        }
        return false;
    };
    QVERIFY(stops(FormatId::Chat, " Fine.\nAlice: And"));
    QVERIFY(stops(FormatId::Chat, " Fine.\nBob: And"));
    QVERIFY(stops(FormatId::Qa, " 4.\nInstruct: next"));
    QVERIFY(stops(FormatId::Qa, " 4. Instruct: next"));
    QVERIFY(stops(FormatId::Qa, " 4.\nOutput: 5"));
    QVERIFY(stops(FormatId::Qa, " 4.\n\nExercise 1:\nWhat"));
    QVERIFY(stops(FormatId::Qa, " 4.\n\n## INPUT"));
    for (const char* line :
         {"\nclass A:", "\ndef g():", "\n# tests", "\nif __name__", "\nprint(1)"}) {
        QVERIFY2(stops(FormatId::Code, QLatin1String("    return 1") + QLatin1String(line)), line);
    }
    QVERIFY(stopStrings(FormatId::Raw).isEmpty());
}

void PromptFormatTest::stopsLeaveOrdinaryLinesAlone() {
    const QString advice =
        " Three things help:\nExercise regularly.\nQuestion your habits.\nAsk Bob.";
    for (const FormatId format : {FormatId::Chat, FormatId::Qa}) {
        for (const QString& stop : stopStrings(format)) {
            QVERIFY2(!advice.contains(stop), qPrintable(stop));
        }
    }
    const QString body = "    if x:\n        print(x)\n    # done\n    return x\n";
    for (const QString& stop : stopStrings(FormatId::Code)) {
        QVERIFY2(!body.contains(stop), qPrintable(stop));
    }
}

void PromptFormatTest::displayedReplyLosesOnlyTheFirstSpace() {
    QCOMPARE(displayedReply(FormatId::Chat, " Hello. "), QString("Hello. "));
    QCOMPARE(displayedReply(FormatId::Qa, "  a"), QString(" a"));
    QCOMPARE(displayedReply(FormatId::Qa, "a"), QString("a"));
    QCOMPARE(displayedReply(FormatId::Code, "    return 1"), QString("    return 1"));
    QCOMPARE(displayedReply(FormatId::Raw, " a"), QString(" a"));
}

void PromptFormatTest::keysAreReadBack() {
    for (const FormatId format : kFormats) {
        bool ok = false;
        QCOMPARE(formatFromKey(PromptFormat(format).key(), &ok), format);
        QVERIFY(ok);
        QVERIFY(!formatTitle(format).isEmpty());
        QVERIFY(formatHint(format).endsWith(u'.'));
    }
    bool ok = true;
    QCOMPARE(formatFromKey("alpaca", &ok), FormatId::Raw);
    QVERIFY(!ok);
}

void PromptFormatTest::ownRulesGiveTheExactBytes_data() {
    QTest::addColumn<FormatRules>("rules");
    QTest::addColumn<QList<Turn>>("turns");
    QTest::addColumn<QString>("prompt");
    const QList<Turn> talk{user(" Hi \r\nthere "), model(" Yes."), user("Bye")};

    FormatRules lines;
    lines.opening = "A talk.\n";
    lines.userPrefix = "Me: ";
    lines.userSuffix = lines.replySuffix = "\n";
    lines.replyPrefix = "It:";
    QTest::newRow("lines") << lines << talk << "A talk.\nMe: Hi \nthere\nIt: Yes.\nMe: Bye\nIt:";
    QTest::newRow("nothing said yet") << lines << QList<Turn>{} << "A talk.\nIt:";
    QTest::newRow("an empty text") << lines << QList<Turn>{user(" ")} << "A talk.\nMe:\nIt:";

    FormatRules blocks;
    blocks.userPrefix = "\n\n### Me\n";
    blocks.replyPrefix = "\n\n### It\n";
    QTest::newRow("line ends are not doubled")
        << blocks << QList<Turn>{user("Hi"), model("Yes.\n"), user("Bye")}
        << "### Me\nHi\n\n### It\nYes.\n\n### Me\nBye\n\n### It\n";
    QTest::newRow("more of them are left as they are")
        << blocks << QList<Turn>{model("Yes.\n\n\n"), user("Bye")}
        << "### It\nYes.\n\n\n### Me\nBye\n\n### It\n";
    QTest::newRow("no space before a typed reply behind a line end")
        << blocks << QList<Turn>{user("Hi"), model("Yes")} << "### Me\nHi\n\n### It\nYes";

    FormatRules marks;
    marks.userPrefix = "<u>";
    marks.userSuffix = "</u>";
    marks.replyPrefix = "<m>";
    marks.replySuffix = "</m>";
    marks.userText = UserText::AsTyped;
    QTest::newRow("marks and text as typed")
        << marks << talk << "<u> Hi \r\nthere </u><m> Yes.</m><u>Bye</u><m>";
}

void PromptFormatTest::ownRulesGiveTheExactBytes() {
    QFETCH(FormatRules, rules);
    QFETCH(QList<Turn>, turns);
    QFETCH(QString, prompt);
    rules.name = "Own";
    QCOMPARE(buildPrompt(PromptFormat::own(rules), turns), prompt);
}

void PromptFormatTest::builtInFormatsAreRulesLikeAnyOthers() {
    const QList<Turn> talks[] = {{},
                                 {user("")},
                                 {user("\n"), model(""), user("a  ")},
                                 {model("b\n\n"), user("c"), model("d")},
                                 {user(" def f():\n  "), model("  return 1"), user("e")}};
    for (const FormatId format : kFormats) {
        FormatRules rules = PromptFormat(format).rules();
        rules.name = "Copy";
        const PromptFormat copy = PromptFormat::own(rules);
        for (const QList<Turn>& talk : talks) {
            QCOMPARE(buildPrompt(copy, talk), buildPrompt(format, talk));
        }
        QCOMPARE(stopStrings(copy), stopStrings(format));
        QCOMPARE(displayedReply(copy, " a"), displayedReply(format, " a"));
    }
}

void PromptFormatTest::equalRulesAreTheSameFormat() {
    FormatRules rules;
    rules.name = "One";
    const PromptFormat one = PromptFormat::own(rules);
    QVERIFY(one == PromptFormat::own(rules));
    QVERIFY(one.key().startsWith("own:"));
    rules.replySuffix = " ";
    QVERIFY(one != PromptFormat::own(rules));
    QVERIFY(one.key() != PromptFormat::own(rules).key());
    QVERIFY(one != PromptFormat(FormatId::Raw));
}

void PromptFormatTest::anUnknownFormatKeepsItsKeyAndSaysSo() {
    const PromptFormat format = PromptFormat::unknown("alpaca");
    QVERIFY(format.isUnknown() && format != PromptFormat(FormatId::Raw));
    QCOMPARE(format.key(), QString("alpaca"));
    QVERIFY(formatTitle(format).contains("alpaca"));
    QVERIFY(formatHint(format).contains("not known"));
}

void PromptFormatTest::piecesAddUpToThePrompt() {
    using From = PromptPiece::From;
    const QList<PromptPiece> pieces =
        promptPieces(FormatId::Chat, {user("Hi"), model(" Yes."), user("Bye")}, QString("So far"));
    QList<From> from;
    QString text;
    for (const PromptPiece& piece : pieces) {
        from.append(piece.from);
        text += piece.text;
    }
    QCOMPARE(text, QString("So far\nAlice: Hi\nBob: Yes.\nAlice: Bye\nBob:"));
    QCOMPARE(from.count(From::User), 3);
    QCOMPARE(from.count(From::Model), 1);
}

QTEST_APPLESS_MAIN(PromptFormatTest)
#include "prompt_format_test.moc"
