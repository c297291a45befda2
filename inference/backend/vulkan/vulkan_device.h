// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "inference/backend/vulkan/memory_types.h"
#include "inference/backend/vulkan/vulkan_instance.h"

namespace phidelity::vulkan {

class Device;

/// A buffer with memory of its own. Moves; frees itself; dies before its device.
class Buffer {
public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer();

    [[nodiscard]] VkBuffer handle() const { return m_buffer; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    /// What the host sees of it; null where it cannot. Coherent: no flush is needed.
    [[nodiscard]] std::byte* mapped() const { return m_mapped; }
    template <class T>
    [[nodiscard]] std::span<T> as() const {
        return {reinterpret_cast<T*>(m_mapped), m_bytes / sizeof(T)};
    }

private:
    friend class Device;
    Device* m_device = nullptr;
    VkBuffer m_buffer = VK_NULL_HANDLE;
    VkDeviceMemory m_memory = VK_NULL_HANDLE;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_taken = 0; ///< of the memory that DeviceOptions limits, bytes
    std::byte* m_mapped = nullptr;
};

/// How data comes to the device.
enum class Uploads {
    Auto,   ///< written in place where the host sees device memory at full speed
    Staged, ///< always copied by the device, as on a GPU with memory of its own
};

struct DeviceOptions {
    /// Sees the table of device functions before the first is called and may replace entries: how
    /// tests let a driver fail.
    std::function<void(VolkDeviceTable&)> intercept;
    /// A submission that takes longer is taken for one that never ends, ms; 0: what suits the
    /// device. Software drivers are given minutes: they compile a shader when it first runs, on the
    /// cores that everything else of a busy machine wants, too.
    std::uint64_t waitLimitMs = 0;
    Uploads uploads = Uploads::Auto;
    /// Bytes that may be taken for what the device alone reads, to try small ones; 0: what there
    /// is.
    std::uint64_t memoryLimit = 0;
};

/// What a step or a load cost in calls, counted by the device.
struct CallCounts {
    std::uint64_t submits = 0;
    std::uint64_t allocations = 0;       ///< buffers and memory
    std::uint64_t descriptorUpdates = 0; ///< sets written
    std::uint64_t recordings = 0;        ///< command buffers recorded
};

/// One logical device with one compute queue. Every call's result is checked; after a lost device
/// or a submission that never ends all later calls fail with DeviceLost and do not reach the
/// driver. One thread at a time, but for pipeline creation.
class Device {
public:
    /// DeviceLost, OutOfMemory.
    static Result<std::unique_ptr<Device>> create(std::shared_ptr<Instance> instance,
                                                  const PhysicalDevice& physical,
                                                  const DeviceOptions& options = {});
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    [[nodiscard]] const PhysicalDevice& physical() const { return m_physical; }
    [[nodiscard]] const VkPhysicalDeviceLimits& limits() const {
        return m_physical.properties.limits;
    }
    [[nodiscard]] VkDevice handle() const { return m_device; }
    [[nodiscard]] const VolkDeviceTable& vk() const { return m_vk; }
    [[nodiscard]] VkCommandPool commandPool() const { return m_commandPool; }
    /// Highest size of one allocation, bytes.
    [[nodiscard]] std::uint64_t maxAllocation() const { return m_maxAllocation; }
    /// Whether the host can write device memory at full speed, so that uploads need no staging.
    [[nodiscard]] bool sharesMemory() const { return m_sharesMemory; }
    [[nodiscard]] CallCounts& counts() { return m_counts; }
    [[nodiscard]] const CallCounts& counts() const { return m_counts; }

    /// A storage and transfer buffer (Device ones can be texel buffers too) with anything in it.
    /// OutOfMemory with the size.
    Result<Buffer> createBuffer(std::uint64_t bytes, MemoryUse use);

    /// Bytes that can still be taken: see vulkan::memoryAvailable.
    [[nodiscard]] std::uint64_t memoryAvailable() const;
    /// Bytes of memory that createBuffer takes for a buffer: what the driver rounds up included.
    Result<std::uint64_t> allocationBytes(std::uint64_t bytes, MemoryUse use);

    /// DeviceLost once the device was lost: then no function of it may be called but those that
    /// destroy, and nothing of it is running any more. Any thread.
    [[nodiscard]] Result<void> usable() const;
    /// Result of a call as check() gives it; a lost device is remembered. Any thread.
    Result<void> checked(VkResult result, std::string_view call);

    /// Copies bytes into a buffer, through another one where the host cannot see it, and waits.
    Result<void> write(const Buffer& target, std::uint64_t offset, std::span<const std::byte> data);
    /// Fills a buffer with zeros, and waits.
    Result<void> clear(const Buffer& target);
    /// Records with `record` and runs that once, and waits.
    Result<void> runOnce(const std::function<void(VkCommandBuffer)>& record);

    /// Submits and waits until all is done. DeviceLost also where it does not end within the limit.
    Result<void> run(std::span<const VkCommandBuffer> commands);
    /// Submits without waiting; `fence`, which nobody waits for, is signalled at the end.
    Result<void> submit(std::span<const VkCommandBuffer> commands, VkFence fence);
    /// Waits for a submission. DeviceLost also where it does not end within the limit.
    Result<void> wait(VkFence fence);
    Result<VkFence> createFence();
    void destroyFence(VkFence fence);

    Result<VkCommandBuffer> allocateCommands();
    void freeCommands(std::span<const VkCommandBuffer> commands);

private:
    friend class Buffer;
    Device(std::shared_ptr<Instance> instance, const PhysicalDevice& physical,
           const DeviceOptions& options);
    Result<void> initialise();
    void giveUp(VkFence fence);
    void findMemoryTypes();
    Result<void> allocate(Buffer& buffer, const VkMemoryRequirements& needs, MemoryUse use);
    void free(Buffer& buffer);

    std::shared_ptr<Instance> m_instance;
    PhysicalDevice m_physical;
    DeviceOptions m_options;
    VolkDeviceTable m_vk{};
    VkDevice m_device = VK_NULL_HANDLE;
    VkQueue m_queue = VK_NULL_HANDLE;
    VkCommandPool m_commandPool = VK_NULL_HANDLE;
    VkFence m_fence = VK_NULL_HANDLE;
    VkPhysicalDeviceMemoryProperties m_memory{};
    std::uint64_t m_maxAllocation = 0;
    std::uint64_t m_taken = 0; ///< by buffers, bytes
    bool m_sharesMemory = false;
    /// vkDeviceWaitIdle uses the queue as vkQueueSubmit does, and no two threads may at once
    /// (Vulkan 1.3, "Host access to all VkQueue objects created from device must be externally
    /// synchronized").
    mutable std::mutex m_queueMutex;
    std::atomic<bool> m_lost = false; ///< set under m_queueMutex, for good
    CallCounts m_counts;
};

} // namespace phidelity::vulkan
