// SPDX-License-Identifier: MIT
#include <QTest>

#include "chat/sampling_chain.h"
#include "engine/sampler_settings.h"

using namespace phidelity;

class SamplingChainTest : public QObject {
    Q_OBJECT

    static QList<SamplingStage> everyStage() {
        QList<SamplingStage> stages;
        for (int stage = 0; stage < kSamplingStages; ++stage) {
            stages.append(static_cast<SamplingStage>(stage));
        }
        return stages;
    }
    /// The stages that the sampler has on, in its own words.
    static QString described(const GenerationSettings& settings) {
        const auto chain = toSamplerSettings(settings, 7);
        return chain ? QString::fromStdString(describe(*chain)) : QStringLiteral("invalid");
    }

private slots:
    void stagesHaveTheNamesOfTheSampler() {
        for (const SamplingStage stage : everyStage()) {
            const auto kind = stageFromName(stageKey(stage).toStdString());
            QVERIFY(kind.has_value());
            QCOMPARE(static_cast<int>(*kind), static_cast<int>(stage));
            QCOMPARE(stageFromKey(stageKey(stage)), stage);
        }
        QVERIFY(!stageFromKey(QStringLiteral("magic")));
    }

    void aStageThatIsSwitchedOffIsNoMoreInTheChain() {
        GenerationSettings all;
        for (const SamplingStage stage : everyStage()) {
            if (stage != SamplingStage::Greedy && stage != SamplingStage::LogitBias) {
                all = withStageOn(stage, all, all);
            }
        }
        all.logitBias = {{5, 1.0F}};
        for (const SamplingStage stage : everyStage()) {
            const GenerationSettings off = withStageOff(stage, all);
            QVERIFY(!isStageOn(stage, off));
            if (!cuts(stage)) {
                QVERIFY2(!described(off).contains(stageKey(stage)), qPrintable(described(off)));
            }
        }
        const GenerationSettings plain = withStageOff(SamplingStage::Mirostat, all);
        for (const SamplingStage stage : everyStage()) {
            const bool on = isStageOn(stage, plain);
            QCOMPARE(described(plain).contains(stageKey(stage)), on);
            QVERIFY(!isStageReplaced(stage, plain));
            QCOMPARE(isStageReplaced(stage, all), cuts(stage));
        }
    }

    void aStageComesBackWithTheValuesItHad() {
        GenerationSettings had;
        had.dryMultiplier = 0.3;
        had.dryBase = 1.5;
        had.dryBreakers = {QStringLiteral("x")};
        had.topK = 7;
        for (const SamplingStage stage : {SamplingStage::Dry, SamplingStage::TopK}) {
            const GenerationSettings off = withStageOff(stage, had);
            QVERIFY(off != had);
            QCOMPARE(withStageOn(stage, off, had), had);
            QVERIFY(isStageOn(stage, withStageOn(stage, off, off))); // with usual ones
        }
    }

    void ofTheStagesThatChooseOneAtMostIsOn() {
        GenerationSettings settings;
        settings = withStageOn(SamplingStage::Greedy, settings, settings);
        QVERIFY(isStageOn(SamplingStage::Greedy, settings));
        settings = withStageOn(SamplingStage::Mirostat, settings, settings);
        QVERIFY(isStageOn(SamplingStage::Mirostat, settings));
        QVERIFY(!isStageOn(SamplingStage::Greedy, settings));
        settings = withStageOn(SamplingStage::Greedy, settings, settings);
        QVERIFY(!isStageOn(SamplingStage::Mirostat, settings));
    }

    void theOrderIsThatOfTheSampler() {
        QCOMPARE(stagesOf(GenerationSettings()), stagesOf(StageOrder::LlamaCpp));
        const auto chain = toSamplerSettings({}, 0);
        QVERIFY(chain.has_value());
        QCOMPARE(static_cast<qsizetype>(chain->order.size()),
                 stagesOf(StageOrder::LlamaCpp).size());
        for (qsizetype index = 0; index < stagesOf(StageOrder::LlamaCpp).size(); ++index) {
            QCOMPARE(static_cast<int>(chain->order.at(static_cast<std::size_t>(index))),
                     static_cast<int>(stagesOf(StageOrder::LlamaCpp).at(index)));
        }
        const GenerationSettings first = withStages(stagesOf(StageOrder::HuggingFace), {});
        QCOMPARE(orderOf(first), StageOrder::HuggingFace);
        QVERIFY(described(first).startsWith(QLatin1String("temperature 0.7 > top_k 40")));
        QCOMPARE(withStages(stagesOf(StageOrder::LlamaCpp), first), GenerationSettings());
        QList<SamplingStage> own = stagesOf(StageOrder::LlamaCpp);
        own.swapItemsAt(0, 5);
        QVERIFY(!orderOf(withStages(own, {})));
        QCOMPARE(stagesOf(withStages(own, {})), own);
    }

    void aStageThatAnOrderLeavesOutIsOff() {
        GenerationSettings partial;
        partial.stageOrder = {QStringLiteral("temperature"), QStringLiteral("top_p")};
        partial.topK = 5;
        const GenerationSettings full = withEveryStage(partial);
        QCOMPARE(stagesOf(full).size(), 10);
        QVERIFY(!isStageOn(SamplingStage::TopK, full));
        QCOMPARE(described(full), described(partial));
        partial.stageOrder.append(QStringLiteral("greedy"));
        QVERIFY(isStageOn(SamplingStage::Greedy, withEveryStage(partial)));
        QCOMPARE(withEveryStage({}), GenerationSettings());
    }
};

QTEST_APPLESS_MAIN(SamplingChainTest)
#include "sampling_chain_test.moc"
