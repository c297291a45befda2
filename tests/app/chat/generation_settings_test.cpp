// SPDX-License-Identifier: MIT
#include <limits>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "chat/generation_settings.h"

using namespace phidelity;

class GenerationSettingsTest : public QObject {
    Q_OBJECT

private slots:
    void everyFieldSurvivesAFile();
    void missingFieldsKeepTheirDefaults();
    void unreadableFieldsKeepTheirDefaults();
    void valuesOutOfRangeAreClamped();
    void whatIsNotTakenAsItStandsIsTold();
    void aSettingsFileOfBeforeHasTheUsualBreakers();
};

void GenerationSettingsTest::everyFieldSurvivesAFile() {
    GenerationSettings settings;
    settings.stageOrder = {"temperature", "top_k"};
    settings.logitBias = {{4294967295U, -std::numeric_limits<float>::infinity()}, {7, 0.1F}};
    settings.temperature = 0.1;
    settings.topK = 3;
    settings.topP = 0.2;
    settings.minP = 0.3;
    settings.typicalP = 0.4;
    settings.topNSigma = 0.6;
    settings.xtcProbability = 0.5;
    settings.xtcThreshold = 0.25;
    settings.repeatPenalty = 1.1;
    settings.frequencyPenalty = -0.7;
    settings.presencePenalty = 0.8;
    settings.penaltyWindow = -1;
    settings.dryMultiplier = 0.9;
    settings.dryBase = 1.2;
    settings.dryAllowedLength = 4;
    settings.dryWindow = 77;
    settings.dryBreakers = {"\n", "\u00e9"};
    settings.mirostat = true;
    settings.mirostatTau = 3.5;
    settings.mirostatEta = 0.2;
    settings.randomSeed = false;
    settings.seed = std::numeric_limits<quint64>::max();
    settings.maxTokens = 0;
    settings.extraStops = {"\n\n", "END"};

    const QByteArray file = QJsonDocument(toJson(settings)).toJson();
    QCOMPARE(settingsFromJson(QJsonDocument::fromJson(file).object()), settings);
}

void GenerationSettingsTest::missingFieldsKeepTheirDefaults() {
    QCOMPARE(settingsFromJson({}), GenerationSettings());
    QCOMPARE(settingsFromJson(toJson(GenerationSettings())), GenerationSettings());
}

void GenerationSettingsTest::unreadableFieldsKeepTheirDefaults() {
    const QJsonObject object{
        {"temperature", "hot"},
        {"top_k", QJsonArray{1}},
        {"seed", "18446744073709551616"},
        {"mirostat", "yes"},
        {"stage_order", 3},
        {"extra_stops", QJsonArray{1, ""}},
        {"logit_bias", QJsonArray{QJsonArray{-1, 1.0}, QJsonArray{1}, QJsonArray{1, "x"}, 5}},
    };
    QCOMPARE(settingsFromJson(object), GenerationSettings());
}

void GenerationSettingsTest::valuesOutOfRangeAreClamped() {
    const GenerationSettings settings = settingsFromJson({{"temperature", -1.0},
                                                          {"top_k", 1e300},
                                                          {"top_p", 7.0},
                                                          {"penalty_window", -1e300},
                                                          {"max_tokens", -5}});
    QCOMPARE(settings.temperature, 0.0);
    QCOMPARE(settings.topK, 1'000'000);
    QCOMPARE(settings.topP, 1.0);
    QCOMPARE(settings.penaltyWindow, -1);
    QCOMPARE(settings.maxTokens, 0);
}

void GenerationSettingsTest::whatIsNotTakenAsItStandsIsTold() {
    const auto told = [](const QJsonObject& object) {
        QStringList problems;
        static_cast<void>(settingsFromJson(object, &problems));
        return problems.join(QLatin1Char('|'));
    };
    QCOMPARE(told(toJson(GenerationSettings())), QString());
    QCOMPARE(told({{"top_p", 7.0}}), QStringLiteral("top_p: expected 0 to 1, found 7"));
    QCOMPARE(told({{"top_k", 2.5}}), QStringLiteral("top_k: expected a whole number, found 2.5"));
    QCOMPARE(told({{"temperature", "hot"}}),
             QStringLiteral("temperature: expected 0 to 100, found \"hot\""));
    QCOMPARE(told({{"temperature", 0.0001}}),
             QStringLiteral("temperature: expected 0 or 0.001 to 100, found 1e-04"));
    QCOMPARE(told({{"stage_order", QJsonArray{"top_k", "magic"}}}),
             QStringLiteral("stage_order: expected known stages, each once, found "
                            "[\"top_k\",\"magic\"]"));
    QCOMPARE(told({{"stage_order", QJsonArray{"top_k", "top_k"}}}).section(QLatin1Char(','), 0, 0),
             QStringLiteral("stage_order: expected known stages"));
    QCOMPARE(told({{"warmth", 1}}), QStringLiteral("warmth: no such setting"));
    QCOMPARE(told({{"seed", 7}}), QStringLiteral("seed: expected a whole number as text, found 7"));
    QVERIFY(told({{"extra_stops", QJsonArray{""}}}).startsWith(QLatin1String("extra_stops: ")));
    QVERIFY(told({{"logit_bias", QJsonArray{5}}}).startsWith(QLatin1String("logit_bias: ")));
}

void GenerationSettingsTest::aSettingsFileOfBeforeHasTheUsualBreakers() {
    QJsonObject old = toJson(GenerationSettings());
    old.remove(QStringLiteral("dry_breakers"));
    QCOMPARE(settingsFromJson(old), GenerationSettings());
    old.insert(QStringLiteral("dry_breakers"), QJsonArray());
    QCOMPARE(settingsFromJson(old).dryBreakers, QStringList()); // none is a choice, too
}

QTEST_APPLESS_MAIN(GenerationSettingsTest)
#include "generation_settings_test.moc"
