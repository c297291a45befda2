// SPDX-License-Identifier: MIT
#include <QtTest>

#include <QDir>
#include <QTemporaryDir>

#include <cstring>
#include <functional>
#include <memory>

#include "inference/backend/vulkan/pipeline_cache_file.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;
using namespace phidelity::vulkan;

namespace {

std::vector<std::byte> someData() {
    std::vector<std::byte> data(5000);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::byte>(i * 7 % 251);
    }
    return data;
}

} // namespace

class TestPipelineCache : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_file;

    [[nodiscard]] std::filesystem::path file() const { return m_file.toStdString(); }
    QByteArray bytes() const {
        QFile stored(m_file);
        return stored.open(QIODevice::ReadOnly) ? stored.readAll() : QByteArray();
    }
    void setBytes(const QByteArray& bytes) const {
        QFile stored(m_file);
        QVERIFY(stored.open(QIODevice::WriteOnly));
        QCOMPARE(stored.write(bytes), bytes.size());
    }
    QStringList files() const {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden);
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_file = m_folder->filePath(QStringLiteral("pipelines.bin"));
    }

    void whatWasWrittenIsReadBack() {
        QVERIFY(readPipelineCache(file()).empty());
        QVERIFY(writePipelineCache(file(), someData()));
        QVERIFY(readPipelineCache(file()) == someData());
        QCOMPARE(files().size(), 1); // nothing beside it stays
    }

    void anotherDriverOrDeviceHasAnotherFile() {
        const PhysicalDevice device;
        PhysicalDevice driver = device;
        driver.properties.driverVersion = 1;
        PhysicalDevice model = device;
        model.properties.deviceID = 1;
        PhysicalDevice cache = device;
        cache.properties.pipelineCacheUUID[0] = 1;
        for (const PhysicalDevice& other : {driver, model, cache}) {
            QVERIFY(pipelineCacheName(other) != pipelineCacheName(device));
        }
    }

    void whatIsDamagedOrForeignIsIgnored_data() {
        QTest::addColumn<QByteArray>("stored");
        QVERIFY(writePipelineCache(file(), someData()));
        const QByteArray good = bytes();
        QVERIFY(good.size() > 5000);
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("header cut") << good.left(40);
        QTest::newRow("data cut") << good.left(good.size() - 1);
        QTest::newRow("foreign") << QByteArray(good.size(), 'x');
        QByteArray flipped = good;
        flipped[good.size() - 100] = static_cast<char>(flipped[good.size() - 100] ^ 4);
        QTest::newRow("one bit flipped") << flipped;
        QByteArray vast = good;
        std::memset(vast.data() + 8, 0x7F, 8); // the length
        QTest::newRow("length beyond reason") << vast;
        QByteArray hash = good;
        hash[20] = hash[20] == 'a' ? 'b' : 'a';
        QTest::newRow("hash changed") << hash;
    }
    void whatIsDamagedOrForeignIsIgnored() {
        QFETCH(QByteArray, stored);
        setBytes(stored);
        QVERIFY(readPipelineCache(file()).empty());
        QVERIFY(writePipelineCache(file(), someData()));
        QVERIFY(readPipelineCache(file()) == someData());
    }

    void whatCannotBeReplacedStaysAsItWas() {
        QVERIFY(QDir().mkdir(m_file)); // a folder where the file should be
        QVERIFY(!writePipelineCache(file(), someData()));
        QVERIFY(QDir(m_file).exists());
        QCOMPARE(files().size(), 0);
    }

    void aSessionReplacesADamagedFile() {
        const FoundDevice device = findDevice();
        if (!device.missing.empty()) {
            QSKIP(device.missing.c_str());
        }
        m_file = m_folder->filePath(QString::fromStdString(pipelineCacheName(device.physical)));
        setBytes("not a cache at all");
        VulkanOptions options;
        options.cacheFolder = m_folder->path().toStdString();
        const auto done = Journey(device, options).runAll();
        QVERIFY2(done, done ? "" : done.error().detail.c_str());
        QVERIFY(!readPipelineCache(file()).empty());
        QCOMPARE(files().size(), 1);
    }

    void aFolderThatCannotBeWrittenIsNoError() {
        const FoundDevice device = findDevice();
        if (!device.missing.empty()) {
            QSKIP(device.missing.c_str());
        }
        setBytes("a file is no folder");
        VulkanOptions options;
        options.cacheFolder = file() / "below";
        const auto done = Journey(device, options).runAll();
        QVERIFY2(done, done ? "" : done.error().detail.c_str());
        QCOMPARE(bytes(), QByteArray("a file is no folder"));
    }
};

QTEST_GUILESS_MAIN(TestPipelineCache)
#include "test_pipeline_cache.moc"
