// SPDX-License-Identifier: MIT
#include <QFile>
#include <QJsonDocument>
#include <QTest>

#include "chat/transcript/import.h"
#include "chat/transcript/transcript_json.h"
#include "schema_check.h"
#include "transcript_samples.h"

using namespace phidelity;

namespace {

const TranscriptOptions kWholeTree{TranscriptExtent::Tree, 0, kAllTranscriptParts};

QByteArray exportOf(const Import& import, const TranscriptOptions& options = kWholeTree) {
    return toTranscriptJson(import.transcripts.value(0), options);
}

QString schemaProblem(const QByteArray& json) {
    static const QJsonObject schema = [] {
        QFile file(QStringLiteral(PHIDELITY_TRANSCRIPT_SCHEMA));
        return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                              : QJsonObject();
    }();
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    return error.error == QJsonParseError::NoError ? SchemaCheck(schema).problem(document.object())
                                                   : error.errorString();
}

QByteArray replaced(QByteArray text, const char* what, const QByteArray& with) {
    const qsizetype at = text.indexOf(what);
    return at < 0 ? QByteArray() : text.replace(at, qstrlen(what), with);
}

} // namespace

class TranscriptJsonTest : public QObject {
    Q_OBJECT
private slots:
    void aTreeComesBackByteForByte();
    void aBranchComesBackByteForByte();
    void everyHostileTextComesBackExactly();
    void whatIsWrittenFollowsTheSchema();
    void theSchemaRefusesWhatIsWrong();
    void partsThatWereNotAskedForAreNotThere();
    void anyPartsComeBackByteForByte();
    void aReplyThatIsBeingWrittenIsWrittenAsStopped();
    void aBranchTellsNothingOfTheOthers();
    void aNewerVersionIsRefused();
    void aFileOfVersionOneIsRead();
    void aFormatWithoutItsRulesIsSaidAndKeepsItsName();
    void aBranchHasNoPlanForMessagesOfAnother();
    void badMessagesAreLeftOutAndCounted();
    void anyByteThatIsBrokenGivesASentenceOrAReport();
};

void TranscriptJsonTest::aTreeComesBackByteForByte() {
    QRandomGenerator random(1);
    for (int round = 0; round < 300; ++round) {
        const Transcript before = randomTranscript(random, random.bounded(30));
        const QByteArray json = toTranscriptJson(before, kWholeTree);
        const Import import = importTranscripts(json);
        if (before.conversation.isEmpty()) {
            QCOMPARE(import.transcripts.size(), 1);
        }
        QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
        QVERIFY2(import.report.leftOut.isEmpty(), qPrintable(describe(import.report)));
        QCOMPARE(exportOf(import), json);
        QCOMPARE(import.transcripts.first().conversation.nodes(), before.conversation.nodes());
        QVERIFY(import.transcripts.first().records == before.records);
        QCOMPARE(import.transcripts.first().conversation.setup, before.conversation.setup);
        QCOMPARE(import.transcripts.first().conversation.info.format,
                 before.conversation.info.format);
    }
}

void TranscriptJsonTest::aBranchComesBackByteForByte() {
    QRandomGenerator random(2);
    for (int round = 0; round < 100; ++round) {
        const Transcript before = randomTranscript(random, 1 + random.bounded(30));
        for (const NodeId leaf : leavesOf(before.conversation)) {
            const QByteArray json =
                toTranscriptJson(before, {TranscriptExtent::Branch, leaf, kAllTranscriptParts});
            const Import import = importTranscripts(json);
            QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
            QCOMPARE(import.transcripts.first().conversation.path(),
                     before.conversation.lineTo(leaf));
            QCOMPARE(exportOf(import, {TranscriptExtent::Branch, 0, kAllTranscriptParts}), json);
        }
    }
}

void TranscriptJsonTest::everyHostileTextComesBackExactly() {
    const Transcript before = transcriptOf(hostileTexts());
    const Import import = importTranscripts(toTranscriptJson(before, kWholeTree));
    QCOMPARE(import.transcripts.size(), 1);
    QCOMPARE(import.transcripts.first().conversation.nodes(), before.conversation.nodes());
}

void TranscriptJsonTest::whatIsWrittenFollowsTheSchema() {
    QRandomGenerator random(3);
    for (int round = 0; round < 100; ++round) {
        const Transcript transcript = randomTranscript(random, 1 + random.bounded(20));
        for (const TranscriptExtent extent : {TranscriptExtent::Branch, TranscriptExtent::Tree}) {
            const TranscriptParts parts = TranscriptParts::fromInt(random.bounded(8));
            QCOMPARE(schemaProblem(toTranscriptJson(transcript, {extent, 0, parts})), QString());
        }
    }
}

void TranscriptJsonTest::theSchemaRefusesWhatIsWrong() {
    const QByteArray json = toTranscriptJson(smallTranscript(), kWholeTree);
    QCOMPARE(schemaProblem(json), QString());
    QVERIFY(!schemaProblem(replaced(json, "\"version\":2", "\"version\":3")).isEmpty());
    QVERIFY(
        !schemaProblem(replaced(json, "\"speaker\":\"user\"", "\"speaker\":\"dog\"")).isEmpty());
    QVERIFY(!schemaProblem(replaced(json, "\"id\":1", "\"id\":0")).isEmpty());
    QVERIFY(!schemaProblem(replaced(json, "\"parent\":0", "\"parent\":0.5")).isEmpty());
    QVERIFY(!schemaProblem(replaced(json, "\"parent\":0", "\"father\":0")).isEmpty());
    QVERIFY(!schemaProblem(replaced(json, "\"tokens\":[10", "\"tokens\":[-1")).isEmpty());
}

void TranscriptJsonTest::partsThatWereNotAskedForAreNotThere() {
    const Transcript transcript = smallTranscript();
    const auto with = [&transcript](TranscriptParts parts) {
        return toTranscriptJson(transcript, {TranscriptExtent::Tree, 0, parts});
    };
    QVERIFY(!with({}).contains("records"));
    const QByteArray settings = with(TranscriptPart::Settings);
    QVERIFY(settings.contains("\"seed\":\"18446744073709551615\""));
    QVERIFY(!settings.contains("logprobs") && !settings.contains("generate_ms"));
    QVERIFY(!settings.contains("\"given\""));
    const QByteArray timings = with(TranscriptPart::Timings);
    QVERIFY(timings.contains("generate_ms") && !timings.contains("seed"));
    const QByteArray probabilities = with(TranscriptPart::Probabilities);
    QVERIFY(probabilities.contains("logprobs") && !probabilities.contains("model_name"));
    QVERIFY(probabilities.contains("\"given\""));
}

void TranscriptJsonTest::anyPartsComeBackByteForByte() {
    for (int parts = 0; parts <= kAllTranscriptParts.toInt(); ++parts) {
        const TranscriptOptions options{TranscriptExtent::Tree, 0, TranscriptParts::fromInt(parts)};
        const QByteArray json = toTranscriptJson(smallTranscript(), options);
        QCOMPARE(schemaProblem(json), QString());
        QCOMPARE(exportOf(importTranscripts(json), options), json);
    }
}

void TranscriptJsonTest::aReplyThatIsBeingWrittenIsWrittenAsStopped() {
    Transcript transcript = transcriptOf({QStringLiteral("a"), QStringLiteral("b")});
    Message writing = transcript.conversation.find(2)->message;
    writing.state = MessageState::Writing;
    transcript.conversation.setMessage(2, writing);
    const Import import = importTranscripts(toTranscriptJson(transcript, kWholeTree));
    QCOMPARE(import.transcripts.first().conversation.find(2)->message.state, MessageState::Stopped);
}

void TranscriptJsonTest::aBranchTellsNothingOfTheOthers() {
    Transcript transcript = smallTranscript();
    transcript.conversation.info.draft = QStringLiteral("not sent");
    transcript.conversation.info.folder = QStringLiteral("Private");
    const QByteArray json =
        toTranscriptJson(transcript, {TranscriptExtent::Branch, 0, kAllTranscriptParts});
    QVERIFY(json.contains("The next one"));
    QVERIFY(!json.contains("2048 comes next"));
    QVERIFY(!json.contains("not sent") && !json.contains("Private"));
    QVERIFY(toTranscriptJson(transcript, kWholeTree).contains("not sent"));
}

void TranscriptJsonTest::aNewerVersionIsRefused() {
    const QByteArray json = toTranscriptJson(smallTranscript(), kWholeTree);
    const Import import = importTranscripts(replaced(json, "\"version\":2", "\"version\":3"));
    QVERIFY(import.transcripts.isEmpty());
    QVERIFY2(import.problem.contains(QLatin1String("newer")), qPrintable(import.problem));
}

void TranscriptJsonTest::aFileOfVersionOneIsRead() {
    const Import import = importTranscripts(
        "{\"format\":\"phidelity-transcript\",\"version\":1,\"parts\":[],"
        "\"conversation\":{\"format\":\"qa\",\"created_ms\":0,\"changed_ms\":0,\"first_shown\":0,"
        "\"context_used\":0},\"messages\":[{\"id\":1,\"parent\":0,\"created_ms\":0,\"speaker\":"
        "\"user\",\"format\":\"qa\",\"state\":\"complete\",\"text\":\"t\"}]}");
    QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
    QVERIFY(import.report.leftOut.isEmpty());
    const Conversation& conversation = import.transcripts.first().conversation;
    QCOMPARE(conversation.info.format, PromptFormat(FormatId::Qa));
    QCOMPARE(conversation.setup, ConversationSetup());
}

void TranscriptJsonTest::aFormatWithoutItsRulesIsSaidAndKeepsItsName() {
    const QByteArray json = toTranscriptJson(smallTranscript(), kWholeTree)
                                .replace("\"format\":\"chat\"", "\"format\":\"alpaca\"");
    const Import import = importTranscripts(json);
    QVERIFY2(describe(import.report).contains("rules of prompt formats that are not known"),
             qPrintable(describe(import.report)));
    const PromptFormat format = import.transcripts.first().conversation.info.format;
    QVERIFY(format.isUnknown());
    QCOMPARE(exportOf(import), json);
    // Rules that say something of another kind are no rules.
    const Import wrong = importTranscripts(replaced(
        json, "\"messages\":", "\"formats\":[{\"key\":\"alpaca\",\"name\":7}],\"messages\":"));
    QVERIFY(describe(wrong.report).contains("rules of prompt formats that cannot be read"));
    QVERIFY(wrong.transcripts.first().conversation.info.format.isUnknown());
}

void TranscriptJsonTest::aBranchHasNoPlanForMessagesOfAnother() {
    Transcript transcript = smallTranscript();
    transcript.conversation.setup.plan = {5, QStringLiteral("Secret"), ContextHabit::Drop};
    const auto planOf = [&](TranscriptExtent extent) {
        const QByteArray json = toTranscriptJson(transcript, {extent, 4, kAllTranscriptParts});
        return importTranscripts(json).transcripts.first().conversation.setup.plan;
    };
    QCOMPARE(planOf(TranscriptExtent::Tree), transcript.conversation.setup.plan);
    QCOMPARE(planOf(TranscriptExtent::Branch), (ContextPlan{0, QString(), ContextHabit::Drop}));
}

void TranscriptJsonTest::badMessagesAreLeftOutAndCounted() {
    const QByteArray head = "{\"format\":\"phidelity-transcript\",\"version\":1,\"parts\":[],"
                            "\"conversation\":{\"format\":\"chat\"},\"messages\":[";
    const auto message = [](const QByteArray& id, const QByteArray& parent) {
        return "{\"id\":" + id + ",\"parent\":" + parent +
               ",\"speaker\":\"user\",\"format\":\"chat\",\"state\":\"complete\",\"text\":\"t\"}";
    };
    const QByteArrayList messages{
        message("1", "0"),
        message("1", "0"),          // taken
        message("2", "2"),          // follows itself
        message("3", "4"),          // follows what comes later
        message("4", "1"),          // good
        message("4294967295", "1"), // leaves no room
        message("-1", "0"),
        message("1.5", "0"),
        message("\"5\"", "0"),
        message("1e300", "0"),
        "null",
        "[]",
        "7",
        "{\"id\":6,\"parent\":0,\"speaker\":\"user\",\"text\":7}",
        "{\"id\":7,\"parent\":0,\"speaker\":\"dog\",\"text\":\"x\"}",
    };
    const Import import = importTranscripts(head + messages.join(',') + "]}");
    QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
    const Conversation& conversation = import.transcripts.first().conversation;
    QCOMPARE(conversation.nodes().size(), 2);
    QCOMPARE(conversation.path(), (QList<NodeId>{1, 4}));
    qint64 leftOut = 0;
    for (const ImportReport::LeftOut& one : import.report.leftOut) {
        leftOut += one.count;
    }
    QCOMPARE(leftOut, messages.size() - 2);
}

void TranscriptJsonTest::anyByteThatIsBrokenGivesASentenceOrAReport() {
    const QByteArray json = toTranscriptJson(smallTranscript(), kWholeTree);
    QRandomGenerator random(4);
    const qsizetype end = json.size() - 1; // behind it comes a line end only
    for (qsizetype length = 0; length < end; length += 1 + random.bounded(40)) {
        const Import import = importTranscripts(json.left(length));
        QVERIFY(!import.problem.isEmpty() && import.transcripts.isEmpty());
    }
    for (int round = 0; round < 2000; ++round) {
        QByteArray damaged = json;
        for (int flips = 1 + random.bounded(3); flips > 0; --flips) {
            damaged[random.bounded(static_cast<int>(json.size()))] =
                static_cast<char>(random.bounded(256));
        }
        const Import import = importTranscripts(damaged);
        QCOMPARE(import.problem.isEmpty(),
                 !import.transcripts.isEmpty() || import.report.leftOut.size() > 0);
        for (const Transcript& transcript : import.transcripts) {
            (void)toTranscriptJson(transcript, kWholeTree);
        }
    }
}

QTEST_GUILESS_MAIN(TranscriptJsonTest)
#include "transcript_json_test.moc"
