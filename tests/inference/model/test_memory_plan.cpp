// SPDX-License-Identifier: MIT
#include <QtTest>

#include "inference/model/device_fit.h"
#include "inference/model/memory_plan.h"
#include "inference/model/page_pool.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

class TestMemoryPlan : public QObject {
    Q_OBJECT

    std::unique_ptr<Backend> m_backend;
    std::shared_ptr<MemoryCheckpoint> m_checkpoint;

    [[nodiscard]] MemoryPlan plan(std::uint32_t context, std::uint64_t available) const {
        auto planned = planMemory(*m_checkpoint, *m_backend, context, available);
        if (!planned) {
            qFatal("%s", planned.error().detail.c_str());
        }
        return std::move(*planned);
    }
    /// Bytes that one full sequence takes with everything else.
    [[nodiscard]] std::uint64_t needed(std::uint32_t context) const {
        const MemoryPlan none = plan(context, 0);
        return none.missing;
    }

private slots:
    void init() {
        REQUIRE_VALUE(m_backend, createBackend("cpu", 1));
        ModelShape shape = tinyShape();
        shape.context = 256;
        m_checkpoint = std::make_shared<MemoryCheckpoint>(shape, TensorType::Q8_0);
    }

    void thereIsRoomForOneToFourFullSequences() {
        const std::uint32_t one = pagesFor(160);
        const std::uint64_t bytes = needed(160);
        QCOMPARE(plan(160, std::uint64_t{1} << 40).load.pages, 4 * one);
        QCOMPARE(plan(160, bytes).load.pages, one);
        const std::uint64_t page = plan(160, bytes).bytes.cache / one;
        QCOMPARE(plan(160, bytes + 5 * page + 1).load.pages, one); // half of ten pages
        QCOMPARE(plan(160, bytes + 11 * page).load.pages, 8U);     // half of sixteen
    }

    void oneByteTooFewIsMissing() {
        const MemoryPlan short1 = plan(160, needed(160) - 1);
        QVERIFY(!short1.fits());
        QCOMPARE(short1.missing, std::uint64_t{1});
        QVERIFY(plan(160, needed(160)).fits());
    }

    void whatIsOfferedInsteadFits() {
        const MemoryPlan tight = plan(256, needed(256) - 1);
        QVERIFY(tight.fittingContext > 0);
        QVERIFY(tight.fittingContext < 256);
        QVERIFY(plan(tight.fittingContext, tight.available).fits());
        QVERIFY(tight.fittingType.has_value());
        const auto smaller =
            std::make_shared<MemoryCheckpoint>(m_checkpoint->shape(), *tight.fittingType);
        REQUIRE_VALUE(const auto other, planMemory(*smaller, *m_backend, 256, tight.available));
        QVERIFY(other.fits());
    }

    void nothingIsOfferedWhereNothingFits() {
        const MemoryPlan none = plan(256, 100);
        QCOMPARE(none.fittingContext, 0U);
        QVERIFY(!none.fittingType.has_value());
        QVERIFY(describeShortfall(none).find("it fits") == std::string::npos);
    }

    void theShortfallIsToldInNumbers() {
        MemoryPlan tight = plan(256, needed(256) - 1);
        tight.fittingContext = 128;
        tight.fittingType = TensorType::Q4_0;
        const QByteArray text = QByteArray::fromStdString(describeShortfall(tight));
        QVERIFY2(text.contains("256 positions"), text);
        QVERIFY2(text.contains("are missing"), text);
        QVERIFY2(text.endsWith("it fits with a context of 128, or a file of type Q4_0"), text);
    }

    void aModelThatDoesNotFitIsNotLoaded() {
        // Far more than any machine has: 2^31 positions of 64 layers.
        ModelShape shape = tinyShape();
        shape.context = 1U << 31;
        const auto endless = std::make_shared<MemoryCheckpoint>(shape);
        REQUIRE_ERROR(modelOn("cpu", endless), ErrorCode::OutOfMemory);
    }

    void sizesAreGivenAsPeopleReadThem_data() {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("small") << quint64{4096} << QByteArray("4 KB");
        QTest::newRow("middle") << quint64{23'400'000} << QByteArray("23 MB");
        QTest::newRow("large") << quint64{1'602'000'000} << QByteArray("1.60 GB");
        QTest::newRow("huge") << quint64{150'300'000'000} << QByteArray("150 GB");
    }
    void sizesAreGivenAsPeopleReadThem() {
        QFETCH(quint64, bytes);
        QFETCH(QByteArray, text);
        QCOMPARE(QByteArray::fromStdString(formatBytes(bytes)), text);
    }

    void theBestTypeThatFitsIsFound() {
        REQUIRE_VALUE(const ModelShape phi2, shapeByName("phi-2"));
        QCOMPARE(bestFittingType(phi2, 2048, 8'000'000'000), TensorType::F16);
        QCOMPARE(bestFittingType(phi2, 2048, 4'200'000'000), TensorType::Q8_0);
        QVERIFY(!bestFittingType(phi2, 2048, 1'000'000'000).has_value());
    }

    void whatADeviceHasRoomForIsToldInWords() {
        DeviceInfo device;
        device.memory = 80'000'000'000;
        QCOMPARE(describeFit(device), std::string("Phi-2 up to F16 with its whole context"));
        device.memoryFree = 4'200'000'000; // what is free counts where it is known
        QCOMPARE(describeFit(device), std::string("Phi-2 up to Q8_0 with its whole context"));
        device.memoryFree = 1'700'000'000;
        QVERIFY(describeFit(device).starts_with("Phi-1 and Phi-1.5 up to "));
        device.memoryFree = 100'000'000;
        QCOMPARE(describeFit(device), std::string("only the demo model and others as small"));
    }
};

QTEST_GUILESS_MAIN(TestMemoryPlan)
#include "test_memory_plan.moc"
