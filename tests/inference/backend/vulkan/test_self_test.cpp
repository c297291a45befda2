// SPDX-License-Identifier: MIT
#include <QtTest>

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <algorithm>

#include "driver_shim.h"
#include "inference/backend/choose.h"
#include "inference/backend/self_test.h"
#include "inference/backend/vulkan/self_test_record.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;
using namespace phidelity::vulkan;

class TestSelfTest : public QObject {
    Q_OBJECT

    FoundDevice m_device;
    QTemporaryDir m_pipelines;

    static VulkanOptions optionsIn(const QTemporaryDir& folder) {
        VulkanOptions options;
        options.device.intercept = [](VolkDeviceTable& table) {
            DriverShim::get().intercept(table);
        };
        options.topPicks = TopPicks::Device;
        options.cacheFolder = folder.path().toStdString();
        return options;
    }

    Result<void> tryDevice() {
        PHIDELITY_TRY(const auto backend, createVulkanBackend(m_device.instance, m_device.physical,
                                                              optionsIn(m_pipelines)));
        return selfTest(*backend);
    }

private slots:
    void initTestCase() {
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
    }

    void init() { DriverShim::get().reset(); }

    void aWorkingDevicePasses() {
        QVERIFY(tryDevice());
        QElapsedTimer timer;
        timer.start();
        const auto tested = tryDevice();
        qInfo("with compiled shaders at hand: %lld ms", timer.elapsed());
        QVERIFY2(tested, tested ? "" : tested.error().detail.c_str());
    }

    void theCpuPassesToo() {
        const auto backend = createBackend("cpu", 1);
        const auto tested = selfTest(**backend);
        QVERIFY2(tested, tested ? "" : tested.error().detail.c_str());
    }

    void whateverIsLeftOutIsNoticed() {
        QVERIFY(tryDevice());
        const std::uint64_t all = DriverShim::get().calls()["vkCmdDispatch"];
        // Embed and head; up; query, key, value, attend and merge; weight types; picks.
        std::vector<std::uint64_t> dispatches = {1, 2, 10, 27, 28, 29, 30, 31, all - 1, all};
        for (std::uint64_t call = 58; call < all; call += 31) {
            dispatches.push_back(call);
        }
        for (const std::uint64_t call : dispatches) {
            DriverShim::get().reset();
            DriverShim::get().add({"vkCmdDispatch", call, VK_SUCCESS, Strikes::Once});
            const auto tested = tryDevice();
            QCOMPARE(DriverShim::get().struck(), 1U);
            QVERIFY2(!tested, qPrintable(QString::number(call)));
            QCOMPARE(tested.error().code, ErrorCode::NoDevice);
            QVERIFY2(tested.error().detail.starts_with("self-test: "),
                     tested.error().detail.c_str());
        }
    }

    void aPassIsRememberedSoThatOneStartPaysForIt() {
        const QTemporaryDir folder;
        const VulkanOptions options = optionsIn(folder);
        QVERIFY(createTestedBackend(m_device.instance, m_device.physical, options));
        QVERIFY(DriverShim::get().calls()["vkQueueSubmit"] > 0);
        DriverShim::get().reset();
        QVERIFY(createTestedBackend(m_device.instance, m_device.physical, options));
        QCOMPARE(DriverShim::get().calls()["vkQueueSubmit"], 0U);
        // Another driver is another device.
        PhysicalDevice updated = m_device.physical;
        ++updated.properties.driverVersion;
        QCOMPARE(readSelfTest(options.cacheFolder, updated).verdict, Verdict::Unknown);
    }

    void whereNothingCanBeWrittenTheProcessRemembers() {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const std::filesystem::path below = file.fileName().toStdString() + "/cache";
        QCOMPARE(readSelfTest(below, m_device.physical).verdict, Verdict::Unknown);
        writeSelfTest(below, m_device.physical, {Verdict::Passed, {}});
        QCOMPARE(readSelfTest(below, m_device.physical).verdict, Verdict::Passed);
    }

    void aDamagedRecordIsIgnored() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeSelfTest(path, m_device.physical, {Verdict::Failed, "nothing works"});
        QCOMPARE(readSelfTest(path, m_device.physical).reason, std::string("nothing works"));
        const QStringList files = QDir(folder.path()).entryList(QDir::Files);
        QCOMPARE(files.size(), 1);
        QFile file(folder.filePath(files.first()));
        QVERIFY(file.resize(file.size() - 1));
        QCOMPARE(readSelfTest(path, m_device.physical).verdict, Verdict::Unknown);
    }

    void aTestThatWasCutShortIsNotRemembered() {
        const QTemporaryDir folder;
        DriverShim::get().failNext("vkQueueSubmit", VK_ERROR_DEVICE_LOST);
        const auto opened =
            createTestedBackend(m_device.instance, m_device.physical, optionsIn(folder));
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::DeviceLost);
        QCOMPARE(readSelfTest(folder.path().toStdString(), m_device.physical).verdict,
                 Verdict::Unknown);
    }

    void aDeviceThatComputesWronglyIsQuarantinedAndSaidSo() {
        const QTemporaryDir home;
        qputenv("XDG_CACHE_HOME", home.path().toLocal8Bit());
        VulkanOptions options = optionsIn(home);
        options.cacheFolder = std::filesystem::path(home.path().toStdString()) / "phidelity";
        DriverShim::get().setShaders(Shaders::Hollow);
        const auto opened = createTestedBackend(m_device.instance, m_device.physical, options);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::NoDevice);
        DriverShim::get().reset();

        const std::string id = m_device.physical.info.id;
        const auto devices = listDevices();
        const auto listed = std::ranges::find_if(
            devices, [&](const DeviceChoice& choice) { return choice.info.id == id; });
        QVERIFY(listed != devices.end());
        QVERIFY(!listed->usable);
        QVERIFY2(listed->reason.find("computes wrongly") != std::string::npos,
                 listed->reason.c_str());
        const auto chosen = chooseBackend(id);
        QVERIFY(!chosen);
        QCOMPARE(chosen.error().code, ErrorCode::NoDevice);
        const auto best = chooseBackend("auto", 1);
        QVERIFY(best);
        QVERIFY2(best->reason.find("computes wrongly") != std::string::npos, best->reason.c_str());
        qunsetenv("XDG_CACHE_HOME");
    }
};

QTEST_GUILESS_MAIN(TestSelfTest)
#include "test_self_test.moc"
