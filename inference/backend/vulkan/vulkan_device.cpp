// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/vulkan_device.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "inference/backend/vulkan/shader_features.h"

namespace phidelity::vulkan {
namespace {

constexpr std::uint64_t kWaitLimitMs = 30'000;
constexpr std::uint64_t kSoftwareWaitLimitMs = 600'000;

/// A submission that never ended, with what it may still use.
struct Abandoned {
    std::shared_ptr<Instance> instance;
    VkDevice device = VK_NULL_HANDLE;
    VkFence fence = VK_NULL_HANDLE;
    PFN_vkWaitForFences wait = nullptr; ///< of the driver itself
};

/// How long the end of the process waits for those, ns.
constexpr std::uint64_t kLastWait = 2'000'000'000;

/// Kept to the end of the process. Its exit takes the driver's code and data from under whatever
/// still runs: late submissions, such as those that waited for a slow compiler, are given a last
/// chance to end before it.
void keepForever(Abandoned abandoned) {
    static std::mutex mutex;
    static auto* const kept = new std::vector<Abandoned>;
    const std::lock_guard lock(mutex);
    if (kept->empty()) {
        std::atexit([] {
            for (const Abandoned& one : *kept) {
                one.wait(one.device, 1, &one.fence, VK_TRUE, kLastWait);
            }
        });
    }
    kept->push_back(std::move(abandoned));
}

VkBufferCreateInfo bufferInfo(std::uint64_t bytes, MemoryUse use) {
    auto info = make<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
    info.size = bytes;
    info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT;
    if (use == MemoryUse::Device) {
        info.usage |= VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT;
    }
    return info;
}

} // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : m_device(std::exchange(other.m_device, nullptr)),
      m_buffer(std::exchange(other.m_buffer, VkBuffer{})),
      m_memory(std::exchange(other.m_memory, VkDeviceMemory{})),
      m_bytes(std::exchange(other.m_bytes, 0)), m_taken(std::exchange(other.m_taken, 0)),
      m_mapped(std::exchange(other.m_mapped, nullptr)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this != &other) {
        if (m_device != nullptr) {
            m_device->free(*this);
        }
        m_device = std::exchange(other.m_device, nullptr);
        m_buffer = std::exchange(other.m_buffer, VkBuffer{});
        m_memory = std::exchange(other.m_memory, VkDeviceMemory{});
        m_bytes = std::exchange(other.m_bytes, 0);
        m_taken = std::exchange(other.m_taken, 0);
        m_mapped = std::exchange(other.m_mapped, nullptr);
    }
    return *this;
}

Buffer::~Buffer() {
    if (m_device != nullptr) {
        m_device->free(*this);
    }
}

Result<std::unique_ptr<Device>> Device::create(std::shared_ptr<Instance> instance,
                                               const PhysicalDevice& physical,
                                               const DeviceOptions& options) {
    std::unique_ptr<Device> device(new Device(std::move(instance), physical, options));
    PHIDELITY_CHECK(device->initialise());
    return device;
}

Device::Device(std::shared_ptr<Instance> instance, const PhysicalDevice& physical,
               const DeviceOptions& options)
    : m_instance(std::move(instance)), m_physical(physical), m_options(options) {
    if (m_options.waitLimitMs == 0) {
        m_options.waitLimitMs = physical.isSoftware ? kSoftwareWaitLimitMs : kWaitLimitMs;
    }
}

Device::~Device() {
    if (m_device == VK_NULL_HANDLE) {
        return;
    }
    if (!m_lost) {
        m_vk.vkDeviceWaitIdle(m_device);
    }
    destroyFence(m_fence);
    if (m_commandPool != VK_NULL_HANDLE) {
        m_vk.vkDestroyCommandPool(m_device, m_commandPool, nullptr);
    }
    m_vk.vkDestroyDevice(m_device, nullptr);
}

Result<void> Device::initialise() {
    const float priority = 1.0F;
    auto queue = make<VkDeviceQueueCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
    queue.queueFamilyIndex = m_physical.queueFamily;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    auto info = make<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    std::vector<const char*> extensions;
    if (m_physical.hasMemoryBudget) {
        extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    }
    ShaderFeatures features(m_physical);
    features.addTo(info, extensions);
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    PHIDELITY_CHECK(
        check(vkCreateDevice(m_physical.handle, &info, nullptr, &m_device), "vkCreateDevice"));
    volkLoadDeviceTable(&m_vk, m_device);
    if (m_options.intercept) {
        m_options.intercept(m_vk);
    }
    m_vk.vkGetDeviceQueue(m_device, m_physical.queueFamily, 0, &m_queue);

    auto pool = make<VkCommandPoolCreateInfo>(VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
    pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
    pool.queueFamilyIndex = m_physical.queueFamily;
    PHIDELITY_CHECK(checked(m_vk.vkCreateCommandPool(m_device, &pool, nullptr, &m_commandPool),
                            "vkCreateCommandPool"));
    PHIDELITY_TRY(m_fence, createFence());
    findMemoryTypes();
    return {};
}

void Device::findMemoryTypes() {
    vkGetPhysicalDeviceMemoryProperties(m_physical.handle, &m_memory);
    auto three = make<VkPhysicalDeviceMaintenance3Properties>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES);
    auto all =
        make<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &three);
    vkGetPhysicalDeviceProperties2(m_physical.handle, &all);
    m_maxAllocation = three.maxMemoryAllocationSize;

    const bool unified = m_physical.info.kind == DeviceKind::IntegratedGpu ||
                         m_physical.info.kind == DeviceKind::Software;
    constexpr VkMemoryPropertyFlags kHost =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    const std::vector<std::uint32_t> types = memoryTypesFor(MemoryUse::Device, ~0U, m_memory);
    m_sharesMemory = m_options.uploads == Uploads::Auto && unified && !types.empty() &&
                     (m_memory.memoryTypes[types.front()].propertyFlags & kHost) == kHost;
}

Result<void> Device::usable() const {
    if (m_lost) {
        const std::lock_guard lock(m_queueMutex); // whoever saw it first may still be waiting
        return fail(ErrorCode::DeviceLost, "device: expected it to answer, found it lost before");
    }
    return {};
}

/// A submission never ended and may still use what it was given: to free that could crash, to wait
/// for it could last for ever. So nothing of this device is destroyed any more. Pipelines may still
/// be made meanwhile: those who make them destroy nothing.
void Device::giveUp(VkFence fence) {
    {
        const std::lock_guard lock(m_queueMutex);
        m_lost = true;
    }
    keepForever(
        {m_instance, m_device, fence,
         reinterpret_cast<PFN_vkWaitForFences>(vkGetDeviceProcAddr(m_device, "vkWaitForFences"))});
    const auto nothing = [](auto...) {};
    m_vk.vkDestroyBuffer = nothing;
    m_vk.vkDestroyBufferView = nothing;
    m_vk.vkDestroyCommandPool = nothing;
    m_vk.vkDestroyDescriptorPool = nothing;
    m_vk.vkDestroyDescriptorSetLayout = nothing;
    m_vk.vkDestroyDevice = nothing;
    m_vk.vkDestroyFence = nothing;
    m_vk.vkDestroyPipeline = nothing;
    m_vk.vkDestroyPipelineCache = nothing;
    m_vk.vkDestroyPipelineLayout = nothing;
    m_vk.vkDestroyShaderModule = nothing;
    m_vk.vkFreeCommandBuffers = nothing;
    m_vk.vkFreeMemory = nothing;
}

/// Pipelines are made on other threads: theirs may be the first call that sees the loss.
Result<void> Device::checked(VkResult result, std::string_view call) {
    auto checkedResult = check(result, call);
    if (!checkedResult && checkedResult.error().code == ErrorCode::DeviceLost) {
        const std::lock_guard lock(m_queueMutex);
        if (!m_lost.exchange(true)) {
            // Nothing may be freed that still runs. Of a lost device this takes finite time.
            m_vk.vkDeviceWaitIdle(m_device);
        }
    }
    return checkedResult;
}

Result<Buffer> Device::createBuffer(std::uint64_t bytes, MemoryUse use) {
    PHIDELITY_CHECK(usable());
    ++m_counts.allocations;
    Buffer buffer;
    buffer.m_device = this;
    buffer.m_bytes = bytes;
    const VkBufferCreateInfo info = bufferInfo(bytes, use);
    const auto outOfMemory = [bytes](Error error) {
        error.detail =
            "device memory: no room for " + std::to_string(bytes) + " bytes (" + error.detail + ")";
        return tl::unexpected<Error>(std::move(error));
    };
    if (auto made = checked(m_vk.vkCreateBuffer(m_device, &info, nullptr, &buffer.m_buffer),
                            "vkCreateBuffer");
        !made) {
        return outOfMemory(std::move(made).error());
    }
    VkMemoryRequirements needs{};
    m_vk.vkGetBufferMemoryRequirements(m_device, buffer.m_buffer, &needs);
    if (use == MemoryUse::Device && m_options.memoryLimit > 0) {
        if (needs.size > m_options.memoryLimit - m_taken) {
            return outOfMemory({ErrorCode::OutOfMemory, "the limit that was asked for"});
        }
        buffer.m_taken = needs.size;
        m_taken += needs.size;
    }
    if (auto made = allocate(buffer, needs, use); !made) {
        return outOfMemory(std::move(made).error());
    }
    PHIDELITY_CHECK(checked(m_vk.vkBindBufferMemory(m_device, buffer.m_buffer, buffer.m_memory, 0),
                            "vkBindBufferMemory"));
    if (use != MemoryUse::Device || m_sharesMemory) {
        void* mapped = nullptr;
        PHIDELITY_CHECK(
            checked(m_vk.vkMapMemory(m_device, buffer.m_memory, 0, VK_WHOLE_SIZE, 0, &mapped),
                    "vkMapMemory"));
        buffer.m_mapped = static_cast<std::byte*>(mapped);
    }
    return buffer;
}

/// Of what the host reads or writes another type may have room where the best has not.
Result<void> Device::allocate(Buffer& buffer, const VkMemoryRequirements& needs, MemoryUse use) {
    auto memory = make<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
    memory.allocationSize = needs.size;
    Result<void> made =
        fail(ErrorCode::OutOfMemory, "expected a type that the host can map, found none");
    for (const std::uint32_t type : memoryTypesFor(use, needs.memoryTypeBits, m_memory)) {
        memory.memoryTypeIndex = type;
        made = checked(m_vk.vkAllocateMemory(m_device, &memory, nullptr, &buffer.m_memory),
                       "vkAllocateMemory");
        if (made || made.error().code != ErrorCode::OutOfMemory) {
            return made;
        }
    }
    return made;
}

std::uint64_t Device::memoryAvailable() const {
    const std::uint64_t available = vulkan::memoryAvailable(m_physical);
    return m_options.memoryLimit == 0 ? available
                                      : std::min(available, m_options.memoryLimit - m_taken);
}

Result<std::uint64_t> Device::allocationBytes(std::uint64_t bytes, MemoryUse use) {
    PHIDELITY_CHECK(usable());
    const VkBufferCreateInfo info = bufferInfo(bytes, use);
    VkBuffer buffer = VK_NULL_HANDLE;
    PHIDELITY_CHECK(
        checked(m_vk.vkCreateBuffer(m_device, &info, nullptr, &buffer), "vkCreateBuffer"));
    VkMemoryRequirements needs{};
    m_vk.vkGetBufferMemoryRequirements(m_device, buffer, &needs);
    m_vk.vkDestroyBuffer(m_device, buffer, nullptr);
    return needs.size;
}

void Device::free(Buffer& buffer) {
    if (buffer.m_buffer != VK_NULL_HANDLE) {
        m_vk.vkDestroyBuffer(m_device, buffer.m_buffer, nullptr);
    }
    if (buffer.m_memory != VK_NULL_HANDLE) {
        m_vk.vkFreeMemory(m_device, buffer.m_memory, nullptr);
    }
    m_taken -= buffer.m_taken;
    buffer.m_device = nullptr;
}

Result<void> Device::runOnce(const std::function<void(VkCommandBuffer)>& record) {
    PHIDELITY_TRY(const VkCommandBuffer commands, allocateCommands());
    auto begin = make<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    auto result = checked(m_vk.vkBeginCommandBuffer(commands, &begin), "vkBeginCommandBuffer");
    if (result) {
        record(commands);
        // A fence makes what was written available, not visible to later submissions.
        auto barrier = make<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
        barrier.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT;
        barrier.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
        m_vk.vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                                  VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &barrier, 0, nullptr, 0,
                                  nullptr);
        result = checked(m_vk.vkEndCommandBuffer(commands), "vkEndCommandBuffer");
    }
    if (result) {
        result = run({&commands, 1});
    }
    freeCommands({&commands, 1});
    return result;
}

Result<void> Device::write(const Buffer& target, std::uint64_t offset,
                           std::span<const std::byte> data) {
    PHIDELITY_CHECK(usable());
    if (target.mapped() != nullptr) {
        std::memcpy(target.mapped() + offset, data.data(), data.size());
        return {};
    }
    PHIDELITY_TRY(const Buffer staging, createBuffer(data.size(), MemoryUse::Upload));
    std::memcpy(staging.mapped(), data.data(), data.size());
    return runOnce([&](VkCommandBuffer commands) {
        const VkBufferCopy copy{0, offset, data.size()};
        m_vk.vkCmdCopyBuffer(commands, staging.handle(), target.handle(), 1, &copy);
    });
}

Result<void> Device::clear(const Buffer& target) {
    return runOnce([&](VkCommandBuffer commands) {
        m_vk.vkCmdFillBuffer(commands, target.handle(), 0, VK_WHOLE_SIZE, 0);
    });
}

Result<void> Device::run(std::span<const VkCommandBuffer> commands) {
    PHIDELITY_CHECK(submit(commands, m_fence));
    return wait(m_fence);
}

Result<void> Device::submit(std::span<const VkCommandBuffer> commands, VkFence fence) {
    PHIDELITY_CHECK(usable());
    // Before, not after the wait: a failure must leave nothing running.
    PHIDELITY_CHECK(checked(m_vk.vkResetFences(m_device, 1, &fence), "vkResetFences"));
    ++m_counts.submits;
    auto info = make<VkSubmitInfo>(VK_STRUCTURE_TYPE_SUBMIT_INFO);
    info.commandBufferCount = static_cast<std::uint32_t>(commands.size());
    info.pCommandBuffers = commands.data();
    const VkResult submitted = [&] {
        const std::lock_guard lock(m_queueMutex);
        return m_lost ? VK_ERROR_DEVICE_LOST : m_vk.vkQueueSubmit(m_queue, 1, &info, fence);
    }();
    return checked(submitted, "vkQueueSubmit");
}

Result<void> Device::wait(VkFence fence) {
    PHIDELITY_CHECK(usable());
    const auto waitOnce = [&] {
        return m_vk.vkWaitForFences(m_device, 1, &fence, VK_TRUE,
                                    m_options.waitLimitMs * 1'000'000);
    };
    VkResult waited = waitOnce();
    if (waited != VK_SUCCESS && waited != VK_TIMEOUT && waited != VK_ERROR_DEVICE_LOST) {
        waited = waitOnce(); // a lack of memory may pass; what was submitted is still running
    }
    if (waited == VK_TIMEOUT) {
        giveUp(fence);
        return fail(ErrorCode::DeviceLost, "device: expected a submission to end within " +
                                               std::to_string(m_options.waitLimitMs) +
                                               " ms, found it still running");
    }
    auto result = checked(waited, "vkWaitForFences");
    if (!result && !m_lost) {
        giveUp(fence);
    }
    return result;
}

Result<VkFence> Device::createFence() {
    PHIDELITY_CHECK(usable());
    const auto info = make<VkFenceCreateInfo>(VK_STRUCTURE_TYPE_FENCE_CREATE_INFO);
    VkFence fence = VK_NULL_HANDLE;
    PHIDELITY_CHECK(checked(m_vk.vkCreateFence(m_device, &info, nullptr, &fence), "vkCreateFence"));
    return fence;
}

void Device::destroyFence(VkFence fence) {
    if (fence != VK_NULL_HANDLE) {
        m_vk.vkDestroyFence(m_device, fence, nullptr);
    }
}

Result<VkCommandBuffer> Device::allocateCommands() {
    PHIDELITY_CHECK(usable());
    auto info = make<VkCommandBufferAllocateInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
    info.commandPool = m_commandPool;
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    info.commandBufferCount = 1;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    PHIDELITY_CHECK(checked(m_vk.vkAllocateCommandBuffers(m_device, &info, &commands),
                            "vkAllocateCommandBuffers"));
    return commands;
}

void Device::freeCommands(std::span<const VkCommandBuffer> commands) {
    if (!commands.empty()) {
        m_vk.vkFreeCommandBuffers(m_device, m_commandPool,
                                  static_cast<std::uint32_t>(commands.size()), commands.data());
    }
}

} // namespace phidelity::vulkan
