// SPDX-License-Identifier: MIT
// What the editor of formats says, and files of formats.
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include "chat/format_check.h"
#include "chat/format_json.h"
#include "chat/format_limits.h"

using namespace phidelity;

namespace {

FormatRules good() {
    FormatRules rules;
    rules.name = "Good";
    rules.userPrefix = "User: ";
    rules.userSuffix = rules.replySuffix = "\n";
    rules.replyPrefix = "Assistant:";
    rules.stops = {"\nUser:"};
    return rules;
}

QString said(const FormatRules& rules, const QStringList& taken = {}) {
    QStringList sentences;
    for (const FormatRemark& remark : checkFormat(rules, taken)) {
        sentences.append(remark.sentence);
    }
    return sentences.join(u'\n');
}

} // namespace

class FormatCheckTest : public QObject {
    Q_OBJECT

private slots:
    void nothingIsSaidOfAGoodFormat() {
        QCOMPARE(said(good()), QString());
        for (const FormatId id : kFormats) {
            FormatRules rules = PromptFormat(id).rules();
            rules.name = "Copy";
            QCOMPARE(said(rules), QString());
        }
    }

    void whatCannotBeKeptIsAnError_data() {
        QTest::addColumn<FormatRules>("rules");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, auto change, const char* sentence) {
            FormatRules rules = good();
            change(rules);
            QTest::newRow(name) << rules << QString(sentence);
        };
        row(
            "no name", [](FormatRules& r) { r.name = "  "; }, "Give the format a name");
        row(
            "a built-in name", [](FormatRules& r) { r.name = "raw text"; }, "Another format");
        row(
            "a built-in key", [](FormatRules& r) { r.name = "QA"; }, "Another format");
        row(
            "a name that is taken", [](FormatRules& r) { r.name = " mine "; }, "Another format");
        row(
            "a long name", [](FormatRules& r) { r.name = QString(61, 'x'); }, "too long");
        row(
            "NUL", [](FormatRules& r) { r.opening = QString(QChar(0)); }, "cannot be kept");
        row(
            "half a character", [](FormatRules& r) { r.stops = {QString(QChar(0xD800))}; },
            "cannot be kept");
        row(
            "a long prefix", [](FormatRules& r) { r.userPrefix = QString(1001, 'x'); }, "too long");
        row(
            "a stop of spaces", [](FormatRules& r) { r.stops.append("  "); }, "every reply");
        row(
            "an empty stop", [](FormatRules& r) { r.stops.append(""); }, "is empty");
        row(
            "many stops",
            [](FormatRules& r) {
                for (int at = 0; at < 70; ++at) {
                    r.stops.append(QString("stop %1").arg(at));
                }
            },
            "too many");
    }
    void whatCannotBeKeptIsAnError() {
        QFETCH(const FormatRules, rules);
        QFETCH(const QString, sentence);
        const QList<FormatRemark> remarks = checkFormat(rules, {"Mine"});
        QVERIFY(hasError(remarks));
        QVERIFY2(remarks.first().sentence.contains(sentence), qPrintable(said(rules, {"Mine"})));
    }

    void whatIsProbablyNotMeantIsAdvice_data() {
        QTest::addColumn<FormatRules>("rules");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, auto change, const char* sentence) {
            FormatRules rules = good();
            change(rules);
            QTest::newRow(name) << rules << QString(sentence);
        };
        row(
            "a space before the reply", [](FormatRules& r) { r.replyPrefix += ' '; },
            "ends in a space");
        row(
            "nothing ends an invented turn", [](FormatRules& r) { r.stops = {"\nEnd"}; },
            "add “\\nUser:”");
        row(
            "the same prefix", [](FormatRules& r) { r.replyPrefix = "User:"; }, "who speaks");
        row(
            "your turn does not end the line", [](FormatRules& r) { r.userSuffix = ""; },
            "behind your text");
        row(
            "the reply does not end the line", [](FormatRules& r) { r.replySuffix = ""; },
            "behind the reply");
        row(
            "the beginning does not end the line", [](FormatRules& r) { r.opening = "A talk."; },
            "behind the beginning");
        row(
            "a marker of others", [](FormatRules& r) { r.userSuffix = "</s>\n"; },
            "another model's format");
        row(
            "a special token", [](FormatRules& r) { r.opening = "<|endoftext|>\n"; }, "thirteen");
    }
    void whatIsProbablyNotMeantIsAdvice() {
        QFETCH(const FormatRules, rules);
        QFETCH(const QString, sentence);
        QVERIFY(!hasError(checkFormat(rules, {})));
        QVERIFY2(said(rules).contains(sentence), qPrintable(said(rules)));
    }

    void aNameIsMadeFree() {
        QCOMPARE(freeFormatName("New", {}), QString("New"));
        QCOMPARE(freeFormatName("Raw text", {"raw text 2"}), QString("Raw text 3"));
        QVERIFY(freeFormatName(QString(500, 'x'), {}).size() <= kLongestFormatName);
    }

    void aFileComesBackAsItIs() {
        FormatRules odd = good();
        odd.name = "Odd \"\\ \u2028 \U0001F469";
        odd.opening = "\t\\n\r\n";
        odd.userText = UserText::AsTyped;
        odd.replies = ReplyText::Code;
        const QList<PromptFormat> formats{PromptFormat::own(good()), PromptFormat::own(odd)};
        const QByteArray bytes =
            formatFile({formats[0], FormatId::Qa, PromptFormat::unknown("x"), formats[1]});
        const FormatFile read = readFormatFile(bytes);
        QCOMPARE(read.problem, QString());
        QCOMPARE(read.formats, formats);
        QCOMPARE(formatFile(read.formats), bytes);
        // One alone, as a transcript holds it.
        QCOMPARE(readFormatFile(rulesBytes(odd)).formats, QList<PromptFormat>{formats[1]});
    }

    void aFileThatIsNoneIsRefusedWithASentence_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const QByteArray& bytes, const char* sentence) {
            QTest::newRow(name) << bytes << QString(sentence);
        };
        const QByteArray head = R"({"format":"phidelity-prompt-formats","version":)";
        row("empty", "", "no JSON");
        row("cut off", "{\"format\":", "no JSON");
        row("an array", "[]", "no prompt format");
        row("another thing", "{\"a\":1}", "no prompt format");
        row("newer", head + "2,\"formats\":[{}]}", "newer");
        row("none in it", head + "1,\"formats\":[]}", "no prompt format");
        row("one of them wrong", head + "1,\"formats\":[{\"name\":\"a\"},7]}", "no name");
        row("a text of another type", "{\"name\":\"a\",\"opening\":[]}", "\"opening\"");
        row("a list of another type", "{\"name\":\"a\",\"stops\":\"x\"}", "stop strings");
        row("an empty stop", "{\"name\":\"a\",\"stops\":[\"\"]}", "stop strings");
        row("a word that is not known", "{\"name\":\"a\",\"replies\":\"song\"}", "song");
        QTest::newRow("a name too long")
            << QByteArray("{\"name\":\"" + QByteArray(61, 'x') + "\"}") << QString("\"name\"");
    }
    void aFileThatIsNoneIsRefusedWithASentence() {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, sentence);
        const FormatFile file = readFormatFile(bytes);
        QVERIFY(file.formats.isEmpty());
        QVERIFY2(file.problem.contains(sentence), qPrintable(file.problem));
    }

    void anyByteThatIsBrokenGivesAFormatOrASentence() {
        const QByteArray bytes = formatFile({PromptFormat::own(good())});
        QRandomGenerator random(1);
        for (int round = 0; round < 2000; ++round) {
            QByteArray broken = bytes.left(random.bounded(static_cast<int>(bytes.size()) + 1));
            if (!broken.isEmpty()) {
                broken[random.bounded(static_cast<int>(broken.size()))] =
                    static_cast<char>(random.bounded(256));
            }
            const FormatFile file = readFormatFile(broken);
            QVERIFY(file.problem.isEmpty() != file.formats.isEmpty());
        }
    }

    void aFileThatIsNotThereIsNamed() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("none.json");
        QVERIFY(readFormatFileAt(path).problem.contains(path));
    }
};

QTEST_APPLESS_MAIN(FormatCheckTest)
#include "format_check_test.moc"
