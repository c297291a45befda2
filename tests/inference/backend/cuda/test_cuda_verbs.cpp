// SPDX-License-Identifier: MIT
#include <QtTest>

#include "emulated_device.h"
#include "inference/backend/cuda/cuda_backend.h"
#include "inference/backend/self_test.h"

using namespace phidelity;
using namespace phidelity::cuda;

class TestCudaVerbs : public QObject {
    Q_OBJECT

private slots:
    void everyVerbAndTypePassesTheSelfTest_data() {
        QTest::addColumn<BlockOrder>("order");
        QTest::newRow("blocks in order") << BlockOrder::Forward;
        QTest::newRow("blocks backwards") << BlockOrder::Backward;
    }
    void everyVerbAndTypePassesTheSelfTest() {
        QFETCH(BlockOrder, order);
        const auto backend = createCudaBackend(createEmulatedDevice(order), nullptr);
        const Result<void> tested = selfTest(*backend);
        QVERIFY2(tested, tested ? "" : tested.error().detail.c_str());
    }
};

QTEST_GUILESS_MAIN(TestCudaVerbs)
#include "test_cuda_verbs.moc"
