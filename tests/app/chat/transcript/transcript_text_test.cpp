// SPDX-License-Identifier: MIT
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "chat/transcript/import.h"
#include "chat/transcript/readable_text.h"
#include "chat/transcript/safe_markdown.h"
#include "chat/transcript/writers.h"
#include "transcript_samples.h"

using namespace phidelity;

namespace {

const TranscriptOptions kTree{TranscriptExtent::Tree, 0, {}};
const TranscriptOptions kTreeWithAll{TranscriptExtent::Tree, 0, kAllTranscriptParts};

QString lines(const QStringList& list) {
    return list.join(u'\n') + u'\n';
}

QStringList textsOf(const Conversation& conversation) {
    QStringList texts;
    for (const NodeId id : conversation.path()) {
        texts.append(conversation.find(id)->message.text);
    }
    return texts;
}

QStringList shownTextsOf(const Conversation& conversation) {
    QStringList texts;
    for (const NodeId id : conversation.path()) {
        texts.append(transcriptText(conversation.find(id)->message));
    }
    return texts;
}

QString cellSource(const QJsonValue& cell) {
    QString text;
    const QJsonArray source = cell.toObject().value(QLatin1String("source")).toArray();
    for (const QJsonValue line : source) {
        text += line.toString();
    }
    return text;
}

QJsonArray cellsOf(const Transcript& transcript, const TranscriptOptions& options) {
    return QJsonDocument::fromJson(toNotebook(transcript, options))
        .object()
        .value(QLatin1String("cells"))
        .toArray();
}

} // namespace

class TranscriptTextTest : public QObject {
    Q_OBJECT
private slots:
    void paperGoesByTheTerritory();
    void everyMessageOfATreeStandsInOneStrand();
    void plainTextReadsAsAConversation();
    void markdownReadsAsAConversation();
    void notesTellWhatWasAskedFor();
    void ownMarkdownBringsTextsAndBranchesBack();
    void ownMarkdownBringsHostileTextsBack();
    void disarmedMarkdownCanBeTakenBack();
    void disarmedMarkdownHoldsNoTagOrPicture();
    void plainTextHoldsNoInvisibleCharacter();
    void codeIsOneCellThatRuns();
    void codeBlocksOfProseAreCells();
    void notebookIsValid_data();
    void notebookIsValid();
    void fileNamesAreHarmless();
};

void TranscriptTextTest::everyMessageOfATreeStandsInOneStrand() {
    QRandomGenerator random(5);
    for (int round = 0; round < 200; ++round) {
        const Transcript transcript = randomTranscript(random, random.bounded(60));
        const Conversation& conversation = transcript.conversation;
        const QList<TranscriptStrand> strands = strandsOf(conversation, kTree);
        QList<NodeId> seen;
        for (const TranscriptStrand& strand : strands) {
            NodeId before = conversation.find(strand.ids.first())->parent;
            QCOMPARE(conversation.lineTo(before).size() + 1, strand.firstRow);
            if (strand.number > 1) {
                QCOMPARE(strands.value(strand.fromStrand - 1).ids.contains(before), before != 0);
            } else {
                QCOMPARE(strand.ids, conversation.path());
            }
            for (const NodeId id : strand.ids) {
                QCOMPARE(conversation.find(id)->parent, before);
                before = id;
            }
            QVERIFY(conversation.followers(before).isEmpty());
            seen += strand.ids;
        }
        QCOMPARE(seen.size(), conversation.nodes().size());
        std::sort(seen.begin(), seen.end());
        QVERIFY(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    }
}

void TranscriptTextTest::plainTextReadsAsAConversation() {
    QCOMPARE(QString::fromUtf8(toPlainText(smallTranscript(), kTree)),
             lines({"Roots & <powers>",
                    "================",
                    "2026-09-21 14:13 UTC",
                    "",
                    "[1] User",
                    "What is 2**10?",
                    "And its root?",
                    "",
                    "[2] phi-2",
                    "It is **1024**, and $\\sqrt{1024} = 32$.",
                    "",
                    "| n | 2^n |",
                    "|--:|----:|",
                    "| 9 | 512 |",
                    "| 10 | 1024 |",
                    "",
                    "```python",
                    "print(2 ** 10)  # <b>",
                    "```",
                    "",
                    "- one",
                    "- two",
                    "",
                    "[3] User",
                    "More <b>please</b>",
                    "",
                    "[4] phi-2",
                    "The next one",
                    "(Stopped by the user.)",
                    "",
                    "Branch 2: another version of message 4 of branch 1",
                    "--------------------------------------------------",
                    "",
                    "[4] phi-2",
                    "2048 comes next."}));
}

void TranscriptTextTest::markdownReadsAsAConversation() {
    QCOMPARE(
        QString::fromUtf8(toMarkdown(smallTranscript(), kTree)),
        lines({"# Roots & <powers>",
               "",
               "*A transcript of Phidelity; prompt format chat; created 2026-09-21 14:13 UTC*",
               "",
               "## 1. User",
               "",
               "What is 2**10?  ",
               "And its root?",
               "",
               "## 2. phi-2",
               "",
               "It is **1024**, and $\\sqrt{1024} = 32$.",
               "",
               "| n | 2^n |",
               "|--:|----:|",
               "| 9 | 512 |",
               "| 10 | 1024 |",
               "",
               "```python",
               "print(2 ** 10)  # <b>",
               "```",
               "",
               "- one",
               "- two",
               "",
               "## 3. User",
               "",
               "More \\<b>please\\</b>",
               "",
               "## 4. phi-2",
               "",
               "The next one",
               "",
               "*(Stopped by the user.)*",
               "",
               "# Branch 2: another version of message 4 of branch 1",
               "",
               "## 4. phi-2",
               "",
               "2048 comes next."})
            .replace(QLatin1String("# Roots & <powers>"), QLatin1String("# Roots & \\<powers>")));
}

void TranscriptTextTest::notesTellWhatWasAskedFor() {
    const QList<GenerationRecord> records = smallTranscript().records.value(2);
    QCOMPARE(recordNotes(records, {}), QStringList());
    QCOMPARE(recordNotes(records, TranscriptPart::Settings),
             QStringList{QStringLiteral(
                             "Settings: phi-2; Q4_0; CPU, 2 threads, AVX2; 0.1.0; temperature 0.7, "
                             "top_k 40, top_p 0.95, min_p 0.05, order top_k > temperature; seed "
                             "18446744073709551615; at most 512 tokens; SHA-256 of the model ") +
                         QString(64, u'a')});
    QCOMPARE(recordNotes(records, TranscriptPart::Timings),
             QStringList{QStringLiteral(
                 "Timing: 2 tokens in 0.40 s (5.0 tokens/s); prompt of 3 tokens (1 from the cache) "
                 "in 0.12 s; first token after 0.22 s; started 2026-09-21 14:13 UTC")});
    QCOMPARE(recordNotes(records, TranscriptPart::Probabilities),
             QStringList{QStringLiteral("Probabilities: perplexity 2.399 over 2 tokens; the least "
                                        "likely was token 2 with 22.3%")});
}

void TranscriptTextTest::ownMarkdownBringsTextsAndBranchesBack() {
    const Transcript before = smallTranscript();
    for (const TranscriptOptions& options : {kTree, kTreeWithAll}) {
        const Import import = importTranscripts(toMarkdown(before, options));
        QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
        const Conversation& conversation = import.transcripts.first().conversation;
        QCOMPARE(conversation.info.title, before.conversation.info.title);
        QCOMPARE(textsOf(conversation), shownTextsOf(before.conversation));
        QCOMPARE(conversation.nodes().size(), before.conversation.nodes().size());
        const MessageNode& version = conversation.nodes().last();
        QCOMPARE(version.message.text, QStringLiteral("2048 comes next."));
        QCOMPARE(version.message.author, QStringLiteral("phi-2"));
        QCOMPARE(conversation.lineTo(version.id).size(), 4);
    }
    // Of trees with branches of branches, too.
    QRandomGenerator random(6);
    for (int round = 0; round < 100; ++round) {
        Transcript tree = transcriptOf({QString::number(round)});
        for (int at = 2; at < 30; ++at) {
            Message message;
            message.text = QString::number(at);
            tree.conversation.add(static_cast<NodeId>(random.bounded(at)), message, 0);
        }
        const Import import = importTranscripts(toMarkdown(tree, kTree));
        QCOMPARE(textsOf(import.transcripts.first().conversation), textsOf(tree.conversation));
        QStringList linesBefore;
        QStringList linesAfter;
        for (const NodeId leaf : leavesOf(tree.conversation)) {
            tree.conversation.show(leaf);
            linesBefore.append(textsOf(tree.conversation).join(u' '));
        }
        Conversation after = import.transcripts.first().conversation;
        for (const NodeId leaf : leavesOf(after)) {
            after.show(leaf);
            linesAfter.append(textsOf(after).join(u' '));
        }
        linesBefore.sort();
        linesAfter.sort();
        QCOMPARE(linesAfter, linesBefore);
    }
}

void TranscriptTextTest::ownMarkdownBringsHostileTextsBack() {
    const Transcript before = transcriptOf(hostileTexts());
    const Import import = importTranscripts(toMarkdown(before, kTreeWithAll));
    QVERIFY2(import.problem.isEmpty(), qPrintable(import.problem));
    const QStringList expected = shownTextsOf(before.conversation);
    const QStringList found = textsOf(import.transcripts.first().conversation);
    QCOMPARE(found.size(), expected.size());
    for (qsizetype at = 0; at < expected.size(); ++at) {
        QVERIFY2(found.at(at) == expected.at(at),
                 qPrintable(QStringLiteral("%1: %2 / %3")
                                .arg(at)
                                .arg(found.at(at).left(300), expected.at(at).left(300))));
    }
}

void TranscriptTextTest::disarmedMarkdownCanBeTakenBack() {
    const QStringList pieces{"<b>", "</b>",    "<!--", "![", "\\",  "`",  "``", "\n", "\n\n",
                             "```", "\n```\n", "~~~",  "<a", "<a$", "x ", "!",  "<",  "<http://x>"};
    QRandomGenerator random(7);
    for (int round = 0; round < 20'000; ++round) {
        QString text;
        for (int count = random.bounded(12); count > 0; --count) {
            text += pieces.at(random.bounded(static_cast<int>(pieces.size())));
        }
        QCOMPARE(rearmMarkdown(disarmMarkdown(text)), text);
    }
}

void TranscriptTextTest::disarmedMarkdownHoldsNoTagOrPicture() {
    QCOMPARE(disarmMarkdown(QStringLiteral("<img src=x> ![a](b) <https://a.b> `<b>` a<b$")),
             QStringLiteral("\\<img src=x> \\![a](b) <https://a.b> `<b>` a<b$"));
    QCOMPARE(disarmMarkdown(QStringLiteral("\\<b> \\\\<b>")),
             QStringLiteral("\\\\\\<b> \\\\\\\\\\<b>"));
    QCOMPARE(disarmMarkdown(QStringLiteral("```\n<b>\n```\n<b>")),
             QStringLiteral("```\n<b>\n```\n\\<b>"));
    // A backtick alone opens no code.
    QCOMPARE(disarmMarkdown(QStringLiteral("` <b>\n\n`")), QStringLiteral("` \\<b>\n\n`"));
}

void TranscriptTextTest::plainTextHoldsNoInvisibleCharacter() {
    const Transcript transcript = transcriptOf(hostileTexts());
    for (const QByteArray& bytes :
         {toPlainText(transcript, kTree), toMarkdown(transcript, kTree)}) {
        const QString text = QString::fromUtf8(bytes);
        for (const QChar c : text) {
            const char16_t u = c.unicode();
            const bool control = (u < 0x20 && u != u'\n' && u != u'\t') || (u >= 0x7F && u < 0xA0);
            const bool turns = (u >= 0x202A && u <= 0x202E) || (u >= 0x2066 && u <= 0x2069);
            QVERIFY(!control && !turns && u < 0xFFFE);
        }
        QVERIFY(text.contains(QStringLiteral("\U0001F469\u200D\U0001F469")));
    }
}

void TranscriptTextTest::codeIsOneCellThatRuns() {
    const QJsonArray cells = cellsOf(codeTranscript(), kTree);
    QCOMPARE(cells.size(), 3);
    QCOMPARE(cells.at(2).toObject().value(QLatin1String("cell_type")).toString(),
             QStringLiteral("code"));
    QCOMPARE(cellSource(cells.at(2)),
             QStringLiteral("def square(x):\n    \"\"\"x * x\"\"\"\n    return x * x"));
}

void TranscriptTextTest::codeBlocksOfProseAreCells() {
    const QJsonArray cells = cellsOf(smallTranscript(), kTree);
    QStringList kinds;
    for (const QJsonValue cell : cells) {
        kinds.append(cell.toObject().value(QLatin1String("cell_type")).toString().left(1));
    }
    QCOMPARE(kinds.join(QString()), QStringLiteral("mmmcmmmmmm"));
    QCOMPARE(cellSource(cells.at(3)), QStringLiteral("print(2 ** 10)  # <b>"));
    QVERIFY(cellSource(cells.at(5)).contains(QLatin1String("\\<b>please")));
}

void TranscriptTextTest::notebookIsValid_data() {
    QTest::addColumn<QByteArray>("notebook");
    QTest::newRow("small") << toNotebook(smallTranscript(), kTreeWithAll);
    QTest::newRow("code") << toNotebook(codeTranscript(), kTreeWithAll);
    QTest::newRow("hostile") << toNotebook(transcriptOf(hostileTexts()), kTree);
    QTest::newRow("empty") << toNotebook(Transcript(), kTree);
}

/// By the rules of nbformat 4.5 that concern what we write, and by Jupyter's own schema where
/// Python has it.
void TranscriptTextTest::notebookIsValid() {
    QFETCH(QByteArray, notebook);
    const QJsonObject root = QJsonDocument::fromJson(notebook).object();
    QCOMPARE(root.value(QLatin1String("nbformat")).toInt(), 4);
    QCOMPARE(root.value(QLatin1String("nbformat_minor")).toInt(), 5);
    QStringList ids;
    const QJsonArray cells = root.value(QLatin1String("cells")).toArray();
    for (const QJsonValue value : cells) {
        const QJsonObject cell = value.toObject();
        const bool code = cell.value(QLatin1String("cell_type")) == QLatin1String("code");
        QCOMPARE(cell.contains(QLatin1String("outputs")), code);
        QCOMPARE(cell.contains(QLatin1String("execution_count")), code);
        QVERIFY(cell.value(QLatin1String("metadata")).isObject());
        ids.append(cell.value(QLatin1String("id")).toString());
        QVERIFY(!ids.last().isEmpty() && ids.last().size() <= 64);
    }
    QCOMPARE(ids.removeDuplicates(), 0);

    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("x.ipynb")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(notebook) == notebook.size());
    file.close();
    QProcess python;
    python.start(QStringLiteral("python3"),
                 {QStringLiteral("-c"),
                  QStringLiteral("import sys\ntry:\n import nbformat\nexcept ImportError:\n "
                                 "sys.exit(77)\nnbformat.validate(nbformat.read(sys.argv[1], "
                                 "as_version=nbformat.NO_CONVERT))"),
                  file.fileName()});
    if (!python.waitForFinished(60'000) || python.exitCode() == 77) {
        QSKIP("python3 with nbformat is not installed: only the rules above were checked");
    }
    QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
}

void TranscriptTextTest::fileNamesAreHarmless() {
    const auto nameOf = [](const QString& title) {
        Conversation conversation;
        conversation.info.title = title;
        return fileNameFor(conversation);
    };
    QCOMPARE(nameOf(QStringLiteral("What is 2/3?")), QStringLiteral("What is 2 3"));
    QCOMPARE(nameOf(QStringLiteral("../../etc/passwd")), QStringLiteral("etc passwd"));
    QCOMPARE(nameOf(QStringLiteral("...")), QStringLiteral("Conversation"));
    QCOMPARE(nameOf(QString()), QStringLiteral("Conversation"));
    QCOMPARE(nameOf(QString(500, u'x')).size(), 80);
    for (const QString& text : hostileTexts()) {
        const QString name = nameOf(text);
        QVERIFY(!name.isEmpty() && name.size() <= 80 && !name.contains(u'/') &&
                !name.startsWith(u'.') && !name.contains(u'\n') && !name.contains(QChar(0)));
    }
}

void TranscriptTextTest::paperGoesByTheTerritory() {
    QCOMPARE(paperOf(QLocale::UnitedStates), Paper::Letter);
    QCOMPARE(paperOf(QLocale::Germany), Paper::A4);
    QCOMPARE(paperOf(QLocale::AnyTerritory), Paper::A4);
    qputenv("LC_ALL", "de_DE.UTF-8");
    QCOMPARE(localPaper(), Paper::A4);
    qunsetenv("LC_ALL");
    qputenv("LC_PAPER", "en_US.UTF-8");
    QCOMPARE(localPaper(), Paper::Letter);
    for (const Paper paper : kPapers) {
        bool known = false;
        QCOMPARE(paperOfKey(keyOf(paper).toUpper(), &known), paper);
        QVERIFY(known);
    }
    bool known = true;
    QVERIFY(paperOfKey(QStringLiteral("papyrus"), &known) == Paper::A4 && !known);
}

QTEST_GUILESS_MAIN(TranscriptTextTest)
#include "transcript_text_test.moc"
