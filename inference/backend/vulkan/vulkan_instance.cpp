// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/vulkan_instance.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "inference/backend/cpu/cpu_info.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";
constexpr std::size_t kMessagesKept = 50;
/// What the largest of our workgroups take.
constexpr std::uint32_t kMostLanes = 256;
constexpr std::uint32_t kSharedBytes = 16384;

DeviceKind kindOf(const VkPhysicalDeviceProperties& properties) {
    switch (properties.deviceType) {
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return DeviceKind::IntegratedGpu;
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return DeviceKind::DiscreteGpu;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return DeviceKind::VirtualGpu;
    default:
        return DeviceKind::Software;
    }
}

/// The first family that computes; one that does nothing else is not asked for: we have no graphics
/// of our own to keep out of its way.
bool findComputeQueue(VkPhysicalDevice device, std::uint32_t& family) {
    std::uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
    for (family = 0; family < count; ++family) {
        if ((families[family].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0 &&
            families[family].queueCount > 0) {
            return true;
        }
    }
    return false;
}

std::uint64_t deviceLocalBytes(VkPhysicalDevice device) {
    VkPhysicalDeviceMemoryProperties memory{};
    vkGetPhysicalDeviceMemoryProperties(device, &memory);
    std::uint64_t most = 0;
    for (std::uint32_t heap = 0; heap < memory.memoryHeapCount; ++heap) {
        if ((memory.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0) {
            most = std::max(most, std::uint64_t{memory.memoryHeaps[heap].size});
        }
    }
    return most;
}

/// In the words of `phidelity-cli devices`.
std::vector<std::string> featuresOf(const PhysicalDevice& device) {
    std::vector<std::string> features;
    features.push_back("subgroups of " + std::to_string(device.subgroupSize));
    if (device.hasHalves) {
        features.emplace_back("F16 arithmetic");
    }
    if (device.matrix.extension != MatrixExtension::None) {
        features.emplace_back("matrix cores");
    }
    if (device.hasMemoryBudget) {
        features.emplace_back("memory budget");
    }
    return features;
}

std::string version(std::uint32_t packed) {
    return std::to_string(VK_API_VERSION_MAJOR(packed)) + '.' +
           std::to_string(VK_API_VERSION_MINOR(packed));
}

/// What of the device is less than our shaders need; empty if nothing is.
std::string tooSmall(const VkPhysicalDeviceLimits& limits) {
    struct Need {
        const char* what;
        std::uint32_t needed;
        std::uint32_t found;
    };
    const Need needs[] = {
        {"buffers that a shader sees", kBindings, limits.maxPerStageDescriptorStorageBuffers},
        {"lanes of a workgroup", kMostLanes, limits.maxComputeWorkGroupInvocations},
        {"bytes of shared memory", kSharedBytes, limits.maxComputeSharedMemorySize},
    };
    for (const Need& need : needs) {
        if (need.found < need.needed) {
            return "it offers " + std::to_string(need.found) + ' ' + need.what + ", and " +
                   std::to_string(need.needed) + " are needed";
        }
    }
    return {};
}

PhysicalDevice describe(VkPhysicalDevice handle, std::size_t index) {
    PhysicalDevice device;
    device.handle = handle;
    vkGetPhysicalDeviceProperties(handle, &device.properties);
    device.isSoftware = device.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    device.info.id = "vulkan:" + std::to_string(index);
    device.info.name = device.properties.deviceName;
    device.info.kind = kindOf(device.properties);
    device.info.memory = device.isSoftware ? physicalMemory() : deviceLocalBytes(handle);
    if (device.properties.apiVersion < VK_API_VERSION_1_2) {
        device.refused = "its driver offers Vulkan " + version(device.properties.apiVersion) +
                         ", and 1.2 is needed; a newer driver may help";
        return device;
    }
    auto eleven = make<VkPhysicalDeviceVulkan11Properties>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES);
    auto twelve = make<VkPhysicalDeviceVulkan12Properties>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES, &eleven);
    auto all =
        make<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &twelve);
    vkGetPhysicalDeviceProperties2(handle, &all);
    std::ranges::copy(eleven.driverUUID, device.driverUuid);
    device.subgroupSize = eleven.subgroupSize;
    device.info.driver = std::string(twelve.driverName) + ' ' + twelve.driverInfo + ", Vulkan " +
                         version(device.properties.apiVersion);
    auto features = make<VkPhysicalDeviceVulkan12Features>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
    auto allFeatures =
        make<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features);
    vkGetPhysicalDeviceFeatures2(handle, &allFeatures);
    device.hasHalves = features.shaderFloat16 == VK_TRUE;
    device.matrix = findMatrixCores(handle, device.properties.vendorID, device.subgroupSize);
    device.hasMemoryBudget = hasExtension(handle, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    device.info.features = featuresOf(device);
    device.info.memoryFree = memoryAvailable(device);
    if (!findComputeQueue(handle, device.queueFamily)) {
        device.refused = "it has no queue that computes";
    } else {
        device.refused = tooSmall(device.properties.limits);
    }
    return device;
}

/// The loader is looked for once a process.
VkResult initializeLoader() {
    static const VkResult result = volkInitialize();
    return result;
}

} // namespace

Result<std::shared_ptr<Instance>> Instance::open(Validation validation) {
    std::shared_ptr<Instance> instance(new Instance);
    PHIDELITY_CHECK(instance->create(validation));
    PHIDELITY_CHECK(instance->enumerate());
    return instance;
}

Instance::~Instance() {
    if (m_messenger != VK_NULL_HANDLE) {
        vkDestroyDebugUtilsMessengerEXT(m_instance, m_messenger, nullptr);
    }
    if (m_instance != VK_NULL_HANDLE) {
        vkDestroyInstance(m_instance, nullptr);
    }
}

VKAPI_ATTR VkBool32 VKAPI_CALL Instance::onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                                   VkDebugUtilsMessageTypeFlagsEXT,
                                                   const VkDebugUtilsMessengerCallbackDataEXT* data,
                                                   void* self) {
    // The layer calls from whichever thread made the call that it complains of.
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    auto& messages = static_cast<Instance*>(self)->m_messages;
    if (messages.size() < kMessagesKept) {
        messages.emplace_back(data->pMessage);
    }
    return VK_FALSE;
}

Result<void> Instance::create(Validation validation) {
    if (initializeLoader() != VK_SUCCESS) {
        return fail(ErrorCode::NoDevice, "vulkan: expected the Vulkan loader (libvulkan.so.1), "
                                         "found none on this machine");
    }
    auto application = make<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
    application.pApplicationName = "Phidelity";
    application.apiVersion = VK_API_VERSION_1_2;
    auto info = make<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
    info.pApplicationInfo = &application;

    const VkValidationFeatureEnableEXT enabled[] = {
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    auto features = make<VkValidationFeaturesEXT>(VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT);
    features.enabledValidationFeatureCount = 1;
    features.pEnabledValidationFeatures = enabled;
    auto messenger = make<VkDebugUtilsMessengerCreateInfoEXT>(
        VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT);
    messenger.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                                VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
    messenger.pfnUserCallback = onMessage;
    messenger.pUserData = this;
    const char* const layers[] = {kValidationLayer};
    const char* const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    if (validation == Validation::On) {
        info.pNext = &features;
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = layers;
        info.enabledExtensionCount = 1;
        info.ppEnabledExtensionNames = extensions;
    }
    const VkResult created = vkCreateInstance(&info, nullptr, &m_instance);
    if (created == VK_ERROR_LAYER_NOT_PRESENT || created == VK_ERROR_EXTENSION_NOT_PRESENT) {
        return fail(ErrorCode::BadArgument,
                    std::string("vulkan: expected the layer ") + kValidationLayer +
                        ", found none; install the Vulkan validation layers");
    }
    if (created != VK_SUCCESS) {
        return fail(ErrorCode::NoDevice, "vulkan: expected a driver, found none that starts (" +
                                             resultName(created) + ")");
    }
    volkLoadInstanceOnly(m_instance);
    if (validation == Validation::On) {
        PHIDELITY_CHECK(
            check(vkCreateDebugUtilsMessengerEXT(m_instance, &messenger, nullptr, &m_messenger),
                  "vkCreateDebugUtilsMessengerEXT"));
    }
    return {};
}

Result<void> Instance::enumerate() {
    std::uint32_t count = 0;
    if (vkEnumeratePhysicalDevices(m_instance, &count, nullptr) != VK_SUCCESS) {
        count = 0;
    }
    std::vector<VkPhysicalDevice> handles(count);
    if (count > 0) {
        vkEnumeratePhysicalDevices(m_instance, &count, handles.data());
    }
    for (std::size_t index = 0; index < count; ++index) {
        m_devices.push_back(describe(handles[index], index));
    }
    if (m_devices.empty()) {
        return fail(ErrorCode::NoDevice,
                    "vulkan: expected a device, found the loader but no driver with one");
    }
    return {};
}

std::uint64_t memoryAvailable(const PhysicalDevice& device) {
    if (device.isSoftware) {
        return availableMemory();
    }
    auto budget = make<VkPhysicalDeviceMemoryBudgetPropertiesEXT>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT);
    auto memory = make<VkPhysicalDeviceMemoryProperties2>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
        device.hasMemoryBudget ? &budget : nullptr);
    vkGetPhysicalDeviceMemoryProperties2(device.handle, &memory);
    std::uint64_t most = 0;
    for (std::uint32_t heap = 0; heap < memory.memoryProperties.memoryHeapCount; ++heap) {
        const VkMemoryHeap& found = memory.memoryProperties.memoryHeaps[heap];
        if ((found.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) == 0) {
            continue;
        }
        std::uint64_t free = found.size;
        if (device.hasMemoryBudget) {
            free =
                budget.heapBudget[heap] - std::min(budget.heapBudget[heap], budget.heapUsage[heap]);
        }
        most = std::max(most, free);
    }
    const bool shared = device.info.kind == DeviceKind::IntegratedGpu;
    return shared ? std::min(most, availableMemory()) : most;
}

} // namespace phidelity::vulkan
