// SPDX-License-Identifier: MIT
#include <limits>

#include <QTest>

#include "engine/sampler_settings.h"

using namespace phidelity;

class SamplerSettingsTest : public QObject {
    Q_OBJECT

private slots:
    void everySettingReachesTheChain();
    void defaultsAreValid();
    void anEmptyOrderIsTheDefaultOrder();
    void anUnknownStageIsRefusedByName();
    void valuesOutOfRangeAreRefused();
};

void SamplerSettingsTest::everySettingReachesTheChain() {
    GenerationSettings settings;
    settings.stageOrder = {"temperature", "top_k"};
    settings.logitBias = {{7, -std::numeric_limits<float>::infinity()}, {8, 1.5F}};
    settings.temperature = 0.5;
    settings.topK = 3;
    settings.topP = 0.25;
    settings.minP = 0.125;
    settings.typicalP = 0.75;
    settings.topNSigma = 2;
    settings.xtcProbability = 0.5;
    settings.xtcThreshold = 0.25;
    settings.repeatPenalty = 1.25;
    settings.frequencyPenalty = 0.5;
    settings.presencePenalty = 0.75;
    settings.penaltyWindow = -1;
    settings.dryMultiplier = 0.5;
    settings.dryBase = 2;
    settings.dryAllowedLength = 4;
    settings.dryWindow = 99;
    settings.dryBreakers = {"\n", "\u00e9"};
    settings.mirostat = true;
    settings.mirostatTau = 3;
    settings.mirostatEta = 0.25;

    SamplerSettings expected;
    expected.order = {StageKind::Temperature, StageKind::TopK};
    expected.logitBias = {{7, -std::numeric_limits<float>::infinity()}, {8, 1.5F}};
    expected.temperature = 0.5F;
    expected.topK = 3;
    expected.topP = 0.25F;
    expected.minP = 0.125F;
    expected.typicalP = 0.75F;
    expected.topNSigma = 2;
    expected.xtcProbability = 0.5F;
    expected.xtcThreshold = 0.25F;
    expected.repeatPenalty = 1.25F;
    expected.frequencyPenalty = 0.5F;
    expected.presencePenalty = 0.75F;
    expected.penaltyWindow = -1;
    expected.dryMultiplier = 0.5F;
    expected.dryBase = 2;
    expected.dryAllowedLength = 4;
    expected.dryWindow = 99;
    expected.dryBreakers = {"\n", "\xc3\xa9"};
    expected.mirostat = true;
    expected.mirostatTau = 3;
    expected.mirostatEta = 0.25F;
    expected.seed = std::numeric_limits<std::uint64_t>::max();

    const auto chain = toSamplerSettings(settings, std::numeric_limits<std::uint64_t>::max());
    QVERIFY2(chain.has_value(), chain ? "" : chain.error().detail.c_str());
    QVERIFY(*chain == expected);

    // And back, also through what is stored.
    const GenerationSettings again = settingsFromJson(toJson(fromSamplerSettings(expected)));
    QCOMPARE(again.seed, expected.seed);
    QVERIFY(!again.randomSeed);
    const auto chainAgain = toSamplerSettings(again, again.seed);
    QVERIFY(chainAgain.has_value());
    QVERIFY(*chainAgain == expected);
}

void SamplerSettingsTest::defaultsAreValid() {
    QVERIFY(toSamplerSettings(GenerationSettings(), 0).has_value());
}

void SamplerSettingsTest::anEmptyOrderIsTheDefaultOrder() {
    const auto chain = toSamplerSettings(GenerationSettings(), 0);
    QVERIFY(chain.has_value());
    QVERIFY(chain->order == SamplerSettings().order);
    QVERIFY(chain->dryBreakers == SamplerSettings().dryBreakers);
}

void SamplerSettingsTest::anUnknownStageIsRefusedByName() {
    GenerationSettings settings;
    settings.stageOrder = {"top_k", "magic"};
    const auto chain = toSamplerSettings(settings, 0);
    QVERIFY(!chain.has_value());
    QCOMPARE(chain.error().code, ErrorCode::BadArgument);
    QVERIFY2(chain.error().detail.find("magic") != std::string::npos, chain.error().detail.c_str());
}

void SamplerSettingsTest::valuesOutOfRangeAreRefused() {
    GenerationSettings settings;
    settings.topP = -1;
    const auto chain = toSamplerSettings(settings, 0);
    QVERIFY(!chain.has_value());
    QCOMPARE(chain.error().code, ErrorCode::BadArgument);
}

QTEST_APPLESS_MAIN(SamplerSettingsTest)
#include "sampler_settings_test.moc"
