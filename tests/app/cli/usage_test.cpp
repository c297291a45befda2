// SPDX-License-Identifier: MIT
#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include "cli_process.h"

using namespace phidelity;

namespace {

const QStringList kVerbs = {"generate",   "tokenize", "detokenize", "logits",  "bench",
                            "make-model", "quantize", "inspect",    "devices", "verify", "export", "import"};

} // namespace

class UsageTest : public QObject {
    Q_OBJECT

private slots:
    void helpNamesEveryVerb();
    void everyVerbExplainsItself();
    void versionIsOneLine();
    void wrongUsageIsCodeTwoAndOneLine_data();
    void wrongUsageIsCodeTwoAndOneLine();
    void failuresAreCodeOneAndOneLine_data();
    void failuresAreCodeOneAndOneLine();
    void aClosedPipeEndsQuietly_data();
    void aClosedPipeEndsQuietly();
    void anInterruptEndsWithOneLine_data();
    void anInterruptEndsWithOneLine();
    void aModelIsNotOverwrittenWhileItIsRead_data();
    void aModelIsNotOverwrittenWhileItIsRead();
    void wrongTokensLeaveTheOutputAlone();
    void aFullDiskIsAnError();
    void devicesListsTheProcessor();
    void devicesSaysWhichOneAutoTakesAndWhy();
    void theContextIsAsLongAsItIsAskedFor();
    void layersCannotBeSharedWithTheProcessorItself_data();
    void layersCannotBeSharedWithTheProcessorItself();
    void aSharedModelWritesTheSameAndSaysWhereItsLayersAre();
};

void UsageTest::helpNamesEveryVerb() {
    const CliRun run = runCli({"--help"});
    VERIFY_CODE(run, 0);
    for (const QString& verb : kVerbs) {
        QVERIFY2(run.out.contains("\n  " + verb.toUtf8() + ' '), qPrintable(verb));
    }
    QVERIFY(run.err.isEmpty());
}

void UsageTest::everyVerbExplainsItself() {
    for (const QString& verb : kVerbs) {
        const CliRun run = runCli({verb, "--help"});
        VERIFY_CODE(run, 0);
        QVERIFY2(run.out.contains("\nUsage: phidelity-cli " + verb.toUtf8() + ' '),
                 run.out.constData());
        QVERIFY(run.err.isEmpty());
        for (const QByteArray& line : run.out.split('\n')) {
            QVERIFY2(line.size() <= 80 || line.contains("Example:"), line.constData());
        }
    }
}

void UsageTest::versionIsOneLine() {
    const CliRun run = runCli({"--version"});
    VERIFY_CODE(run, 0);
    QVERIFY2(run.out.startsWith("phidelity-cli ") && run.out.count('\n') == 1, run.out.constData());
}

void UsageTest::wrongUsageIsCodeTwoAndOneLine_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word"); ///< what the message must name
    const QString long25(25, u'9');
    QTest::newRow("nothing") << QStringList{} << QByteArray("verb");
    QTest::newRow("verb") << QStringList{"conjure"} << QByteArray("conjure");
    QTest::newRow("option") << QStringList{"generate", "--magic"} << QByteArray("--magic");
    QTest::newRow("format") << QStringList{"generate", "--prompt", "a", "--format", "alpaca"}
                            << QByteArray("alpaca");
    QTest::newRow("top-p") << QStringList{"generate", "--prompt", "a", "--top-p", "1.5"}
                           << QByteArray("--top-p");
    QTest::newRow("not a number") << QStringList{"generate", "--prompt", "a", "--temperature",
                                                 "warm"}
                                  << QByteArray("--temperature");
    QTest::newRow("nan") << QStringList{"generate", "--prompt", "a", "--temperature", "nan"}
                         << QByteArray("--temperature");
    QTest::newRow("negative top-k")
        << QStringList{"generate", "--prompt", "a", "--top-k", "-1"} << QByteArray("--top-k");
    QTest::newRow("negative seed")
        << QStringList{"generate", "--prompt", "a", "--seed", "-1"} << QByteArray("--seed");
    QTest::newRow("large seed") << QStringList{"generate", "--prompt", "a", "--seed", long25}
                                << QByteArray("--seed");
    QTest::newRow("fractional seed")
        << QStringList{"generate", "--prompt", "a", "--seed", "1.5"} << QByteArray("--seed");
    QTest::newRow("bias") << QStringList{"generate", "--prompt", "a", "--logit-bias", "5"}
                          << QByteArray("--logit-bias");
    QTest::newRow("stage") << QStringList{"generate", "--prompt", "a", "--sampler-order", "magic"}
                           << QByteArray("magic");
    QTest::newRow("device") << QStringList{"generate", "--prompt", "a", "--device", "abacus"}
                            << QByteArray("abacus");
    QTest::newRow("device index") << QStringList{"generate", "--prompt", "a", "--device",
                                                 "vulkan:x"}
                                  << QByteArray("vulkan:x");
    QTest::newRow("threads") << QStringList{"generate", "--prompt", "a", "--threads", "5000"}
                             << QByteArray("--threads");
    QTest::newRow("missing value") << QStringList{"generate", "--prompt"} << QByteArray("--prompt");
    QTest::newRow("no tokens") << QStringList{"logits", "--output", "x"} << QByteArray("--tokens");
    QTest::newRow("empty tokens") << QStringList{"logits", "--tokens", "", "--output", "x"}
                                  << QByteArray("--tokens");
    QTest::newRow("bad tokens") << QStringList{"logits", "--tokens", "1,b", "--output", "x"}
                                << QByteArray("'b'");
    QTest::newRow("shape") << QStringList{"bench", "--shape", "phi-9"} << QByteArray("phi-9");
    QTest::newRow("type") << QStringList{"bench", "--shape", "tiny", "--type", "Q9_9"}
                          << QByteArray("Q9_9");
    QTest::newRow("model and shape")
        << QStringList{"bench", "--shape", "tiny", "--model", "x"} << QByteArray("--model");
    QTest::newRow("quantize type")
        << QStringList{"quantize", "a", "b", "--type", "IQ2_XXS"} << QByteArray("IQ2_XXS");
    QTest::newRow("quantize without OUT")
        << QStringList{"quantize", "a", "--type", "Q8_0"} << QByteArray("OUT");
    QTest::newRow("two prompts") << QStringList{"generate", "-", "--prompt", "a"}
                                 << QByteArray("--prompt");
    QTest::newRow("extra word") << QStringList{"devices", "please"} << QByteArray("please");
}

void UsageTest::wrongUsageIsCodeTwoAndOneLine() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const CliRun run = runCli(arguments);
    VERIFY_CODE(run, 2);
    QVERIFY2(run.hasOneLineError(), run.err.constData());
    QVERIFY2(run.err.contains(word), run.err.constData());
    QVERIFY(run.out.isEmpty());
}

void UsageTest::failuresAreCodeOneAndOneLine_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    QTest::newRow("missing model")
        << QStringList{"inspect", "/nowhere/a.gguf"} << QByteArray("a.gguf");
    QTest::newRow("missing model, generate")
        << QStringList{"generate", "--model", "/nowhere/a.gguf", "--prompt", "a"}
        << QByteArray("a.gguf");
    QTest::newRow("missing model, tokenize")
        << QStringList{"tokenize", "--model", "/nowhere/a.gguf"} << QByteArray("a.gguf");
    QTest::newRow("no model") << QStringList{"inspect", cliPath()} << QByteArray("phidelity-cli");
    QTest::newRow("a device") << QStringList{"inspect", "/dev/zero"} << QByteArray("zero");
    QTest::newRow("folder without a model")
        << QStringList{"inspect", "/proc/self/net"} << QByteArray("net");
    QTest::newRow("output folder missing")
        << QStringList{"logits", "--tokens", "1", "--output", "/nowhere/x"}
        << QByteArray("/nowhere/x");
    QTest::newRow("name with an escape")
        << QStringList{"inspect", "/nowhere/\x1b[31mred\nline"} << QByteArray("red");
}

void UsageTest::failuresAreCodeOneAndOneLine() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const CliRun run = runCli(arguments);
    VERIFY_CODE(run, 1);
    QVERIFY2(run.hasOneLineError(), run.err.constData());
    QVERIFY2(run.err.contains(word), run.err.constData());
    QVERIFY2(!run.err.contains('\x1b'), run.err.constData());
    QVERIFY(run.out.isEmpty());
}

void UsageTest::aClosedPipeEndsQuietly_data() {
    QTest::addColumn<QByteArray>("arguments");
    QTest::newRow("generate") << QByteArray("generate --prompt Hello --max-tokens 0");
    QTest::newRow("generate --json") << QByteArray("generate --prompt a --max-tokens 9 --json");
    QTest::newRow("logits") << QByteArray("logits --decode --tokens 1,2,3,4,5,6,7 --output -");
    QTest::newRow("inspect") << QByteArray("inspect");
    QTest::newRow("help") << QByteArray("generate --help");
}

void UsageTest::aClosedPipeEndsQuietly() {
    QFETCH(QByteArray, arguments);
    QProcess shell;
    // The reader is gone before the first byte comes.
    shell.start("bash", {"-c", "set -o pipefail; '" + cliPath() + "' " + arguments +
                                   " > >(exec true) ; exit $?"});
    QVERIFY(shell.waitForFinished(kCliTimeoutMs));
    QCOMPARE(shell.readAllStandardError(), QByteArray());
    QCOMPARE(shell.exitCode(), 0);
}

void UsageTest::anInterruptEndsWithOneLine_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("reading a prompt") << QStringList{"generate"};
    QTest::newRow("reading text") << QStringList{"tokenize"};
    // Of a size that takes seconds, but is not in memory.
    QTest::newRow("writing a model")
        << QStringList{"make-model", "--shape", "phi-1.5", "--type", "Q6_K", "m.gguf"};
    QTest::newRow("measuring") << QStringList{"bench", "--repetitions", "1000"};
}

void UsageTest::anInterruptEndsWithOneLine() {
    QFETCH(QStringList, arguments);
    const QTemporaryDir folder;
    QProcess process;
    process.setWorkingDirectory(folder.path());
    process.start(cliPath(), arguments);
    QVERIFY(process.waitForStarted());
    QTest::qWait(300); // for it to be at work; sooner or later makes no difference to the result
    process.terminate();
    QVERIFY(process.waitForFinished(kCliTimeoutMs));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    QCOMPARE(process.readAllStandardError(),
             QByteArray("phidelity-cli: stopped before there was a result\n"));
    QVERIFY(QDir(folder.path()).isEmpty());
}

void UsageTest::aModelIsNotOverwrittenWhileItIsRead_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("logits") << QStringList{"logits",  "--model",  "m.gguf", "--tokens",
                                           "1,2,3,4", "--output", "m.gguf"};
    QTest::newRow("quantize") << QStringList{"quantize", "m.gguf", "m.gguf", "--type", "Q4_0"};
    QTest::newRow("quantize by a link")
        << QStringList{"quantize", "m.gguf", "link.gguf", "--type", "Q4_0"};
}

void UsageTest::aModelIsNotOverwrittenWhileItIsRead() {
    QFETCH(QStringList, arguments);
    const QTemporaryDir folder;
    const QString model = folder.filePath("m.gguf");
    VERIFY_CODE(runCli({"make-model", "--shape", "tiny", "--type", "F32", model}), 0);
    QVERIFY(QFile::link("m.gguf", folder.filePath("link.gguf")));
    const qint64 size = QFileInfo(model).size();
    const CliRun run = runCli(arguments, {}, folder.path());
    VERIFY_CODE(run, 2);
    QVERIFY2(run.hasOneLineError(), run.err.constData());
    QCOMPARE(QFileInfo(model).size(), size);
}

void UsageTest::wrongTokensLeaveTheOutputAlone() {
    const QTemporaryDir folder;
    QFile file(folder.filePath("kept"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("precious");
    file.close();
    const CliRun run = runCli({"logits", "--tokens", "1,999999", "--output", file.fileName()});
    VERIFY_CODE(run, 2);
    QVERIFY2(run.err.contains("999999"), run.err.constData());
    QCOMPARE(file.size(), qint64{8});
}

void UsageTest::aFullDiskIsAnError() {
    const CliRun file = runCli({"logits", "--tokens", "1,2,3", "--output", "/dev/full"});
    VERIFY_CODE(file, 1);
    QVERIFY2(file.hasOneLineError() && file.err.contains("/dev/full"), file.err.constData());

    for (const QStringList& arguments :
         {QStringList{"generate", "--prompt", "a", "--max-tokens", "5"}, QStringList{"--help"}}) {
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        process.start(cliPath(), arguments);
        QVERIFY(process.waitForFinished(kCliTimeoutMs));
        QCOMPARE(process.exitCode(), 1);
        QCOMPARE(process.readAllStandardError().count('\n'), 1);
    }
}

void UsageTest::devicesSaysWhichOneAutoTakesAndWhy() {
    const CliRun run = runCli({"devices", "--json"});
    VERIFY_CODE(run, 0);
    const QJsonValue automatic = run.json()["automatic"];
    QVERIFY(!run.json()["automatic_reason"].toString().isEmpty());
    int taken = 0;
    const QJsonArray devices = run.json()["devices"].toArray();
    for (const QJsonValue& device : devices) {
        QVERIFY(!device["reason"].toString().isEmpty());
        QCOMPARE(device["fits"].isString(), device["usable"].toBool());
        if (device["automatic"].toBool()) {
            ++taken;
            QCOMPARE(device["id"], automatic);
            QVERIFY(device["usable"].toBool());
            QVERIFY(device["kind"] != QStringLiteral("software"));
        }
    }
    QCOMPARE(taken, 1);
    const CliRun table = runCli({"devices"});
    VERIFY_CODE(table, 0);
    QVERIFY(table.out.contains("auto takes " + automatic.toString().toUtf8() + ": "));
}

void UsageTest::theContextIsAsLongAsItIsAskedFor() {
    const CliRun fits = runCli(
        {"generate", "--context", "64", "--prompt", "a", "--max-tokens", "2", "--threads", "1"});
    VERIFY_CODE(fits, 0);
    const CliRun full = runCli({"generate", "--context", "32", "--prompt",
                                QString(QStringLiteral("one two ")).repeated(40)});
    VERIFY_CODE(full, 1);
    QVERIFY2(full.err.contains("fewer than 32 tokens"), full.err.constData());
    const CliRun wrong = runCli({"generate", "--context", "1000000", "--prompt", "a"});
    VERIFY_CODE(wrong, 2);
    QVERIFY2(wrong.err.contains("context: expected at most"), wrong.err.constData());
}

void UsageTest::devicesListsTheProcessor() {
    const CliRun table = runCli({"devices"});
    VERIFY_CODE(table, 0);
    QVERIFY2(table.out.contains("cpu"), table.out.constData());
    const CliRun run = runCli({"devices", "--json"});
    VERIFY_CODE(run, 0);
    bool processor = false;
    const QJsonArray devices = run.json()["devices"].toArray();
    for (const QJsonValue& device : devices) {
        processor = processor || (device["id"] == "cpu" && device["usable"] == true &&
                                  device["threads"].toInt() >= 1);
    }
    QVERIFY(processor);
}

void UsageTest::layersCannotBeSharedWithTheProcessorItself_data() {
    QTest::addColumn<QString>("verb");
    QTest::addColumn<QStringList>("options");
    for (const char* verb : {"generate", "logits", "bench"}) {
        for (const QStringList& options :
             {QStringList{"--device", "cpu", "--gpu-layers", "1"},
              QStringList{"--device", "cpu", "--gpu-layers", "auto"},
              QStringList{"--device", "vulkan", "--gpu-layers", "-1"},
              QStringList{"--device", "vulkan", "--gpu-layers", "some"},
              QStringList{"--device", "vulkan", "--gpu-layers", "99"}}) {
            QTest::addRow("%s %s", verb, qPrintable(options.join(u' ')))
                << QString::fromLatin1(verb) << options;
        }
    }
}

void UsageTest::layersCannotBeSharedWithTheProcessorItself() {
    QFETCH(QString, verb);
    QFETCH(QStringList, options);
    if (options.last() == QLatin1String("99") &&
        runCli({"generate", "--device", "vulkan", "--max-tokens", "1", "-p", "a"}).code != 0) {
        QSKIP("no Vulkan device");
    }
    QStringList arguments = QStringList{verb} + options;
    if (verb == QLatin1String("generate")) {
        arguments += {"-p", "Hello"};
    } else if (verb == QLatin1String("logits")) {
        arguments += {"--tokens", "1,2", "-o", "/dev/null"};
    }
    const CliRun run = runCli(arguments);
    VERIFY_CODE(run, 2);
    QVERIFY2(run.hasOneLineError(), run.err.constData());
    QVERIFY2(run.err.contains("layers"), run.err.constData());
}

void UsageTest::aSharedModelWritesTheSameAndSaysWhereItsLayersAre() {
    const QStringList question = {"generate", "-p",     "def add(a, b):", "--temperature",
                                  "0",        "--json", "--max-tokens",   "16"};
    const CliRun onCpu = runCli(question + QStringList{"--device", "cpu"});
    VERIFY_CODE(onCpu, 0);
    QCOMPARE(onCpu.json()["gpu_layers"].toInt(-1), 0);
    const CliRun whole = runCli(question + QStringList{"--device", "vulkan"});
    if (whole.code != 0) {
        QSKIP("no Vulkan device");
    }
    const int layers = whole.json()["layers"].toInt();
    QVERIFY(layers > 2);
    QCOMPARE(whole.json()["gpu_layers"].toInt(), layers);
    const CliRun shared = runCli(question + QStringList{"--device", "vulkan", "--gpu-layers", "2"});
    VERIFY_CODE(shared, 0);
    QCOMPARE(shared.json()["gpu_layers"].toInt(), 2);
    const QString name = shared.json()["device_name"].toString();
    QVERIFY2(name.endsWith(
                 QStringLiteral("(2 of %1 layers), CPU (%2 layers)").arg(layers).arg(layers - 2)),
             qPrintable(name));
    QCOMPARE(shared.json()["text"].toString(), onCpu.json()["text"].toString());
    const CliRun fitting =
        runCli(question + QStringList{"--device", "vulkan", "--gpu-layers", "auto"});
    VERIFY_CODE(fitting, 0);
    QCOMPARE(fitting.json()["gpu_layers"].toInt(), layers); // the demo model fits anywhere
}

QTEST_GUILESS_MAIN(UsageTest)
#include "usage_test.moc"
