// SPDX-License-Identifier: MIT
#include <QtTest>

#include <initializer_list>
#include <vector>

#include "inference/backend/vulkan/memory_types.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;
using namespace phidelity::vulkan;

namespace {

constexpr VkMemoryPropertyFlags kDevice = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kHost =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
constexpr std::uint32_t kAll = ~0U;

VkPhysicalDeviceMemoryProperties typesOf(std::initializer_list<VkMemoryPropertyFlags> flags) {
    VkPhysicalDeviceMemoryProperties memory{};
    for (const VkMemoryPropertyFlags each : flags) {
        memory.memoryTypes[memory.memoryTypeCount++].propertyFlags = each;
    }
    return memory;
}

using Types = std::vector<std::uint32_t>;

} // namespace

/// Which memory a buffer may take, and how large it may be.
class TestVulkanMemoryLimits : public QObject {
    Q_OBJECT

private slots:
    void uploadsFallBackToMemoryOfTheHost() {
        // A GPU with a window of 256 MiB into its memory: type 3.
        const auto memory = typesOf({kDevice, kHost, kHost | kCached, kDevice | kHost});
        QCOMPARE(memoryTypesFor(MemoryUse::Upload, kAll, memory), (Types{3, 1, 2}));
    }

    void whatIsReadBackIsCachedIfItCan() {
        const auto memory = typesOf({kDevice, kHost, kHost | kCached});
        QCOMPARE(memoryTypesFor(MemoryUse::Readback, kAll, memory), (Types{2, 1}));
    }

    void whatTheDeviceReadsNeverSlipsIntoSlowerMemory() {
        const auto memory = typesOf({kHost, kDevice, kDevice | kHost});
        QCOMPARE(memoryTypesFor(MemoryUse::Device, kAll, memory), (Types{1}));
    }

    void onlyTypesThatTheBufferCanTakeAreNamed() {
        const auto memory = typesOf({kDevice, kHost, kHost | kCached, kDevice | kHost});
        QCOMPARE(memoryTypesFor(MemoryUse::Upload, 0b0101, memory), (Types{2}));
        QCOMPARE(memoryTypesFor(MemoryUse::Upload, 0b0001, memory), Types{});
        QCOMPARE(memoryTypesFor(MemoryUse::Device, 0b0110, memory), (Types{1}));
    }

    void aCacheThatShadersCannotSeeWholeIsRefused() {
        const FoundDevice device = findDevice();
        if (!device.missing.empty()) {
            QSKIP(device.missing.c_str());
        }
        const auto backend = createVulkanBackend(device.instance, device.physical);
        QVERIFY2(backend, backend ? "" : backend.error().detail.c_str());
        AttentionShape shape;
        shape.heads = 32;
        shape.headSize = 80;
        shape.rotary = 32;
        shape.layers = 1;
        shape.context = 64;
        const std::uint64_t page = (*backend)->pageBytes(shape);
        const std::uint64_t most = device.physical.properties.limits.maxStorageBufferRange;
        const auto made =
            (*backend)->createCache(shape, static_cast<std::uint32_t>(most / page + 1));
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::Unsupported);
        QVERIFY((*backend)->createCache(shape, 2));
    }
};

QTEST_GUILESS_MAIN(TestVulkanMemoryLimits)
#include "test_vulkan_memory_limits.moc"
