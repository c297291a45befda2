// SPDX-License-Identifier: MIT
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "chat/transcript/import.h"
#include "chat/transcript/import_limits.h"
#include "chat/transcript/json_elements.h"
#include "transcript_samples.h"

using namespace phidelity;

namespace {

QJsonObject chatNode(const QString& parent, const QStringList& children, const QString& role,
                     const QJsonArray& parts, const QString& type = QStringLiteral("text")) {
    QJsonObject node{{"children", QJsonArray::fromStringList(children)}};
    if (!parent.isEmpty()) {
        node.insert("parent", parent);
    }
    if (!role.isEmpty()) {
        node.insert("message",
                    QJsonObject{{"author", QJsonObject{{"role", role}}},
                                {"create_time", 1700000000.5},
                                {"content", QJsonObject{{"content_type", type}, {"parts", parts}}},
                                {"metadata", QJsonObject{{"model_slug", "gpt-4"}}}});
    }
    return node;
}

/// A conversation as ChatGPT exports it: two versions of the reply, the first one shown.
QJsonObject chatGpt() {
    QJsonObject image{{"content_type", "image_asset_pointer"}, {"asset_pointer", "file://x"}};
    return {{"title", "A talk"},
            {"create_time", 1700000000.25},
            {"update_time", 1700000100.0},
            {"current_node", "e"},
            {"mapping", QJsonObject{
                            {"root", chatNode({}, {"s"}, {}, {})},
                            {"s", chatNode("root", {"a"}, "system", {""})},
                            {"a", chatNode("s", {"b", "f"}, "user", {image, "What is it?"},
                                           "multimodal_text")},
                            {"b", chatNode("a", {"c"}, "assistant", {"A cat."})},
                            {"c", chatNode("b", {"d"}, "tool", {"searching"})},
                            {"d", chatNode("c", {"e"}, "user", {"Really?"})},
                            {"e", chatNode("d", {}, "assistant", {"Yes.", "Sure."})},
                            {"f", chatNode("a", {}, "assistant", {"A dog."})},
                        }}};
}

Import importJson(const QJsonArray& array) {
    return importTranscripts(QJsonDocument(array).toJson());
}

QStringList pathTexts(const Conversation& conversation) {
    QStringList texts;
    for (const NodeId id : conversation.path()) {
        const Message& message = conversation.find(id)->message;
        texts.append((message.speaker == Speaker::User ? u'<' : u'>') + message.text);
    }
    return texts;
}

qint64 countOf(const ImportReport& report, const QString& what) {
    for (const ImportReport::LeftOut& one : report.leftOut) {
        if (one.what == what) {
            return one.count;
        }
    }
    return 0;
}

} // namespace

class TranscriptImportTest : public QObject {
    Q_OBJECT
private slots:
    void chatGptKeepsBranchesAndLeavesOutImagesAndTools();
    void chatGptWithLoopsAndLiesIsBounded();
    void chatGptOfRandomShapesNeverHangs();
    void shareGptIsReadLineByLineAndAsAnArray();
    void messagesWithRolesAreRead();
    void markdownWithHeadingsOrBoldNamesIsRead_data();
    void markdownWithHeadingsOrBoldNamesIsRead();
    void headingsInCodeAreNoMessages();
    void aTextWithoutMessagesSaysWhatItNeeds();
    void hostileFilesGiveASentence_data();
    void hostileFilesGiveASentence();
    void aDamagedElementRefusesTheWhole();
    void elementsOfAnArrayAreCutWhereTheyEnd();
    void filesThatCannotBeReadSayWhy();
    void theReportTellsWhatWasLeftOut();
};

void TranscriptImportTest::chatGptKeepsBranchesAndLeavesOutImagesAndTools() {
    const Import import = importJson({chatGpt(), chatGpt()});
    QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
    QCOMPARE(import.report.conversations, 2);
    QCOMPARE(import.report.messages, 10);
    const Conversation& conversation = import.transcripts.first().conversation;
    QCOMPARE(conversation.info.title, QStringLiteral("A talk"));
    QCOMPARE(conversation.info.createdMs, 1700000000250);
    QCOMPARE(pathTexts(conversation),
             (QStringList{"<What is it?", ">A cat.", "<Really?", ">Yes.\n\nSure."}));
    const NodeId first = conversation.path().first();
    QCOMPARE(conversation.find(first)->createdMs, 1700000000500);
    QCOMPARE(conversation.followers(first).size(), 2);
    QCOMPARE(conversation.find(conversation.followers(first).last())->message.text,
             QStringLiteral("A dog."));
    QCOMPARE(conversation.find(conversation.path().at(1))->message.author, QStringLiteral("gpt-4"));
    QCOMPARE(countOf(import.report, QStringLiteral("images")), 2);
    QCOMPARE(countOf(import.report, QStringLiteral("messages from and to tools")), 2);
    QCOMPARE(import.report.leftOut.size(), 2);
}

void TranscriptImportTest::chatGptWithLoopsAndLiesIsBounded() {
    const QJsonObject loop{
        {"a", chatNode("b", {"b"}, "user", {"a"})},
        {"b", chatNode("a", {"a"}, "assistant", {"b"})},
        {"c", chatNode("c", {"c"}, "user", {"c"})},
        {"d", chatNode("nobody", {"d", "d", "e", "ghost", "a"}, "user", {"d"})},
        {"e", chatNode("d", {"d"}, "assistant", {"e"})},
        {"f", QJsonObject{{"parent", 7}, {"children", "x"}, {"message", QJsonArray()}}},
        {"g", 12},
    };
    const Import import = importJson({QJsonObject{{"mapping", loop}, {"current_node", 5}}});
    QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
    QCOMPARE(pathTexts(import.transcripts.value(0).conversation), (QStringList{"<d", ">e"}));
    QCOMPARE(countOf(import.report, QStringLiteral("messages that follow themselves")), 3);
}

void TranscriptImportTest::chatGptOfRandomShapesNeverHangs() {
    QRandomGenerator random(8);
    for (int round = 0; round < 300; ++round) {
        const int size = 1 + random.bounded(30);
        const auto name = [&] { return QString::number(random.bounded(size + 2)); };
        QJsonObject mapping;
        for (int at = 0; at < size; ++at) {
            QStringList children;
            for (int count = random.bounded(4); count > 0; --count) {
                children.append(name());
            }
            const QStringList roles{"user", "assistant", "system", "tool", ""};
            mapping.insert(QString::number(at),
                           chatNode(random.bounded(4) == 0 ? QString() : name(), children,
                                    roles.at(random.bounded(5)), {QString::number(at)}));
        }
        const Import import =
            importJson({QJsonObject{{"mapping", mapping}, {"current_node", name()}}});
        QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
        QVERIFY(import.report.messages <= size);
    }
}

void TranscriptImportTest::shareGptIsReadLineByLineAndAsAnArray() {
    const QByteArray one =
        R"({"id":"x","conversations":[{"from":"system","value":"Be kind"},{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"}]})";
    const QByteArray two =
        R"({"conversations":[{"from":"user","value":"1"},{"from":"bard","value":""},{"from":"chatgpt","value":"2"}]})";
    for (const QByteArray& file : {one + "\r\n\n" + two + "\n", "[" + one + ",\n" + two + "]"}) {
        const Import import = importTranscripts(file);
        QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
        QCOMPARE(import.transcripts.size(), 2);
        QCOMPARE(pathTexts(import.transcripts.value(0).conversation),
                 (QStringList{"<Hi", ">Hello"}));
        QCOMPARE(pathTexts(import.transcripts.last().conversation), (QStringList{"<1", ">2"}));
        QCOMPARE(countOf(import.report, QStringLiteral("messages of the system")), 1);
        QCOMPARE(countOf(import.report, QStringLiteral("messages without text")), 1);
    }
    QCOMPARE(importTranscripts(one).transcripts.size(), 1);
}

void TranscriptImportTest::messagesWithRolesAreRead() {
    const QByteArray turns =
        R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"text","text":"Ho"},{"type":"image_url"}]}])";
    for (const QByteArray& file : {turns, "{\"messages\":" + turns + "}"}) {
        const Import import = importTranscripts(file);
        QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
        QCOMPARE(pathTexts(import.transcripts.value(0).conversation), (QStringList{"<Hi", ">Ho"}));
        QCOMPARE(countOf(import.report, QStringLiteral("images")), 1);
    }
}

void TranscriptImportTest::markdownWithHeadingsOrBoldNamesIsRead_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("headings") << QByteArray("# T\n\n## User\n\nHi\nyou\n\n## Assistant\n\nHo\n");
    QTest::newRow("headings with colon") << QByteArray("### User:\nHi\nyou\n### ChatGPT:\nHo");
    QTest::newRow("bold") << QByteArray("**User:** Hi\nyou\n\n**Assistant:** Ho\n");
    QTest::newRow("bold, colon outside") << QByteArray("**You**:\n\nHi\nyou\n\n**AI**: Ho\n");
    QTest::newRow("bold, alone") << QByteArray(
        "intro\n\n**Human**\n\nHi\nyou\n\n---\n\n**Model**\nHo");
    QTest::newRow("numbered") << QByteArray("## 1. User\nHi\nyou\n\n## 2. Assistant\nHo");
    QTest::newRow("CRLF and mark")
        << QByteArray("\xEF\xBB\xBF## User\r\nHi\r\nyou\r\n## Bot\r\nHo\r\n");
}

void TranscriptImportTest::markdownWithHeadingsOrBoldNamesIsRead() {
    QFETCH(QByteArray, text);
    const Import import = importTranscripts(text);
    QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
    QCOMPARE(pathTexts(import.transcripts.value(0).conversation), (QStringList{"<Hi\nyou", ">Ho"}));
}

void TranscriptImportTest::headingsInCodeAreNoMessages() {
    const Import import =
        importTranscripts("## User\n```\n## Assistant\n```\n**bold** text\n## Assistant\nok\n");
    QCOMPARE(pathTexts(import.transcripts.value(0).conversation),
             (QStringList{"<```\n## Assistant\n```\n**bold** text", ">ok"}));
}

void TranscriptImportTest::aTextWithoutMessagesSaysWhatItNeeds() {
    const Import import = importTranscripts("# My diary\n\nUser: nothing here.\n");
    QVERIFY2(import.problem.contains(QLatin1String("## User")), qPrintable(import.problem));
}

void TranscriptImportTest::hostileFilesGiveASentence_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("blank") << QByteArray(" \n\t ");
    QTest::newRow("zip") << QByteArray("PK\x03\x04rest");
    QTest::newRow("binary") << QByteArray("\x7F"
                                          "ELF\0\0\0",
                                          7);
    QTest::newRow("not UTF-8") << QByteArray("## User\n\xFF\xFE");
    QTest::newRow("not UTF-8 in JSON") << QByteArray("{\"mapping\":{\"a\":\"\xFF\"}}");
    QTest::newRow("deep array") << QByteArray(10'000'000, '[');
    QTest::newRow("deep object") << QByteArray("{\"mapping\":").repeated(1'000'000);
    QTest::newRow("deep in an element")
        << '[' + QByteArray(100'000, '[') + QByteArray(100'000, ']') + ']';
    QTest::newRow("huge number") << QByteArray("[{\"mapping\":{},\"create_time\":1e999}]");
    QTest::newRow("other JSON") << QByteArray("{\"a\":1}");
    QTest::newRow("numbers") << QByteArray("[1,2,3]");
    QTest::newRow("empty array") << QByteArray("[]");
    QTest::newRow("unclosed string") << QByteArray("[{\"mapping\":\"");
    QTest::newRow("unclosed escape") << QByteArray("[{\"mapping\":\"\\");
    QTest::newRow("text behind") << QByteArray("[] x");
    QTest::newRow("comma at the end") << QByteArray("[{\"mapping\":{}},]");
    QTest::newRow("two values") << QByteArray("[{\"mapping\":{}} {\"mapping\":{}}]");
    QTest::newRow("transcript of nothing") << QByteArray("{\"format\":\"phidelity-transcript\"}");
    QTest::newRow("transcript of wrong types")
        << QByteArray("{\"format\":\"phidelity-transcript\",\"version\":\"1\",\"messages\":{}}");
}

void TranscriptImportTest::hostileFilesGiveASentence() {
    QFETCH(QByteArray, bytes);
    const Import import = importTranscripts(bytes);
    QVERIFY(import.transcripts.isEmpty());
    QVERIFY(import.problem.endsWith(u'.') && !import.problem.contains(u'\n'));
    QVERIFY2(import.problem.size() < 400, qPrintable(import.problem));
}

void TranscriptImportTest::aDamagedElementRefusesTheWhole() {
    const QByteArray good = QJsonDocument(chatGpt()).toJson(QJsonDocument::Compact);
    const Import array = importTranscripts("[" + good + "," + good.left(100) + "}}]");
    QVERIFY(array.transcripts.isEmpty() && array.report == ImportReport());
    QVERIFY2(array.problem.startsWith(QLatin1String("Conversation 2 is damaged")),
             qPrintable(array.problem));
    const QByteArray line = R"({"conversations":[{"from":"human","value":"Hi"}]})";
    const Import lines = importTranscripts(line + "\n" + line + "\n" + line.left(30));
    QVERIFY(lines.transcripts.isEmpty());
    QVERIFY2(lines.problem.startsWith(QLatin1String("Line 3 is damaged")),
             qPrintable(lines.problem));
}

void TranscriptImportTest::elementsOfAnArrayAreCutWhereTheyEnd() {
    JsonElements elements(R"( [ {"a":"]}\"[,"} , [1,[2]],"x,\\", 7,true ] )");
    QByteArrayList found;
    QByteArrayView element;
    while (elements.next(&element) == JsonElements::Next::Element) {
        found.append(element.toByteArray().trimmed());
    }
    QCOMPARE(found, (QByteArrayList{R"({"a":"]}\"[,"})", "[1,[2]]", R"("x,\\")", "7", "true"}));
    QCOMPARE(elements.next(&element), JsonElements::Next::Broken); // it has ended before
}

void TranscriptImportTest::filesThatCannotBeReadSayWhy() {
    QTemporaryDir folder;
    const Import missing = importTranscriptFile(folder.filePath(QStringLiteral("none.json")));
    QVERIFY2(missing.problem.startsWith(QLatin1String("none.json cannot be imported. ")),
             qPrintable(missing.problem));
    QVERIFY(importTranscriptFile(folder.path()).problem.contains(QLatin1String("folder")));
    QFile huge(folder.filePath(QStringLiteral("huge.json")));
    QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(kLargestImport + 2)); // holes, no disk
    const Import tooLarge = importTranscriptFile(huge.fileName());
    QVERIFY2(tooLarge.problem.contains(QLatin1String("1024.0 MB")), qPrintable(tooLarge.problem));
}

void TranscriptImportTest::theReportTellsWhatWasLeftOut() {
    const Import import = importJson({chatGpt()});
    QCOMPARE(describe(import.report),
             QStringLiteral("Read 1 conversation with 5 messages from an export of ChatGPT.\n"
                            "Left out: 1 \u00D7 images.\n"
                            "Left out: 1 \u00D7 messages from and to tools."));
}

QTEST_GUILESS_MAIN(TranscriptImportTest)
#include "transcript_import_test.moc"
