// SPDX-License-Identifier: MIT
#include <QTest>

#include "chat/presets.h"
#include "chat/sampling_chain.h"

using namespace phidelity;

class PresetsTest : public QObject {
    Q_OBJECT

    static GenerationSettings odd() {
        GenerationSettings settings;
        settings.stageOrder = {QStringLiteral("temperature"), QStringLiteral("xtc")};
        settings.logitBias = {{198, -3.5F}};
        settings.temperature = 1.75;
        settings.dryMultiplier = 0.5;
        settings.randomSeed = false;
        settings.seed = 99;
        settings.maxTokens = 17;
        settings.extraStops = {QStringLiteral("\n\n")};
        return settings;
    }
    static QByteArray file(const QByteArray& presets) {
        return R"({"format":"phidelity-presets","version":1,"presets":)" + presets + "}";
    }
    static QString toldOf(const QByteArray& presets) {
        return presetsFromJson(file(presets)).problems.join(QLatin1Char('|'));
    }

private slots:
    void ourPresetsDecideAboutChanceAndNothingElse() {
        for (const Preset preset : kAllPresets) {
            const GenerationSettings set = withPreset(preset, odd());
            QCOMPARE(set.seed, odd().seed);
            QCOMPARE(set.randomSeed, odd().randomSeed);
            QCOMPARE(set.maxTokens, odd().maxTokens);
            QCOMPARE(set.extraStops, odd().extraStops);
            QCOMPARE(set.logitBias, odd().logitBias);
            QCOMPARE(orderOf(set), StageOrder::LlamaCpp);
            QVERIFY(!isStageOn(SamplingStage::Dry, set));
            // The same from wherever one comes.
            QCOMPARE(withPreset(preset, withPreset(Preset::Creative, odd())), set);
        }
        QCOMPARE(withPreset(Preset::Balanced, {}), GenerationSettings());
        QVERIFY(isStageOn(SamplingStage::Greedy, withPreset(Preset::Deterministic, odd())));
    }

    void anOwnPresetBringsAllButTheSeed() {
        GenerationSettings expected = odd();
        expected.randomSeed = true;
        expected.seed = 5;
        GenerationSettings now;
        now.seed = 5;
        QCOMPARE(withPreset(OwnPreset{QStringLiteral("Odd"), odd()}, now), expected);
    }

    void presetsComeBackFromAFile() {
        const QList<OwnPreset> presets{{QStringLiteral("Odd \u201cone\u201d"), odd()},
                                       {QStringLiteral("Usual"), {}}};
        const PresetsRead read = presetsFromJson(presetsToJson(presets));
        QCOMPARE(read.refusal, QString());
        QCOMPARE(read.problems, QStringList());
        QCOMPARE(read.presets, presets);
    }

    void whatAPresetLeavesOutIsAsUsual() {
        const PresetsRead read = presetsFromJson(file(R"([{"name":"A","settings":{"top_k":3}}])"));
        GenerationSettings expected;
        expected.topK = 3;
        QCOMPARE(read.presets, (QList<OwnPreset>{{QStringLiteral("A"), expected}}));
    }

    void anotherFileIsRefusedWithAReason() {
        QVERIFY(presetsFromJson("{\n  \"a\": }").refusal.contains("line 2, column"));
        QVERIFY(presetsFromJson("[]").refusal.contains("no file of presets"));
        QVERIFY(presetsFromJson("").refusal.contains("not JSON"));
        QVERIFY(presetsFromJson(R"({"format":"phidelity-presets","version":2,"presets":[]})")
                    .refusal.contains("version 1"));
        QVERIFY(presetsFromJson(R"({"format":"phidelity-presets","version":1})")
                    .refusal.contains("no list"));
    }

    void aFaultyPresetIsLeftOutAndNamed() {
        const PresetsRead read = presetsFromJson(
            file(R"([{"name":"Hot","settings":{"top_p":7}},{"name":"Good","settings":{}}])"));
        QCOMPARE(read.refusal, QString());
        QCOMPARE(read.problems,
                 QStringList{QStringLiteral("\u201cHot\u201d: top_p: expected 0 to 1, found 7")});
        QCOMPARE(read.presets.size(), 1);
        QCOMPARE(read.presets.front().name, QStringLiteral("Good"));

        QVERIFY(toldOf(R"([{"settings":{}}])").startsWith("Preset 1: name"));
        QVERIFY(toldOf(R"([5])").startsWith("Preset 1: name"));
        QVERIFY(toldOf(R"([{"name":"A"}])").contains("no settings"));
        QVERIFY(toldOf(R"([{"name":"A","settings":{"magic":1}}])").contains("magic"));
        QVERIFY(toldOf(R"([{"name":"A","settings":{"stage_order":["x"]}}])").contains("stages"));
        QCOMPARE(toldOf("[" + QByteArray(R"({"name":"A","settings":{}},)").repeated(1000) +
                        R"({"name":"A","settings":{}}])"),
                 QStringLiteral("Only the first 1000 presets were read."));
    }

    void damagedFilesNeverHurt() {
        const QByteArray good = presetsToJson({{QStringLiteral("Odd"), odd()}});
        for (qsizetype cut = 0; cut < good.size(); ++cut) {
            QVERIFY(cut + 2 > good.size() || !presetsFromJson(good.left(cut)).refusal.isEmpty());
            QByteArray changed = good;
            changed[cut] = static_cast<char>(changed[cut] ^ 0x15);
            const PresetsRead read = presetsFromJson(changed);
            QVERIFY(read.presets.size() <= 1);
        }
    }

    void aNameThatIsTakenGetsANumber() {
        const QList<OwnPreset> taken{{QStringLiteral("A"), {}}, {QStringLiteral("A (2)"), {}}};
        QCOMPARE(freePresetName(QStringLiteral(" A "), taken), QStringLiteral("A (3)"));
        QCOMPARE(freePresetName(QStringLiteral("B"), taken), QStringLiteral("B"));
        // Of the longest name, too, there is another one that a file takes.
        const QString longest(60, u'L');
        const QString other = freePresetName(longest, {{longest, {}}});
        QCOMPARE(other, QString(56, u'L') + QStringLiteral(" (2)"));
        QVERIFY(presetsFromJson(presetsToJson({{longest, {}}, {other, {}}})).problems.isEmpty());
    }
};

QTEST_APPLESS_MAIN(PresetsTest)
#include "presets_test.moc"
