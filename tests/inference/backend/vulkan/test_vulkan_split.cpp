// SPDX-License-Identifier: MIT
// A model that a Vulkan device shares with the CPU: what fits, what it costs, what may fail.
#include <QtTest>

#include <QTemporaryDir>

#include <algorithm>

#include "driver_shim.h"
#include "inference/backend/cpu/cpu_backend.h"
#include "inference/backend/split_backend.h"
#include "inference/model/load_plan.h"
#include "inference/model/memory_plan.h"
#include "inference/model/page_pool.h"
#include "model_on.h"
#include "require_value.h"
#include "vulkan_device_for_tests.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr std::uint32_t kLayers = 3;
constexpr std::uint32_t kContext = 128;

/// Every part of it takes more than the rows that two backends pass to each other.
std::shared_ptr<MemoryCheckpoint> smallCheckpoint() {
    ModelShape shape = tinyShape();
    shape.layers = kLayers;
    shape.context = kContext;
    shape.heads = 4;
    shape.headSize = 64;
    shape.width = 256;
    shape.hidden = 1024;
    shape.vocabulary = 1056;
    return std::make_shared<MemoryCheckpoint>(shape, TensorType::F32, 5);
}

} // namespace

class TestVulkanSplit : public QObject {
    Q_OBJECT

    QTemporaryDir m_cache; ///< shaders are compiled once
    std::shared_ptr<MemoryCheckpoint> m_checkpoint = smallCheckpoint();

    [[nodiscard]] vulkan::VulkanOptions options(std::uint64_t memoryLimit = 0) const {
        vulkan::VulkanOptions options;
        options.device.memoryLimit = memoryLimit;
        options.cacheFolder = m_cache.path().toStdString();
        return options;
    }

    /// Bytes that so many parts take of the device, with the cache of one full sequence.
    [[nodiscard]] Result<std::uint64_t> bytesOf(std::uint32_t parts) const {
        PHIDELITY_TRY(const auto backend, vulkanBackend(options()));
        const LoadPlan whole = loadPlan(*m_checkpoint, kContext, pagesFor(kContext));
        PHIDELITY_TRY(const LoadBytes bytes,
                      backend->bytesFor(parts == partCount(kLayers)
                                            ? whole
                                            : devicePlan(whole, {kLayers, parts})));
        return bytes.total();
    }

    [[nodiscard]] Result<std::unique_ptr<Model>> load(std::unique_ptr<Backend> backend) const {
        return Model::load(m_checkpoint, std::move(backend));
    }
    [[nodiscard]] Result<std::unique_ptr<Model>> loadParts(std::uint32_t parts,
                                                           vulkan::VulkanOptions options) const {
        PHIDELITY_TRY(auto device, vulkanBackend(options));
        PHIDELITY_TRY(auto cpu, createCpuBackend({CpuKernels::Fast, 2}));
        return load(createSplitBackend(std::move(device), std::move(cpu), {kLayers, parts}));
    }

private slots:
    void initTestCase() { REQUIRE_VULKAN(); }
    void init() { DriverShim::get().reset(); }

    void asManyLayersGoThereAsFitToTheByte_data() {
        QTest::addColumn<quint32>("parts");
        for (std::uint32_t parts = 1; parts <= partCount(kLayers); ++parts) {
            QTest::addRow("%u parts", parts) << parts;
        }
    }
    void asManyLayersGoThereAsFitToTheByte() {
        QFETCH(quint32, parts);
        REQUIRE_VALUE(const std::uint64_t bytes, bytesOf(parts));
        for (const std::uint64_t missing : {0U, 1U}) {
            REQUIRE_VALUE(auto device, vulkanBackend(options(bytes - missing)));
            QCOMPARE(device->memoryAvailable(), bytes - missing);
            REQUIRE_VALUE(
                const std::uint32_t fitting,
                partsThatFit(*m_checkpoint, *device, kContext, device->memoryAvailable()));
            QCOMPARE(fitting, parts - missing);
            // And it is enough: a device that gives no byte more loads it and computes.
            REQUIRE_VALUE(auto shared, shareModel(std::move(device), *m_checkpoint,
                                                  {DeviceShare::Kind::AsFits}, 0, 2));
            REQUIRE_VALUE(const auto model, load(std::move(shared)));
            Sequence sequence(*model);
            REQUIRE_VALUE(const auto logits, sequence.extend(someTokens(20)));
            QCOMPARE(logits.size(), std::size_t{m_checkpoint->shape().vocabulary});
        }
    }

    void whereNotEvenOneLayerFitsTheCpuDoesAll() {
        REQUIRE_VALUE(auto device, vulkanBackend(options(1000)));
        REQUIRE_VALUE(const auto shared,
                      shareModel(std::move(device), *m_checkpoint, {DeviceShare::Kind::AsFits}));
        QCOMPARE(shared->device().id, std::string("cpu"));
    }

    void whatIsOfferedInPlaceOfAllIsWhatFits() {
        REQUIRE_VALUE(const std::uint64_t all, bytesOf(partCount(kLayers)));
        REQUIRE_VALUE(const std::uint64_t two, bytesOf(2));
        REQUIRE_VALUE(auto device, vulkanBackend(options(all - 1)));
        REQUIRE_VALUE(const MemoryPlan plan,
                      planMemory(*m_checkpoint, *device, kContext, two + two / 30));
        QVERIFY(!plan.fits());
        QCOMPARE(plan.fittingLayers, 2U);
        QVERIFY(describeShortfall(plan).find("2 of its layers there and the rest on the CPU") !=
                std::string::npos);
    }

    void aTokenIsOneSubmissionAndNothingElse() {
        for (std::uint32_t parts = 1; parts < partCount(kLayers); ++parts) {
            REQUIRE_VALUE(const auto model, loadParts(parts, options()));
            Sequence sequence(*model);
            // The first few are also measured, one command buffer after the other.
            const std::vector<TokenId> tokens = someTokens(14);
            StepCosts costs;
            for (const TokenId& token : tokens) {
                const StepCosts before = *model->stepCosts();
                QVERIFY(sequence.extend(std::span(&token, 1)).has_value());
                costs = *model->stepCosts() - before;
                QCOMPARE(costs.layers, std::uint64_t{std::min(parts, kLayers)});
            }
            QCOMPARE(costs.submits, 1U);
            QCOMPARE(costs.allocations + costs.descriptorUpdates + costs.pipelines, 0U);
            QCOMPARE(costs.recordings, 0U);
        }
    }

    void theDevicePicksTheLargestLogitsOnlyWhereItHasTheHead() {
        vulkan::VulkanOptions picking = options();
        picking.topPicks = vulkan::TopPicks::Device;
        const TopRequest wish{4, MemoryCheckpoint::kTokens};
        REQUIRE_VALUE(const auto withHead, loadParts(kLayers + 1, picking));
        Sequence first(*withHead);
        REQUIRE_VALUE(const NextLogits picked, first.extendToNext(someTokens(9), wish));
        QVERIFY(picked.top.has_value() && picked.all.empty());
        REQUIRE_VALUE(const auto without, loadParts(kLayers, picking));
        Sequence second(*without);
        REQUIRE_VALUE(const NextLogits all, second.extendToNext(someTokens(9), wish));
        QVERIFY(!all.top.has_value());
        QCOMPARE(all.all.size(), std::size_t{m_checkpoint->shape().vocabulary});
        const auto largest = std::ranges::max_element(all.all.first(MemoryCheckpoint::kTokens));
        QCOMPARE(picked.top->best.front().id, static_cast<TokenId>(largest - all.all.begin()));
    }

    void aFailedSubmissionIsAnErrorOfTheStep_data() {
        QTest::addColumn<QByteArray>("function");
        QTest::addColumn<int>("result");
        for (const char* function : {"vkQueueSubmit", "vkBeginCommandBuffer"}) {
            for (const VkResult result : {VK_ERROR_DEVICE_LOST, VK_ERROR_OUT_OF_DEVICE_MEMORY}) {
                QTest::addRow("%s: %s", function, vulkan::resultName(result).c_str())
                    << QByteArray(function) << static_cast<int>(result);
            }
        }
    }
    void aFailedSubmissionIsAnErrorOfTheStep() {
        QFETCH(QByteArray, function);
        QFETCH(int, result);
        const bool memory = result == VK_ERROR_OUT_OF_DEVICE_MEMORY;
        const DeviceShare share{DeviceShare::Kind::Layers, 1};
        vulkan::VulkanOptions shimmed = options();
        shimmed.device.intercept = [](VolkDeviceTable& table) {
            DriverShim::get().intercept(table);
        };
        std::vector<std::vector<float>> expected;
        {
            Journey whole(vulkanDevice(), shimmed, share);
            QVERIFY(whole.runAll().has_value());
            expected = whole.logits();
        }
        for (int stage = 1; stage < Journey::kStages; ++stage) {
            DriverShim::get().reset();
            Journey journey(vulkanDevice(), shimmed, share);
            for (int before = 0; before < stage; ++before) {
                QVERIFY(journey.run(before).has_value());
            }
            DriverShim::get().failNext(function.toStdString(), static_cast<VkResult>(result));
            const auto failed = journey.run(stage);
            if (failed) { // what was recorded before is not recorded again
                QVERIFY(function == "vkBeginCommandBuffer");
                continue;
            }
            QCOMPARE(failed.error().code, memory ? ErrorCode::OutOfMemory : ErrorCode::DeviceLost);
            DriverShim::get().heal();
            const auto again = journey.run(stage);
            QCOMPARE(again.has_value(), memory);
            if (memory) {
                QCOMPARE(journey.logits().back(), expected.at(static_cast<std::size_t>(stage - 1)));
            }
            const auto violations = DriverShim::get().violations();
            QVERIFY2(violations.empty(), violations.empty() ? "" : violations.front().c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestVulkanSplit)
#include "test_vulkan_split.moc"
