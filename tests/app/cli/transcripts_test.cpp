// SPDX-License-Identifier: MIT
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "cli_process.h"

using namespace phidelity;

namespace {

const QByteArray kTalk = "# Sky\n\n## User\n\nWhy is it *blue*?\n\n## Assistant\n\nLight is "
                         "scattered.\n\n```python\nprint(1 / 4)\n```\n";
const QByteArray kTwo = R"([{"conversations":[{"from":"human","value":"a"}],"title":"x"},)"
                        R"({"conversations":[{"from":"human","value":"b"},)"
                        R"({"from":"system","value":"c"}],"title":"x"}])";

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TranscriptsTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void importWritesOurJsonAndTellsWhatItRead();
    void importOfSeveralMakesAFileEach();
    void importTellsWhatWasLeftOut();
    void exportWritesEveryFormat_data();
    void exportWritesEveryFormat();
    void ourJsonComesBackByteForByte();
    void branchesAreChosenByNumber();
    void aPipeTakesTextFromEndToEnd();
    void theStoreTakesImportsAndGivesExports();
    void wrongUsageIsCodeTwo_data();
    void wrongUsageIsCodeTwo();
    void failuresAreCodeOneAndLeaveTheOutputAlone_data();
    void failuresAreCodeOneAndLeaveTheOutputAlone();

private:
    QString path(const QString& name) const { return m_folder->filePath(name); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TranscriptsTest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QFile file(path(QStringLiteral("talk.md")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(kTalk) == kTalk.size());
    file.close();
    const CliRun run = runCli({"import", "talk.md", "--output", "talk.json"}, {}, m_folder->path());
    VERIFY_CODE(run, 0);
}

void TranscriptsTest::importWritesOurJsonAndTellsWhatItRead() {
    const CliRun run =
        runCli({"import", "talk.md", "-o", "again.json", "--json"}, {}, m_folder->path());
    VERIFY_CODE(run, 0);
    QCOMPARE(run.json().value("conversations").toInt(), 1);
    QCOMPARE(run.json().value("messages").toInt(), 2);
    QCOMPARE(run.json().value("written").toArray(), QJsonArray{"again.json"});
    QVERIFY(contentOf(path("again.json")).startsWith("{\"format\":\"phidelity-transcript\""));
    const CliRun words = runCli({"import", "talk.md"}, {}, m_folder->path());
    QCOMPARE(words.out, QByteArray("Read 1 conversation with 2 messages from a Markdown text.\n"));
}

void TranscriptsTest::importOfSeveralMakesAFileEach() {
    const CliRun run = runCli({"import", "-", "--output", "talks"}, kTwo, m_folder->path());
    VERIFY_CODE(run, 0);
    QCOMPARE(QDir(path("talks")).entryList(QDir::Files), (QStringList{"x 2.json", "x.json"}));
    // A second import takes nothing away from the first.
    const CliRun again = runCli({"import", "-", "--output", "talks"}, kTwo, m_folder->path());
    VERIFY_CODE(again, 0);
    QCOMPARE(QDir(path("talks")).entryList(QDir::Files).size(), 4);
}

void TranscriptsTest::importTellsWhatWasLeftOut() {
    const CliRun run = runCli({"import", "-", "--json"}, kTwo);
    VERIFY_CODE(run, 0);
    const QJsonObject leftOut = run.json().value("left_out").toArray().at(0).toObject();
    QCOMPARE(leftOut.value("what").toString(), QStringLiteral("messages of the system"));
    QCOMPARE(leftOut.value("count").toInt(), 1);
}

void TranscriptsTest::exportWritesEveryFormat_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("beginning");
    QTest::newRow("md") << "md" << QByteArray("# Sky\n\n*A transcript of Phidelity");
    QTest::newRow("txt") << "txt" << QByteArray("Sky\n===\n\n[1] User\nWhy is it *blue*?\n");
    QTest::newRow("json") << "json" << QByteArray("{\"format\":\"phidelity-transcript\"");
    QTest::newRow("ipynb") << "ipynb" << QByteArray("{\n    \"cells\": [");
    if (PHIDELITY_HAVE_RICH_TRANSCRIPTS) {
        QTest::newRow("html") << "html" << QByteArray("<!DOCTYPE html>\n<html");
        QTest::newRow("odt") << "odt" << QByteArray("PK\x03\x04");
        QTest::newRow("pdf") << "pdf" << QByteArray("%PDF-1.");
    }
}

void TranscriptsTest::exportWritesEveryFormat() {
    QFETCH(QString, format);
    QFETCH(QByteArray, beginning);
    const CliRun named =
        runCli({"export", "talk.json", "-o", "out." + format, "--json"}, {}, m_folder->path());
    VERIFY_CODE(named, 0);
    QCOMPARE(named.err, QByteArray());
    QCOMPARE(named.json().value("format").toString(), format);
    QCOMPARE(named.json().value("messages").toInt(), 2);
    const QByteArray file = contentOf(path("out." + format));
    QCOMPARE(named.json().value("bytes").toInteger(), file.size());
    QVERIFY2(file.startsWith(beginning), file.left(80).constData());
    const CliRun piped = runCli({"export", "talk.json", "--format", format}, {}, m_folder->path());
    VERIFY_CODE(piped, 0);
    QVERIFY(piped.out.startsWith(beginning));
}

void TranscriptsTest::ourJsonComesBackByteForByte() {
    const CliRun run =
        runCli({"export", "talk.json", "--tree", "-o", "b.json"}, {}, m_folder->path());
    VERIFY_CODE(run, 0);
    QCOMPARE(contentOf(path("b.json")), contentOf(path("talk.json")));
}

void TranscriptsTest::branchesAreChosenByNumber() {
    const QByteArray tree =
        R"({"format":"phidelity-transcript","version":1,"parts":[],"conversation":{"format":"chat"},)"
        R"("messages":[{"id":1,"parent":0,"speaker":"user","format":"chat","state":"complete",)"
        R"("text":"ask"},{"id":2,"parent":1,"speaker":"model","format":"chat","state":"complete",)"
        R"("text":"old"},{"id":3,"parent":1,"speaker":"model","format":"chat","state":"complete",)"
        R"("text":"new"}]})";
    const auto text = [&tree](const QStringList& more) {
        return runCli(QStringList{"export", "-", "--format", "txt"} + more, tree).out;
    };
    QVERIFY(text({}).contains("new") && !text({}).contains("old"));
    QVERIFY(text({"--branch", "2"}).contains("old") && !text({"--branch", "2"}).contains("new"));
    QVERIFY(text({"--tree"}).contains("old") && text({"--tree"}).contains("new"));
    QCOMPARE(runCli({"export", "-", "--format", "txt", "--branch", "3"}, tree).code, 2);
}

void TranscriptsTest::aPipeTakesTextFromEndToEnd() {
    const CliRun run = runCli({"export", "-", "--format", "md"}, kTalk);
    VERIFY_CODE(run, 0);
    QVERIFY(run.out.contains("Light is scattered.\n\n```python\nprint(1 / 4)\n```\n"));
}

void TranscriptsTest::theStoreTakesImportsAndGivesExports() {
    const CliRun added =
        runCli({"import", "talk.json", "--data", "store", "--json"}, {}, m_folder->path());
    VERIFY_CODE(added, 0);
    const QString id = added.json().value("added").toArray().at(0).toString();
    const CliRun more = runCli({"import", "-", "--data", "store"}, kTwo, m_folder->path());
    VERIFY_CODE(more, 0);

    const CliRun listed = runCli({"export", "--data", "store"}, {}, m_folder->path());
    VERIFY_CODE(listed, 0);
    QCOMPARE(listed.out.count('\n'), 3);
    QVERIFY(listed.out.contains(id.toUtf8()) && listed.out.contains("Sky"));

    for (const QString& name : {id, QStringLiteral("Sky")}) {
        const CliRun text =
            runCli({"export", name, "--data", "store", "--format", "txt"}, {}, m_folder->path());
        VERIFY_CODE(text, 0);
        QVERIFY(text.out.contains("Why is it *blue*?"));
    }
    const CliRun twice =
        runCli({"export", "x", "--data", "store", "--format", "txt"}, {}, m_folder->path());
    VERIFY_CODE(twice, 1);
    QVERIFY2(twice.hasOneLineError() && twice.err.contains("2 conversations"),
             twice.err.constData());
    const CliRun missing =
        runCli({"export", "y", "--data", "store", "--format", "txt"}, {}, m_folder->path());
    VERIFY_CODE(missing, 1);
    QVERIFY2(missing.hasOneLineError(), missing.err.constData());

    // What was exported before comes back from the store byte for byte, but for what the store
    // gives each conversation: its id and its times.
    const CliRun out =
        runCli({"export", id, "--data", "store", "--tree", "-o", "b.json"}, {}, m_folder->path());
    VERIFY_CODE(out, 0);
    const CliRun again =
        runCli({"import", "b.json", "--data", "other", "--json"}, {}, m_folder->path());
    VERIFY_CODE(again, 0);
    QCOMPARE(again.json().value("added").toArray().at(0).toString(), id);
    const CliRun same =
        runCli({"export", id, "--data", "other", "--tree", "-o", "c.json"}, {}, m_folder->path());
    VERIFY_CODE(same, 0);
    QVERIFY(!contentOf(path("b.json")).isEmpty());
    QCOMPARE(contentOf(path("c.json")), contentOf(path("b.json")));
}

void TranscriptsTest::wrongUsageIsCodeTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no file") << QStringList{"export"};
    QTest::newRow("no format") << QStringList{"export", "talk.json"};
    QTest::newRow("format") << QStringList{"export", "talk.json", "--format", "doc"};
    QTest::newRow("suffix") << QStringList{"export", "talk.json", "-o", "x.doc"};
    QTest::newRow("paper") << QStringList{"export", "talk.json", "-o", "x.pdf", "--paper", "x"};
    QTest::newRow("parts") << QStringList{"export", "talk.json", "-o", "x.md", "--with", "colours"};
    QTest::newRow("both") << QStringList{"export", "talk.json", "-o", "x.md",
                                         "--tree", "--branch",  "1"};
    QTest::newRow("branch") << QStringList{"export", "talk.json", "-o", "x.md", "--branch", "-1"};
    QTest::newRow("two places") << QStringList{"import", "talk.json", "-o",
                                               "x.json", "--data",    "x"};
    QTest::newRow("import nothing") << QStringList{"import"};
}

void TranscriptsTest::wrongUsageIsCodeTwo() {
    QFETCH(QStringList, arguments);
    const CliRun run = runCli(arguments, {}, m_folder->path());
    VERIFY_CODE(run, 2);
    QVERIFY2(run.hasOneLineError(), run.err.constData());
    QCOMPARE(run.out, QByteArray());
}

void TranscriptsTest::failuresAreCodeOneAndLeaveTheOutputAlone_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("input");
    QTest::newRow("missing") << QStringList{"export", "none.json", "-o", "talk.json"}
                             << QByteArray();
    QTest::newRow("damaged") << QStringList{"export", "-", "-o", "talk.json"}
                             << QByteArray("{\"format\":");
    QTest::newRow("two") << QStringList{"export", "-", "-o", "talk.json"} << kTwo;
    QTest::newRow("no text") << QStringList{"import", "-", "-o", "talk.json"}
                             << QByteArray("hello");
    QTest::newRow("folder") << QStringList{"export", "talk.md", "-o", "none/x.md"} << QByteArray();
    QTest::newRow("no store") << QStringList{"export", "x", "--data", "none", "--format", "txt"}
                              << QByteArray();
    QTest::newRow("device") << QStringList{"export", "talk.md", "-o", "/dev/full", "--format", "md"}
                            << QByteArray();
}

void TranscriptsTest::failuresAreCodeOneAndLeaveTheOutputAlone() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, input);
    const QByteArray before = contentOf(path("talk.json"));
    const CliRun run = runCli(arguments, input, m_folder->path());
    VERIFY_CODE(run, 1);
    QVERIFY2(run.hasOneLineError(), run.err.constData());
    QCOMPARE(contentOf(path("talk.json")), before);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
             (QStringList{"talk.json", "talk.md"}));
}

QTEST_GUILESS_MAIN(TranscriptsTest)
#include "transcripts_test.moc"
