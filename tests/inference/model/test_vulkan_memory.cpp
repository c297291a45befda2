// SPDX-License-Identifier: MIT
// What loading takes of a Vulkan device, counted where the driver gives it.
#include <QtTest>

#include <QTemporaryDir>

#include <algorithm>
#include <map>
#include <vector>

#include "inference/backend/vulkan/vulkan_backend.h"
#include "inference/model/memory_plan.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

/// Memory that the device gave and did not get back. Vulkan takes plain functions, so it is one for
/// the process.
struct Ledger {
    PFN_vkAllocateMemory allocate = nullptr;
    PFN_vkFreeMemory free = nullptr;
    std::map<VkDeviceMemory, std::uint64_t> held;
    std::uint64_t bytes = 0;
    std::uint64_t peak = 0;
};
Ledger ledger;

VKAPI_ATTR VkResult VKAPI_CALL countedAllocate(VkDevice device, const VkMemoryAllocateInfo* info,
                                               const VkAllocationCallbacks* callbacks,
                                               VkDeviceMemory* memory) {
    const VkResult result = ledger.allocate(device, info, callbacks, memory);
    if (result == VK_SUCCESS) {
        ledger.held[*memory] = info->allocationSize;
        ledger.bytes += info->allocationSize;
        ledger.peak = std::max(ledger.peak, ledger.bytes);
    }
    return result;
}

VKAPI_ATTR void VKAPI_CALL countedFree(VkDevice device, VkDeviceMemory memory,
                                       const VkAllocationCallbacks* callbacks) {
    if (const auto found = ledger.held.find(memory); found != ledger.held.end()) {
        ledger.bytes -= found->second;
        ledger.held.erase(found);
    }
    ledger.free(device, memory, callbacks);
}

void intercept(VolkDeviceTable& table) {
    ledger = {};
    ledger.allocate = table.vkAllocateMemory;
    ledger.free = table.vkFreeMemory;
    table.vkAllocateMemory = countedAllocate;
    table.vkFreeMemory = countedFree;
}

} // namespace

class TestVulkanMemory : public QObject {
    Q_OBJECT

    std::shared_ptr<vulkan::Instance> m_instance;
    QTemporaryDir m_cache; ///< shaders are compiled once

    Result<std::unique_ptr<Backend>> open(std::uint64_t bindingLimit, vulkan::Uploads uploads) {
        vulkan::VulkanOptions options;
        options.device.intercept = intercept;
        options.device.uploads = uploads;
        options.cacheFolder = m_cache.path().toStdString();
        options.bindingLimit = bindingLimit;
        return vulkan::createVulkanBackend(m_instance, m_instance->devices().front(), options);
    }

private slots:
    void initTestCase() {
        auto instance = vulkan::Instance::open();
        if (!instance) {
            QSKIP(instance.error().detail.c_str());
        }
        m_instance = *instance;
        if (!m_instance->devices().front().refused.empty()) {
            QSKIP(m_instance->devices().front().refused.c_str());
        }
    }

    void whatIsPlannedIsWhatIsTaken_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("uploads");
        QTest::addColumn<quint64>("bindingLimit");
        QTest::addColumn<quint32>("context");
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::Q8_0}) {
            for (const quint64 limit : {quint64{0}, quint64{100'000}}) {
                for (const quint32 context : {33U, 256U}) {
                    const auto uploads =
                        context == 33 ? vulkan::Uploads::Staged : vulkan::Uploads::Auto;
                    QTest::addRow("%s, bindings of %d, context %d", tensorTypeName(type).data(),
                                  static_cast<int>(limit), static_cast<int>(context))
                        << static_cast<int>(type) << static_cast<int>(uploads) << limit << context;
                }
            }
        }
    }
    void whatIsPlannedIsWhatIsTaken() {
        QFETCH(int, type);
        QFETCH(int, uploads);
        QFETCH(quint64, bindingLimit);
        QFETCH(quint32, context);
        ModelShape shape = tinyShape();
        shape.context = 256;
        const auto checkpoint =
            std::make_shared<MemoryCheckpoint>(shape, static_cast<TensorType>(type));
        REQUIRE_VALUE(auto backend, open(bindingLimit, static_cast<vulkan::Uploads>(uploads)));
        QCOMPARE(ledger.bytes, std::uint64_t{0});
        REQUIRE_VALUE(const MemoryPlan plan,
                      planMemory(*checkpoint, *backend, context, std::uint64_t{1} << 40));
        QCOMPARE(ledger.bytes, std::uint64_t{0});

        LoadOptions options;
        options.context = context;
        REQUIRE_VALUE(auto model, Model::load(checkpoint, std::move(backend), options));
        QVERIFY2(ledger.bytes >= plan.bytes.weights + plan.bytes.cache,
                 "weights and cache are taken by the load");
        {
            Sequence sequence(*model);
            REQUIRE_VALUE(const auto logits, sequence.extend(someTokens(20)));
            QCOMPARE(logits.size(), std::size_t{shape.vocabulary});
            // Both ways to end a step: with all logits, and with the largest of them.
            const TopRequest wish{1, MemoryCheckpoint::kTokens};
            QVERIFY(sequence.extendToNext(someTokens(1), wish).has_value());
        }
        QCOMPARE(ledger.bytes, plan.bytes.weights + plan.bytes.cache + plan.bytes.scratch);
        QVERIFY(ledger.peak <= plan.bytes.total() + plan.bytes.staging);
        model.reset();
        QCOMPARE(ledger.bytes, std::uint64_t{0});
    }

    void progressRisesSmoothlyToOne() {
        std::vector<double> told;
        LoadOptions options;
        options.progress = [&told](double fraction) { told.push_back(fraction); };
        REQUIRE_VALUE(auto backend, open(0, vulkan::Uploads::Staged));
        REQUIRE_VALUE(const auto model, Model::load(std::make_shared<MemoryCheckpoint>(tinyShape()),
                                                    std::move(backend), options));
        QVERIFY(std::ranges::is_sorted(told));
        QCOMPARE(told.back(), 1.0);
        // No step is larger than the largest matrix.
        double before = 0;
        for (const double fraction : told) {
            QVERIFY2(fraction - before < 0.25, qPrintable(QString::number(fraction - before)));
            before = fraction;
        }
    }

    void aLoadThatIsStoppedGivesEverythingBack() {
        for (const auto uploads : {vulkan::Uploads::Staged, vulkan::Uploads::Auto}) {
            StopFlag stop = false;
            double last = 0;
            LoadOptions options;
            options.stop = &stop;
            options.progress = [&](double fraction) {
                last = fraction;
                stop = fraction > 0.4;
            };
            REQUIRE_VALUE(auto backend, open(0, uploads));
            const auto model = Model::load(std::make_shared<MemoryCheckpoint>(tinyShape()),
                                           std::move(backend), options);
            QVERIFY(!model.has_value());
            QCOMPARE(model.error().detail, std::string("stopped"));
            QVERIFY(last > 0.4 && last < 1);
            QVERIFY(ledger.peak > 0);
            QCOMPARE(ledger.bytes, std::uint64_t{0});
        }
    }

    void aSoftwareDriverHasTheMemoryOfTheMachine() {
        for (const vulkan::PhysicalDevice& device : m_instance->devices()) {
            if (device.isSoftware) {
                REQUIRE_VALUE(const auto cpu, createBackend("cpu"));
                QCOMPARE(device.info.memory, cpu->device().memory);
                QVERIFY(vulkan::memoryAvailable(device) <= device.info.memory);
                return;
            }
        }
        QSKIP("no software driver is installed");
    }
};

QTEST_GUILESS_MAIN(TestVulkanMemory)
#include "test_vulkan_memory.moc"
