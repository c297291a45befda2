// SPDX-License-Identifier: MIT
#include <QtTest>

#include <algorithm>

#include "inference/backend/choose.h"
#include "inference/backend/cpu/cpu_info.h"

using namespace phidelity;

class TestChoose : public QObject {
    Q_OBJECT

private slots:
    void theCpuIsAlwaysUsable() {
        const std::vector<DeviceChoice> devices = listDevices();
        const auto cpu = std::ranges::find_if(
            devices, [](const DeviceChoice& device) { return device.info.id == "cpu"; });
        QVERIFY(cpu != devices.end());
        QVERIFY(cpu->usable);
        QVERIFY(cpu->info.threads >= 1);
        QVERIFY(cpu->info.memory > 0);
        QVERIFY(!cpu->info.name.empty());
    }

    void devicesThatCannotBeUsedSayWhy() {
        for (const DeviceChoice& device : listDevices()) {
            QVERIFY(!device.reason.empty());
        }
    }

    void autoTellsWhyTheOthersWereNotChosen() {
        const auto chosen = chooseBackend("auto");
        QVERIFY(chosen.has_value());
        for (const DeviceChoice& device : listDevices()) {
            const std::string& named =
                device.info.id == chosen->backend->device().id ? device.info.name : device.info.id;
            QVERIFY2(chosen->reason.find(named) != std::string::npos, chosen->reason.c_str());
        }
        QVERIFY(chosen->reason.starts_with("Chosen automatically: "));
    }

    void autoTakesTheFirstThatCanBeUsed() {
        DeviceChoice refused;
        refused.info.id = "vulkan:0";
        refused.info.name = "Old GPU";
        refused.reason = "its driver is too old";
        DeviceChoice good;
        good.info.id = "cpu";
        good.info.name = "Some CPU";
        good.usable = true;
        good.reason = "works everywhere";
        const DeviceChoice devices[] = {refused, good};
        const AutoChoice choice = explainAuto(devices);
        QCOMPARE(choice.id, std::string("cpu"));
        QCOMPARE(choice.reason, std::string("Some CPU, works everywhere. Old GPU (vulkan:0): its "
                                            "driver is too old."));
    }

    void autoNeverPrefersASoftwareDriverToTheProcessor() {
        const std::vector<DeviceChoice> devices = listDevices();
        const auto taken = std::ranges::find_if(devices, &DeviceChoice::usable);
        QVERIFY(taken->info.kind != DeviceKind::Software);
        QCOMPARE(explainAuto(devices).id, taken->info.id);
    }

    void threadsAreAsManyAsAskedFor() {
        const auto three = createBackend("cpu", 3);
        QVERIFY(three.has_value());
        QCOMPARE((*three)->device().threads, 3U);
        QVERIFY((*three)->device().name.find("3 threads") != std::string::npos);
        const auto own = createBackend("cpu");
        QVERIFY(own.has_value());
        QCOMPARE((*own)->device().threads, defaultThreads());
    }

    void thePlainLoopsAreADeviceOfTheirOwn() {
        const auto plain = createBackend("cpu:obvious", 8);
        QVERIFY(plain.has_value());
        QCOMPARE((*plain)->device().id, std::string("cpu:obvious"));
        QCOMPARE((*plain)->device().threads, 1U);
    }

    void whatIsNotThereIsRefusedWithAnAdvice_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<int>("code");
        for (const char* spec : {"vulkan:99", "cuda:99"}) {
            QTest::newRow(spec) << QByteArray(spec) << static_cast<int>(ErrorCode::NoDevice);
        }
        for (const char* spec : {"", "gpu", "cpu:", "cpu:1", "vulkan:", "vulkan:x", "cuda:-1"}) {
            QTest::newRow(spec) << QByteArray(spec) << static_cast<int>(ErrorCode::BadArgument);
        }
    }
    void whatIsNotThereIsRefusedWithAnAdvice() {
        QFETCH(QByteArray, spec);
        QFETCH(int, code);
        const auto backend = createBackend(spec.toStdString());
        QVERIFY(!backend.has_value());
        QCOMPARE(static_cast<int>(backend.error().code), code);
        QVERIFY(backend.error().detail.find("cpu") != std::string::npos);
    }

    void tooManyThreadsAreRefused() {
        const auto backend = createBackend("cpu", 1025);
        QVERIFY(!backend.has_value());
        QCOMPARE(backend.error().code, ErrorCode::BadArgument);
    }

    void memoryThatIsAvailableIsPartOfWhatIsThere() {
        QVERIFY(availableMemory() > 0);
        QVERIFY(availableMemory() <= physicalMemory());
    }
};

QTEST_GUILESS_MAIN(TestChoose)
#include "test_choose.moc"
