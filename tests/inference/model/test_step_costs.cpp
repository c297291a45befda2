// SPDX-License-Identifier: MIT
#include <QtTest>

#include <optional>

#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

void addDevicesWithDrivers() {
    QTest::addColumn<QByteArray>("device");
    bool none = true;
    for (const DeviceChoice& device : listDevices()) {
        if (device.usable && device.info.kind != DeviceKind::Cpu) {
            QTest::newRow(device.info.id.c_str()) << QByteArray::fromStdString(device.info.id);
            none = false;
        }
    }
    if (none) {
        QTest::newRow("none") << QByteArray();
    }
}

} // namespace

/// What decoding asks of a device's driver.
class TestStepCosts : public QObject {
    Q_OBJECT

private slots:
    void theProcessorHasNoDriverToAsk() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        QVERIFY(!model->stepCosts().has_value());
    }

    void aDecodedTokenIsOneSubmissionOfWhatWasRecorded_data() { addDevicesWithDrivers(); }
    void aDecodedTokenIsOneSubmissionOfWhatWasRecorded() {
        QFETCH(QByteArray, device);
        if (device.isEmpty()) {
            QSKIP("no device but the CPU");
        }
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        Sequence sequence(*model);
        const std::vector<TokenId> tokens = someTokens(300);
        QVERIFY(sequence.extend(std::span(tokens).first(4)).has_value());
        const auto decode = [&]() -> Result<StepCosts> {
            const StepCosts before = *model->stepCosts();
            const auto next = std::span(tokens).subspan(sequence.tokens().size(), 1);
            PHIDELITY_CHECK(sequence.extend(next));
            return *model->stepCosts() - before;
        };
        for (int warmUp = 0; warmUp < 8; ++warmUp) {
            QVERIFY(decode().has_value());
        }
        // Over page borders all the way; commands are recorded anew when the context outgrows a
        // power of two of attention's parts.
        std::uint64_t recorded = 0;
        std::optional<StepCosts> usual;
        while (sequence.tokens().size() < tokens.size()) {
            REQUIRE_VALUE(const StepCosts costs, decode());
            QCOMPARE(costs.steps, 1U);
            QCOMPARE(costs.layers, std::uint64_t{model->shape().layers});
            QVERIFY(costs.dispatches <= 5 * costs.layers);
            QVERIFY(costs.barriers <= 3 * costs.layers);
            QCOMPARE(costs.allocations, 0U);
            QCOMPARE(costs.descriptorUpdates, 0U);
            QCOMPARE(costs.pipelines, 0U);
            recorded += costs.recordings;
            if (costs.recordings == 0) {
                usual = costs;
                QCOMPARE(costs.submits, 1U);
            }
        }
        QVERIFY(usual.has_value());
        QVERIFY2(recorded <= 2, qPrintable(QString::number(recorded)));
    }

    void aRepeatedPromptAsksForNothingNew_data() { addDevicesWithDrivers(); }
    void aRepeatedPromptAsksForNothingNew() {
        QFETCH(QByteArray, device);
        if (device.isEmpty()) {
            QSKIP("no device but the CPU");
        }
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        for (const TokenId salt : {1U, 2U, 3U}) {
            const StepCosts before = *model->stepCosts();
            Sequence sequence(*model);
            QVERIFY(sequence.extend(someTokens(30, salt)).has_value());
            const StepCosts costs = *model->stepCosts() - before;
            if (salt == 3) {
                QCOMPARE(costs.allocations + costs.descriptorUpdates + costs.pipelines +
                             costs.recordings,
                         0U);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestStepCosts)
#include "test_step_costs.moc"
