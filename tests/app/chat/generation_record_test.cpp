// SPDX-License-Identifier: MIT
#include <QtTest>

#include <cmath>
#include <cstring>
#include <limits>

#include <QJsonDocument>
#include <QRandomGenerator>

#include "chat/generation_record.h"

using namespace phidelity;

namespace {

GenerationRecord someRecord() {
    GenerationRecord record;
    record.modelName = "Phi-2";
    record.modelSha256 = QString(64, u'a');
    record.modelTypes = "Q4_0";
    record.device = "vulkan:0";
    record.deviceName = "Some GPU";
    record.build = "0.1 (abc)";
    record.threads = 2;
    record.settings.randomSeed = false;
    record.settings.seed = std::numeric_limits<quint64>::max();
    record.stops = {"\nAlice:", " "};
    record.prompt = {44484, 0, std::numeric_limits<quint32>::max()};
    record.given = {-0.5F, -1e-30F};
    record.chunks = {{1, 256, 256, 1, 0}, {2, 1, 1, 1, 0}, {1, 100, 7, 1, 0}, {3, 1, 1, 4, 2}};
    record.alternativesAsked = 2;
    record.randomPosition = 77;
    record.mirostatBefore = 9.7F;
    record.mirostatAfter = -0.1F;
    record.tokens = {1, 50256};
    record.logprobs = {-0.1F, -std::numeric_limits<float>::infinity()};
    record.alternatives = {{{5, -0.3F}, {6, -1e-30F}}, {}};
    record.reason = "stop_string";
    record.reusedTokens = 12;
    record.promptMs = 1.25;
    record.generateMs = 1e9 / 3;
    record.firstTokenMs = 0.1;
    record.startedMs = 1'795'000'000'123;
    return record;
}

GenerationRecord throughText(const GenerationRecord& record) {
    const QByteArray text = QJsonDocument(toJson(record)).toJson();
    return recordFromJson(QJsonDocument::fromJson(text).object());
}

} // namespace

class GenerationRecordTest : public QObject {
    Q_OBJECT

private slots:
    void comesBackAsItWas() {
        const GenerationRecord record = someRecord();
        QCOMPARE(throughText(record), record);
        QCOMPARE(throughText({}), GenerationRecord());
    }

    void everyFloatComesBackBitForBit() {
        GenerationRecord record;
        QRandomGenerator random(1);
        for (int i = 0; i < 10'000; ++i) {
            const quint32 bits = random.generate();
            float value = 0;
            std::memcpy(&value, &bits, sizeof value);
            record.logprobs.append(std::isnan(value) ? 0.0F : value);
        }
        const GenerationRecord again = throughText(record);
        QCOMPARE(again.logprobs.size(), record.logprobs.size());
        QVERIFY(std::memcmp(again.logprobs.constData(), record.logprobs.constData(),
                            sizeof(float) * static_cast<size_t>(record.logprobs.size())) == 0);
        record.logprobs = {std::numeric_limits<float>::quiet_NaN()};
        QVERIFY(std::isnan(throughText(record).logprobs.value(0)));
    }

    void nonsenseIsLeftOut() {
        const QByteArray text =
            R"({"prompt": [1, -1, 1.5, 4294967296, "x", 2], "chunks": [0, {"rows": 3}, {}],
            "threads": 1e300, "stops": ["", 3, "end"], "started_ms": "soon", "tokens": {}})";
        const GenerationRecord record = recordFromJson(QJsonDocument::fromJson(text).object());
        QCOMPARE(record.prompt, QList<quint32>({1, 2}));
        QCOMPARE(record.chunks, QList<RecordedSteps>({{1, 3, 3, 1, 0}}));
        QCOMPARE(record.threads, 0);
        QCOMPARE(record.stops, QStringList({"end"}));
        QCOMPARE(record.startedMs, 0);
        QVERIFY(record.tokens.isEmpty());
    }
};

QTEST_GUILESS_MAIN(GenerationRecordTest)
#include "generation_record_test.moc"
