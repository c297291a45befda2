// SPDX-License-Identifier: MIT
#include <QtTest>

#include "memory_checkpoint.h"
#include "random_deeds.h"
#include "require_value.h"
#include "vulkan_device_for_tests.h"

using namespace phidelity;
using namespace phidelity::test;
using namespace phidelity::vulkan;

/// What test_replay.cpp shows of the kernels that suit this machine's device, for those of GPUs.
class VulkanReplayTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_VULKAN(); }

    void kernelsOfGpusComputeAScheduleAgainToTheBit_data() {
        QTest::addColumn<ManyRows>("manyRows");
        QTest::newRow("blocks") << ManyRows::Blocks;
        QTest::newRow("tiles") << ManyRows::Tiles;
        QTest::newRow("tiles of halves") << ManyRows::HalfTiles;
        QTest::newRow("matrix cores") << ManyRows::Matrices;
    }
    void kernelsOfGpusComputeAScheduleAgainToTheBit() {
        QFETCH(ManyRows, manyRows);
        if (!canRun(vulkanDevice().physical, manyRows)) {
            QSKIP("the device lacks what these kernels need");
        }
        VulkanOptions options;
        options.kernels = KernelsOf::Gpus;
        options.reads = ReadPath::Buffers;
        options.manyRows = manyRows;
        REQUIRE_VALUE(auto backend, vulkanBackend(options));
        ModelShape shape = tinyShape();
        shape.context = kDeedsContext;
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(shape);
        REQUIRE_VALUE(const auto model, Model::load(checkpoint, std::move(backend)));
        std::mt19937 random(3);
        std::vector<Sequence> sequences;
        sequences.emplace_back(*model);
        for (int deed = 1; deed <= 8; ++deed) {
            if (const auto done = randomDeed(random, sequences); !done) {
                QFAIL(done.error().detail.c_str());
            }
            if (deed % 4 == 0) {
                for (const Sequence& sequence : sequences) {
                    REQUIRE_VALUE(const Twins twins, compareWithReplay(*model, sequence));
                    QVERIFY2(sameBits(twins.found, twins.expected),
                             qPrintable(QStringLiteral("after %1 deeds").arg(deed)));
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(VulkanReplayTest)
#include "test_vulkan_replay.moc"
