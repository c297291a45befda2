// SPDX-License-Identifier: MIT
#include <QtTest>

#include <QElapsedTimer>
#include <QFile>

#include <malloc.h>
#include <unistd.h>

#include "driver_shim.h"
#include "model_on.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

/// Memory of this process that is in RAM, bytes.
double residentBytes() {
    malloc_trim(0);
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) {
        return 0;
    }
    return file.readAll().split(' ').value(1).toDouble() *
           static_cast<double>(sysconf(_SC_PAGESIZE));
}

} // namespace

class TestCycles : public QObject {
    Q_OBJECT

    FoundDevice m_device;

    /// Load, one token, unload.
    void cycle(int times) {
        vulkan::VulkanOptions options;
        options.device.intercept = [](VolkDeviceTable& table) {
            DriverShim::get().intercept(table);
        };
        for (int i = 0; i < times; ++i) {
            const auto model = tinyOnDevice(m_device, options);
            QVERIFY2(model, model ? "" : model.error().detail.c_str());
            Sequence sequence(**model);
            QVERIFY(sequence.extend(someTokens(1)));
        }
    }

    /// Bytes that a cycle leaves behind, after `warm` cycles, over `cycles` more.
    double leakOfCycle(int warm, int cycles) {
        cycle(warm);
        const double before = residentBytes();
        QElapsedTimer timer;
        timer.start();
        cycle(cycles);
        const double after = residentBytes();
        qInfo("%.1f MB after %d cycles, %.1f MB after %d; %.1f ms a cycle", before / 1e6, warm,
              after / 1e6, warm + cycles, static_cast<double>(timer.elapsed()) / cycles);
        return (after - before) / cycles;
    }

private slots:
    void init() {
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
        DriverShim::get().reset();
    }

    /// Pipelines are made on threads that come and go. With an arena each, what stays resident says
    /// more of the allocator than of us.
    void initTestCase() { QVERIFY(mallopt(M_ARENA_MAX, 1) == 1); }

    /// All that is ours, and all of the driver but its compiler, which would take minutes.
    void aThousandLoadsAndUnloadsLeaveMemoryFlat() {
        DriverShim::get().setShaders(Shaders::Hollow);
        QVERIFY(leakOfCycle(100, 900) < 1000);
        QVERIFY(DriverShim::get().leftBehind().empty());
    }

    void compiledShadersLeaveMemoryFlat() {
        const double leak = leakOfCycle(10, 30);
        // Mesa 25's compiler keeps about 26 kB a cycle for itself; one lost buffer of ours is more.
        QVERIFY2(leak < 50'000, qPrintable(QString::number(leak)));
    }
};

QTEST_GUILESS_MAIN(TestCycles)
#include "test_cycles.moc"
