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
            if (!device.usable) {
                QVERIFY(chosen->reason.find(device.info.id) != std::string::npos);
            }
        }
        QVERIFY(chosen->reason.find(chosen->backend->device().id) != std::string::npos);
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
