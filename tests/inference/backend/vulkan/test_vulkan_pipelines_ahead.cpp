// SPDX-License-Identifier: MIT
#include <QtTest>

#include <atomic>
#include <memory>
#include <thread>

#include "model_on.h"
#include "require_value.h"
#include "vulkan_device_for_tests.h"

using namespace phidelity;
using namespace phidelity::test;
using vulkan::VulkanOptions;

namespace {

PFN_vkCreateComputePipelines realCreate = nullptr;
std::thread::id mainThread;
std::atomic<int> madeHere = 0;
std::atomic<int> madeElsewhere = 0;
std::atomic<bool> failing = false;

VKAPI_ATTR VkResult VKAPI_CALL countedCreate(VkDevice device, VkPipelineCache cache,
                                             std::uint32_t count,
                                             const VkComputePipelineCreateInfo* infos,
                                             const VkAllocationCallbacks* allocator,
                                             VkPipeline* pipelines) {
    ++(std::this_thread::get_id() == mainThread ? madeHere : madeElsewhere);
    return failing ? VK_ERROR_OUT_OF_DEVICE_MEMORY
                   : realCreate(device, cache, count, infos, allocator, pipelines);
}

Result<std::unique_ptr<Model>> countedModel(TensorType type) {
    mainThread = std::this_thread::get_id();
    madeHere = 0;
    madeElsewhere = 0;
    VulkanOptions options;
    options.device.intercept = [](VolkDeviceTable& table) {
        realCreate = table.vkCreateComputePipelines;
        table.vkCreateComputePipelines = countedCreate;
    };
    PHIDELITY_TRY(auto backend, vulkanBackend(options));
    return Model::load(std::make_shared<MemoryCheckpoint>(tinyShape(), type), std::move(backend));
}

} // namespace

class TestVulkanPipelinesAhead : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_VULKAN(); }
    void init() { failing = false; }

    void aPromptAndItsAnswerFindTheirPipelinesMade_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("F16") << static_cast<int>(TensorType::F16);
        QTest::newRow("Q4_0") << static_cast<int>(TensorType::Q4_0);
    }

    void aPromptAndItsAnswerFindTheirPipelinesMade() {
        QFETCH(int, type);
        REQUIRE_VALUE(const auto model, countedModel(static_cast<TensorType>(type)));
        Sequence sequence(*model);
        QVERIFY(sequence.extend(someTokens(16)).has_value());
        for (const TokenId token : {1U, 2U, 3U}) {
            QVERIFY(sequence.extend(std::span(&token, 1)).has_value());
        }
        QVERIFY(madeElsewhere > 0);
        QCOMPARE(madeHere.load(), 0);
    }

    void aModelThatIsNeverRunGoesAway() {
        REQUIRE_VALUE(auto model, countedModel(TensorType::F16));
        model.reset();
    }

    void failuresShowInTheFirstStepAndOnlyThere() {
        failing = true;
        REQUIRE_VALUE(const auto model, countedModel(TensorType::F16));
        Sequence sequence(*model);
        REQUIRE_ERROR(sequence.extend(someTokens(16)), ErrorCode::OutOfMemory);
        QVERIFY(sequence.tokens().empty());
        failing = false;
        QVERIFY(sequence.extend(someTokens(16)).has_value());
    }
};

QTEST_GUILESS_MAIN(TestVulkanPipelinesAhead)
#include "test_vulkan_pipelines_ahead.moc"
