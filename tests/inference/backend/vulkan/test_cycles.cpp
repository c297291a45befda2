// SPDX-License-Identifier: MIT
#include <QtTest>

#include <QElapsedTimer>

#include <malloc.h>

#include "driver_shim.h"
#include "model_on.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

/// Bytes of the heap that are allocated. Not what is in RAM: that says as much of the gaps between
/// them, which come and go with the order in which compiling threads free; it was seen to grow by
/// 8 MB within ten cycles and to shrink again.
double heapBytes() {
    malloc_trim(0); // joins what was freed and stands apart
    const struct mallinfo2 heap = mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
}

} // namespace

class TestCycles : public QObject {
    Q_OBJECT

    FoundDevice m_device;

    /// Load, one token, unload. Nothing that the driver gave is left.
    void cycle(int times) {
        vulkan::VulkanOptions options;
        options.device.intercept = [](VolkDeviceTable& table) {
            DriverShim::get().intercept(table);
        };
        for (int i = 0; i < times; ++i) {
            {
                const auto model = tinyOnDevice(m_device, options);
                QVERIFY2(model, model ? "" : model.error().detail.c_str());
                Sequence sequence(**model);
                QVERIFY(sequence.extend(someTokens(1)));
            }
            for (const std::string& kind : DriverShim::get().leftBehind()) {
                QFAIL(qPrintable("left behind: " + QString::fromStdString(kind)));
            }
        }
    }

    /// Bytes by which one cycle more makes the heap larger, after `warm` cycles, over `cycles`.
    double growthOfCycle(int warm, int cycles) {
        cycle(warm);
        const double before = heapBytes();
        QElapsedTimer timer;
        timer.start();
        cycle(cycles);
        const double growth = (heapBytes() - before) / cycles;
        qInfo("%.1f MB after %d cycles, then %.0f bytes a cycle over %d more; %.1f ms a cycle",
              before / 1e6, warm, growth, cycles, static_cast<double>(timer.elapsed()) / cycles);
        return growth;
    }

private slots:
    void init() {
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
        DriverShim::get().reset();
    }

    /// All that is ours, and all of the driver but its compiler, which would take minutes. The
    /// limit is below the smallest thing of ours that a load could lose, a recording; Mesa keeps
    /// 50 bytes a cycle (22) or 260 (25).
    void aThousandLoadsAndUnloadsLeaveMemoryFlat() {
        DriverShim::get().setShaders(Shaders::Hollow);
        const double growth = growthOfCycle(100, 900);
        QVERIFY2(growth < 1000, qPrintable(QString::number(growth)));
    }

    /// Whatever is compiled goes with its pipelines, and that none of these is left is counted. The
    /// limit is for what compilers keep to themselves: 400 bytes a cycle (Mesa 22) or 3,200 (25).
    void compiledShadersLeaveMemoryFlat() {
        const double growth = growthOfCycle(10, 30);
        QVERIFY2(growth < 10'000, qPrintable(QString::number(growth)));
    }
};

QTEST_GUILESS_MAIN(TestCycles)
#include "test_cycles.moc"
