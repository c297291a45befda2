// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/vulkan_choice.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "inference/backend/vulkan/self_test_record.h"

namespace phidelity::vulkan {
namespace {

/// Kept for the life of the process: drivers take tens of milliseconds to start.
const Result<std::shared_ptr<Instance>>& sharedInstance() {
    static const Result<std::shared_ptr<Instance>> instance = Instance::open();
    return instance;
}

/// By the rules of freedesktop.org.
std::filesystem::path cacheFolder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
        return std::filesystem::path(cache) / "phidelity";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return std::filesystem::path(home) / ".cache" / "phidelity";
    }
    return {};
}

/// A discrete GPU has the fastest memory, an integrated one shares the CPU's.
int promise(const PhysicalDevice& device) {
    if (!device.refused.empty() || readSelfTest(cacheFolder(), device).verdict == Verdict::Failed) {
        return 4;
    }
    switch (device.info.kind) {
    case DeviceKind::DiscreteGpu:
        return 0;
    case DeviceKind::VirtualGpu:
        return 1;
    case DeviceKind::IntegratedGpu:
        return 2;
    default:
        return 3;
    }
}

std::vector<PhysicalDevice> byPromise() {
    std::vector<PhysicalDevice> devices;
    if (sharedInstance()) {
        devices = (*sharedInstance())->devices();
    }
    std::ranges::stable_sort(devices, [](const PhysicalDevice& a, const PhysicalDevice& b) {
        return std::pair(promise(a), ~a.info.memory) < std::pair(promise(b), ~b.info.memory);
    });
    return devices;
}

std::string reasonFor(const PhysicalDevice& device) {
    if (!device.refused.empty()) {
        return device.refused;
    }
    switch (device.info.kind) {
    case DeviceKind::DiscreteGpu:
        return "a graphics card with fast memory of its own";
    case DeviceKind::IntegratedGpu:
        return "a GPU that shares its memory with the processor";
    case DeviceKind::VirtualGpu:
        return "a GPU that a virtual machine passes on";
    default:
        return "a graphics driver that computes on the processor, which is faster by itself";
    }
}

} // namespace

std::vector<DeviceChoice> listDevices() {
    std::vector<DeviceChoice> choices;
    if (!sharedInstance()) {
        DeviceChoice none;
        none.info.id = "vulkan";
        none.info.name = "Vulkan";
        none.reason = sharedInstance().error().detail;
        choices.push_back(std::move(none));
        return choices;
    }
    for (const PhysicalDevice& device : byPromise()) {
        DeviceChoice choice{device.info, device.refused.empty(), reasonFor(device)};
        choice.info.memoryFree = memoryAvailable(device);
        if (const SelfTestRecord record = readSelfTest(cacheFolder(), device);
            choice.usable && record.verdict == Verdict::Failed) {
            choice.usable = false;
            choice.reason = quarantineReason(record);
        }
        choices.push_back(std::move(choice));
    }
    return choices;
}

Result<std::unique_ptr<Backend>> openDevice(std::string_view spec) {
    if (!sharedInstance()) {
        return tl::unexpected<Error>(sharedInstance().error());
    }
    VulkanOptions options;
    options.cacheFolder = cacheFolder();
    for (const PhysicalDevice& device : byPromise()) {
        if (spec == "vulkan" || spec == device.info.id) {
            return createTestedBackend(*sharedInstance(), device, options);
        }
    }
    return fail(ErrorCode::NoDevice,
                std::string(spec) + ": expected a Vulkan device of that number, found " +
                    std::to_string((*sharedInstance())->devices().size()) +
                    "; `phidelity-cli devices` lists them, and cpu always works");
}

} // namespace phidelity::vulkan
