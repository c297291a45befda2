// SPDX-License-Identifier: MIT
// Files of presets from strangers: what comes through is what the sampler takes, what the next
// start reads back, and what looks like what it is.
#include <QTest>

#include "chat/presets.h"
#include "engine/sampler_settings.h"

using namespace phidelity;

class HostilePresetsTest : public QObject {
    Q_OBJECT

    static QByteArray file(const QByteArray& presets) {
        return R"({"format":"phidelity-presets","version":1,"presets":[)" + presets + "]}";
    }

private slots:
    void noValueOfAFileReachesTheSamplerUnchecked_data();
    void noValueOfAFileReachesTheSamplerUnchecked();
    void whatIsNoPresetsIsRefused_data();
    void whatIsNoPresetsIsRefused();
    void namesHideNothing_data();
    void namesHideNothing();
    void aLongNameThatIsTakenStaysReadable();
    void aThousandOfOneNameAreAllToldApart();
};

void HostilePresetsTest::noValueOfAFileReachesTheSamplerUnchecked_data() {
    QTest::addColumn<QByteArray>("settings");
    for (const char* settings : {R"("temperature":1e999)",
                                 R"("temperature":-1)",
                                 R"("temperature":1e-300)",
                                 R"("temperature":"hot")",
                                 R"("temperature":null)",
                                 R"("temperature":[1])",
                                 R"("temperature":4.9e-324)",
                                 R"("top_k":-1)",
                                 R"("top_k":1e18)",
                                 R"("top_k":2.5)",
                                 R"("top_k":9223372036854775807)",
                                 R"("top_p":-0.0)",
                                 R"("top_p":1.0000000001)",
                                 R"("min_p":NaN)",
                                 R"("typical_p":Infinity)",
                                 R"("repeat_penalty":0)",
                                 R"("repeat_penalty":-5)",
                                 R"("penalty_window":-2147483648)",
                                 R"("dry_base":0)",
                                 R"("dry_base":1e308)",
                                 R"("dry_window":1e300)",
                                 R"("dry_multiplier":-1)",
                                 R"("mirostat":"yes","mirostat_tau":-1)",
                                 R"("mirostat":true,"mirostat_tau":0)",
                                 R"("max_tokens":-5)",
                                 R"("max_tokens":4294967297)",
                                 R"("seed":"-1")",
                                 R"("seed":"18446744073709551616")",
                                 R"("seed":1e400)",
                                 R"("seed":"0x10")",
                                 R"("stage_order":["top_k","top_k"])",
                                 R"("stage_order":[["top_k"]])",
                                 R"("stage_order":{"0":"top_k"})",
                                 R"("stage_order":["greedy","mirostat","greedy"])",
                                 R"("logit_bias":[[4294967296,1]])",
                                 R"("logit_bias":[[-1,1]])",
                                 R"("logit_bias":[[1.5,1]])",
                                 R"("logit_bias":[[1,1e40]])",
                                 R"("logit_bias":[[1,-1e40]])",
                                 R"("logit_bias":[[1,"inf"]])",
                                 R"("logit_bias":[[1,"nan"]])",
                                 R"("logit_bias":[[1]])",
                                 R"("logit_bias":[[1,2,3]])",
                                 R"("logit_bias":[[1,"-inf"],[1,5]])",
                                 R"("logit_bias":[[4294967295,"-inf"]])",
                                 R"("logit_bias":"-inf")",
                                 R"("extra_stops":[""])",
                                 R"("extra_stops":[1])",
                                 R"("extra_stops":"x")",
                                 R"("extra_stops":["\u0000","\ud800","x"])",
                                 R"("dry_breakers":[null])",
                                 R"("top_p":0.5,"top_p":7)",
                                 R"("temperature":1,"__proto__":{"temperature":9})",
                                 R"("xtc_probability":2,"xtc_threshold":-1)",
                                 R"("top_n_sigma":-3)"}) {
        QTest::newRow(settings) << QByteArray(settings);
    }
}

void HostilePresetsTest::noValueOfAFileReachesTheSamplerUnchecked() {
    QFETCH(QByteArray, settings);
    const PresetsRead read = presetsFromJson(file(R"({"name":"A","settings":{)" + settings + "}}"));
    QVERIFY(read.presets.size() <= 1);
    QVERIFY(read.refusal.isEmpty() != (read.presets.isEmpty() && read.problems.isEmpty()));
    QVERIFY(read.presets.isEmpty() || read.problems.isEmpty());
    for (const OwnPreset& preset : read.presets) {
        const auto sampler = toSamplerSettings(preset.settings, 1);
        QVERIFY2(sampler.has_value(), settings.constData());
        QVERIFY(preset.settings.maxTokens >= 0);
    }
    // Once taken, it is there at the next start.
    const PresetsRead again = presetsFromJson(presetsToJson(read.presets));
    QCOMPARE(again.problems, QStringList());
    QCOMPARE(again.presets, read.presets);
}

void HostilePresetsTest::whatIsNoPresetsIsRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("deep lists") << QByteArray("[").repeated(1'000'000);
    QTest::newRow("deep lists in presets") << file(QByteArray("[").repeated(100'000));
    QTest::newRow("a text of megabytes") << QByteArray("\"") + QByteArray(8'000'000, 'x') + '"';
    QTest::newRow("zeros") << QByteArray(1'000'000, '\0');
    QTest::newRow("UTF-16") << QByteArray::fromHex("fffe7b0022006600");
    QTest::newRow("bytes that are no UTF-8")
        << file("{\"name\":\"\xC3\x28\",\"settings\":{\"\xFF\":1}}");
    QTest::newRow("another program's") << QByteArray(R"({"temp":0.8,"top_p":0.9})");
    QTest::newRow("a version of text")
        << QByteArray(R"({"format":"phidelity-presets","version":"1","presets":[]})");
    QTest::newRow("a version of tomorrow")
        << QByteArray(R"({"format":"phidelity-presets","version":1e9,"presets":[]})");
}

void HostilePresetsTest::whatIsNoPresetsIsRefused() {
    QFETCH(QByteArray, bytes);
    const PresetsRead read = presetsFromJson(bytes);
    QVERIFY(!read.refusal.isEmpty() || !read.problems.isEmpty());
    QVERIFY(read.presets.isEmpty());
    QVERIFY2(read.refusal.size() < 500, "the reason quotes the file");
}

void HostilePresetsTest::namesHideNothing_data() {
    QTest::addColumn<QByteArray>("name"); // as JSON
    QTest::addColumn<QString>("shown");
    QTest::newRow("turned around") << QByteArray(R"(A\u202Egnp)") << QStringLiteral("Agnp");
    QTest::newRow("of no width") << QByteArray(R"(Bal\u200Banced\uFEFF)")
                                 << QStringLiteral("Balanced");
    QTest::newRow("several lines")
        << QByteArray(R"(A\nB\r\tC\u2028D)") << QStringLiteral("A B C D");
    QTest::newRow("a terminal's") << QByteArray(R"(\u001b[31mred\u0000)")
                                  << QStringLiteral("[31mred");
    QTest::newRow("markup") << QByteArray("<b>A</b>") << QStringLiteral("<b>A</b>");
    QTest::newRow("a family") << QByteArray(R"(\ud83d\udc68\u200d\ud83d\udc69)")
                              << QString::fromUtf8("👨\u200d👩");
    QTest::newRow("nothing") << QByteArray(R"( \u200b\u200e )") << QString();
    QTest::newRow("too long") << QByteArray(61, 'x') << QString();
}

void HostilePresetsTest::namesHideNothing() {
    QFETCH(QByteArray, name);
    QFETCH(QString, shown);
    const PresetsRead read = presetsFromJson(file(R"({"name":")" + name + R"(","settings":{}})"));
    if (shown.isEmpty()) {
        QVERIFY(read.presets.isEmpty());
        QVERIFY(read.problems.value(0).startsWith(QStringLiteral("Preset 1: name")));
        return;
    }
    QCOMPARE(read.presets.size(), 1);
    QCOMPARE(read.presets.front().name, shown);
    QCOMPARE(freePresetName(shown, {}), shown);
}

/// What is kept with too long a name would be gone at the next start.
void HostilePresetsTest::aLongNameThatIsTakenStaysReadable() {
    for (const QString& name :
         {QString(60, u'x'), QString(59, u'x') + QString::fromUtf8("😀"),
          QString(58, u'x') + u' ' + u'y', QString::fromUtf8("😀").repeated(60)}) {
        QList<OwnPreset> own;
        for (int time = 0; time < 12; ++time) {
            own.append({freePresetName(name, own), {}});
        }
        const PresetsRead read = presetsFromJson(presetsToJson(own));
        QCOMPARE(read.problems, QStringList());
        QCOMPARE(read.presets, own);
    }
}

void HostilePresetsTest::aThousandOfOneNameAreAllToldApart() {
    QByteArray all = QByteArray(R"({"name":"A","settings":{}},)").repeated(1000);
    all.chop(1);
    const PresetsRead read = presetsFromJson(file(all));
    QCOMPARE(read.presets.size(), 1000);
    QSet<QString> names;
    for (const OwnPreset& preset : read.presets) {
        names.insert(preset.name);
    }
    QCOMPARE(names.size(), 1000);
}

QTEST_APPLESS_MAIN(HostilePresetsTest)
#include "hostile_presets_test.moc"
