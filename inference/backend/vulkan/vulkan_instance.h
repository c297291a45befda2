// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/matrix_cores.h"
#include "inference/backend/vulkan/vulkan_api.h"

namespace phidelity::vulkan {

/// What a physical device offers, as far as we use it.
struct PhysicalDevice {
    DeviceInfo info;
    VkPhysicalDevice handle = VK_NULL_HANDLE;
    std::uint32_t queueFamily = 0;
    VkPhysicalDeviceProperties properties{};
    std::uint8_t driverUuid[VK_UUID_SIZE] = {};
    std::uint32_t subgroupSize = 1;
    bool hasMemoryBudget = false; ///< VK_EXT_memory_budget
    bool hasHalves = false;       ///< shaders can compute in F16
    MatrixCores matrix;           ///< none where our shaders cannot use them
    bool isSoftware = false;      ///< shaders run on the CPU
    std::string refused;          ///< why it cannot be used; empty if it can
};

enum class Validation {
    Off,
    On, ///< the Khronos validation layer with synchronisation checks; messages are counted
};

/// The Vulkan loader and its physical devices. Any thread.
class Instance {
public:
    /// NoDevice with the reason where there is no loader or no driver; BadArgument where validation
    /// is asked for and its layer is not installed.
    static Result<std::shared_ptr<Instance>> open(Validation validation = Validation::Off);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    [[nodiscard]] VkInstance handle() const { return m_instance; }
    /// In the order of the loader; "vulkan:N" names the N-th.
    [[nodiscard]] const std::vector<PhysicalDevice>& devices() const { return m_devices; }
    /// Warnings and errors of the validation layer so far, the first few in full.
    [[nodiscard]] const std::vector<std::string>& validationMessages() const { return m_messages; }

private:
    Instance() = default;
    Result<void> create(Validation validation);
    Result<void> enumerate();
    static VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                                    VkDebugUtilsMessageTypeFlagsEXT,
                                                    const VkDebugUtilsMessengerCallbackDataEXT*,
                                                    void* self);

    VkInstance m_instance = VK_NULL_HANDLE;
    VkDebugUtilsMessengerEXT m_messenger = VK_NULL_HANDLE;
    std::vector<PhysicalDevice> m_devices;
    std::vector<std::string> m_messages;
};

/// Bytes that can still be taken: what the driver's budget says of device-local memory, else what
/// the heap holds. A device that lives in the host's memory has no more than the host; of a
/// software driver that alone counts, whatever heap it claims.
[[nodiscard]] std::uint64_t memoryAvailable(const PhysicalDevice& device);

} // namespace phidelity::vulkan
