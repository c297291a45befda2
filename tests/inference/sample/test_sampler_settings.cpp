// SPDX-License-Identifier: MIT
#include <QTest>

#include <cmath>
#include <functional>
#include <limits>

#include "inference/sample/sampler.h"
#include "inference/sample/settings_json.h"

using namespace phidelity;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

SamplerSettings unusual() {
    SamplerSettings s;
    s.order = {StageKind::Temperature, StageKind::TopP, StageKind::LogitBias,
               StageKind::MirostatV2};
    s.logitBias = {{50294, -kInfinity}, {0, 1.25F}};
    s.repeatPenalty = 1.1F;
    s.frequencyPenalty = -0.3F;
    s.presencePenalty = 0.7F;
    s.penaltyWindow = -1;
    s.dryMultiplier = 0.8F;
    s.dryBase = 1.6F;
    s.dryAllowedLength = 3;
    s.dryWindow = 512;
    s.dryBreakers = {"\n", "\"", "\u20AC"};
    s.topNSigma = 1.5F;
    s.topK = 2147483647;
    s.typicalP = 0.99F;
    s.topP = 0.1F;
    s.minP = 0.05F;
    s.xtcProbability = 0.5F;
    s.xtcThreshold = 0.15F;
    s.temperature = 0.7F;
    s.mirostat = true;
    s.mirostatTau = 3.3F;
    s.mirostatEta = 0.2F;
    s.seed = ~std::uint64_t(0);
    return s;
}

} // namespace

using Change = std::function<void(SamplerSettings&)>;
Q_DECLARE_METATYPE(Change)

class TestSamplerSettings : public QObject {
    Q_OBJECT

private slots:
    void everyStageHasANameOfItsOwn();
    void unknownNamesAreRefused();
    void defaultsAreValidAndNeutral();
    void valuesOutOfRangeAreNamed_data();
    void valuesOutOfRangeAreNamed();
    void describesTheChainInItsOrder();
    void jsonGivesEverythingBack();
    void jsonWritesNumbersShort();
    void jsonRefusesWhatItDoesNotKnow_data();
    void jsonRefusesWhatItDoesNotKnow();
};

void TestSamplerSettings::everyStageHasANameOfItsOwn() {
    for (int kind = 0; kind < kStageKinds; ++kind) {
        const auto stage = static_cast<StageKind>(kind);
        const auto back = stageFromName(stageName(stage));
        QVERIFY(back);
        QCOMPARE(*back, stage);
    }
    QCOMPARE(stageName(StageKind::TopK), std::string_view("top_k"));
}

void TestSamplerSettings::unknownNamesAreRefused() {
    const auto stage = stageFromName("topk");
    QVERIFY(!stage);
    QCOMPARE(stage.error().code, ErrorCode::BadArgument);
    QVERIFY(stage.error().detail.find("top_k") != std::string::npos);
    QVERIFY(stage.error().detail.find("found topk") != std::string::npos);
}

void TestSamplerSettings::defaultsAreValidAndNeutral() {
    QVERIFY(validate(SamplerSettings()));
    QCOMPARE(describe(SamplerSettings()), std::string("draw, seed 0"));
    QVERIFY(validate(unusual()));
}

void TestSamplerSettings::valuesOutOfRangeAreNamed_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("detail");
    const auto row = [](const char* detail, const Change& change) {
        QTest::newRow(detail) << change << QString(detail);
    };
    row("temperature: expected 0 or 0.001 to 100, found -1", [](auto& s) { s.temperature = -1; });
    row("temperature: expected 0 or 0.001 to 100, found nan", [](auto& s) { s.temperature = NAN; });
    row("top-p: expected 0 to 1, found 1.5", [](auto& s) { s.topP = 1.5F; });
    row("min-p: expected 0 to 1, found -0.1", [](auto& s) { s.minP = -0.1F; });
    row("typical p: expected 0 to 1, found inf", [](auto& s) { s.typicalP = kInfinity; });
    row("top-k: expected 0 or more, found -3", [](auto& s) { s.topK = -3; });
    row("repeat penalty: expected 0.01 to 100, found 0", [](auto& s) { s.repeatPenalty = 0; });
    row("penalty window: expected -1 or more, found -2", [](auto& s) { s.penaltyWindow = -2; });
    row("dry base: expected 1 to 1000, found 0.5", [](auto& s) { s.dryBase = 0.5F; });
    row("dry allowed length: expected 1 or more, found 0", [](auto& s) { s.dryAllowedLength = 0; });
    row("logit bias of token 7: expected -1e+06 to 1e+06, found inf", [](auto& s) {
        s.logitBias = {{7, kInfinity}};
    });
    row("mirostat tau: expected 0.01 to 100, found 0", [](auto& s) { s.mirostatTau = 0; });
    row("order: the stage top_k appears twice", [](auto& s) {
        s.order = {StageKind::TopK, StageKind::TopP, StageKind::TopK};
    });
    row("order: the stage greedy selects and must be the last", [](auto& s) {
        s.order = {StageKind::Greedy, StageKind::TopK};
    });
    row("order: expected known stages, found 200",
        [](auto& s) { s.order = {static_cast<StageKind>(200)}; });
}

void TestSamplerSettings::valuesOutOfRangeAreNamed() {
    QFETCH(Change, change);
    QFETCH(QString, detail);
    SamplerSettings settings;
    change(settings);
    const auto valid = validate(settings);
    QVERIFY(!valid);
    QCOMPARE(valid.error().code, ErrorCode::BadArgument);
    QCOMPARE(QString::fromStdString(valid.error().detail), detail);
}

void TestSamplerSettings::describesTheChainInItsOrder() {
    SamplerSettings settings;
    settings.topK = 40;
    settings.topP = 0.95F;
    settings.temperature = 0.8F;
    settings.seed = 7;
    QCOMPARE(describe(settings),
             std::string("top_k 40 > top_p 0.95 > temperature 0.8 > draw, seed 7"));
    settings.order = {StageKind::Temperature, StageKind::TopP};
    QCOMPARE(describe(settings), std::string("temperature 0.8 > top_p 0.95 > draw, seed 7"));
    settings.temperature = 0;
    QCOMPARE(describe(settings), std::string("temperature 0 > top_p 0.95 > greedy, seed 7"));
    QCOMPARE(
        describe(unusual()),
        std::string("temperature 0.7 > logit_bias 50294:-inf 0:1.25 > mirostat_v2 tau 3.3 eta 0.2, "
                    "seed 18446744073709551615"));
}

void TestSamplerSettings::jsonGivesEverythingBack() {
    for (const SamplerSettings& settings : {SamplerSettings(), unusual()}) {
        const auto back = samplerSettingsFromJson(toJson(settings));
        QVERIFY2(back, back ? "" : back.error().detail.c_str());
        QVERIFY(*back == settings);
    }
    QVERIFY(*samplerSettingsFromJson("{}") == SamplerSettings());
}

void TestSamplerSettings::jsonWritesNumbersShort() {
    const std::string json = toJson(unusual());
    QVERIFY2(json.find("\"temperature\":0.7,") != std::string::npos, json.c_str());
    QVERIFY(json.find("\"seed\":18446744073709551615") != std::string::npos);
    QVERIFY(json.find("\"logit_bias\":[[50294,null],[0,1.25]]") != std::string::npos);
    QVERIFY(json.find("\"order\":[\"temperature\",\"top_p\",") != std::string::npos);
}

void TestSamplerSettings::jsonRefusesWhatItDoesNotKnow_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("detail");
    const auto row = [](const char* json, const char* detail) {
        QTest::newRow(json) << QString(json) << QString(detail);
    };
    row("", "expected a JSON object");
    row("[1]", "expected a JSON object");
    row("{\"top_k\":", "expected a JSON object");
    row("{\"topk\":1}", "unknown key topk");
    row("{\"top_k\":1.5}", "top_k: unfit value 1.5");
    row("{\"top_k\":2147483648}", "top_k: unfit value");
    row("{\"seed\":-1}", "seed: unfit value -1");
    row("{\"seed\":18446744073709551616}", "seed: unfit value");
    row("{\"mirostat\":1}", "mirostat: unfit value 1");
    row("{\"order\":[\"top_q\"]}", "order: unfit value");
    row("{\"logit_bias\":[[1]]}", "logit_bias: unfit value");
    row("{\"logit_bias\":[[-1,2]]}", "logit_bias: unfit value");
    row("{\"temperature\":1e999}", "expected a JSON object");
    row("{\"temperature\":1e300}", "temperature: expected 0 or 0.001 to 100");
    row("{\"top_p\":2}", "top-p: expected 0 to 1");
}

void TestSamplerSettings::jsonRefusesWhatItDoesNotKnow() {
    QFETCH(QString, json);
    QFETCH(QString, detail);
    const auto settings = samplerSettingsFromJson(json.toStdString());
    QVERIFY(!settings);
    QCOMPARE(settings.error().code, ErrorCode::BadArgument);
    QVERIFY2(QString::fromStdString(settings.error().detail).contains(detail),
             settings.error().detail.c_str());
}

QTEST_APPLESS_MAIN(TestSamplerSettings)
#include "test_sampler_settings.moc"
