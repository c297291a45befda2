// SPDX-License-Identifier: MIT
#include "inference/backend/choose.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "inference/backend/cpu/cpu_backend.h"
#ifdef PHIDELITY_VULKAN
#include "inference/backend/cuda/cuda_choice.h"
#include "inference/backend/vulkan/vulkan_choice.h"
#endif

namespace phidelity {
namespace {

#ifndef PHIDELITY_VULKAN
constexpr std::string_view kNoVulkan = "this build has no Vulkan backend";
constexpr std::string_view kNoCuda = "this build has no CUDA backend";
#endif
constexpr std::string_view kAdvice = "; use --device cpu or auto";

/// Whether `spec` is `family` or `family:N`.
bool namesDeviceOf(std::string_view spec, std::string_view family) {
    if (!spec.starts_with(family)) {
        return false;
    }
    const std::string_view rest = spec.substr(family.size());
    return rest.empty() ||
           (rest.size() > 1 && rest.size() <= 4 && rest.front() == ':' &&
            std::ranges::all_of(rest.substr(1), [](char c) { return c >= '0' && c <= '9'; }));
}

Result<ChosenBackend> chooseCpu(CpuKernels kernels, std::uint32_t threads, std::string reason) {
    PHIDELITY_TRY(auto backend, createCpuBackend({kernels, threads}));
    return ChosenBackend{std::move(backend), std::move(reason)};
}

#ifndef PHIDELITY_VULKAN
DeviceChoice unusable(std::string_view family, std::string_view reason) {
    DeviceChoice choice;
    choice.info.id = family;
    choice.info.name = family == "cuda" ? "CUDA" : "Vulkan";
    choice.reason = reason;
    return choice;
}
#endif

std::string nameWithId(const DeviceInfo& info) {
    return info.name + " (" + info.id + ")";
}

/// The first device of the list that opens, and why those before it were passed over.
Result<ChosenBackend> chooseBest(std::uint32_t threads) {
    std::vector<DeviceChoice> devices = listDevices();
    Error last{ErrorCode::NoDevice, "device: expected one that starts, found none"};
    for (DeviceChoice& device : devices) {
        if (!device.usable) {
            continue;
        }
        auto opened = chooseBackend(device.info.id, threads);
        if (opened) {
            opened->reason = "Chosen automatically: " + explainAuto(devices).reason;
            return opened;
        }
        device.usable = false;
        device.reason = "it did not start: " + opened.error().detail;
        last = std::move(opened).error();
    }
    return tl::unexpected<Error>(std::move(last));
}

} // namespace

std::string_view deviceKindName(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::DiscreteGpu:
        return "graphics card";
    case DeviceKind::IntegratedGpu:
        return "integrated graphics";
    case DeviceKind::VirtualGpu:
        return "graphics of a virtual machine";
    case DeviceKind::Software:
        return "software driver";
    case DeviceKind::Cpu:
        break;
    }
    return "processor";
}

std::vector<DeviceChoice> listDevices() {
    std::vector<DeviceChoice> devices;
#ifdef PHIDELITY_VULKAN
    devices = cuda::listDevices();
    std::ranges::move(vulkan::listDevices(), std::back_inserter(devices));
#else
    devices.push_back(unusable("vulkan", kNoVulkan));
    devices.push_back(unusable("cuda", kNoCuda));
#endif
    devices.push_back({cpuDeviceInfo({}), true, "works everywhere"});
    // What computes on the CPU through a graphics driver is never better than the CPU itself.
    const auto rank = [](const DeviceChoice& device) {
        const bool software = device.info.kind == DeviceKind::Software;
        return !device.usable ? 3 : software ? 2 : device.info.kind == DeviceKind::Cpu ? 1 : 0;
    };
    std::ranges::stable_sort(devices, {}, rank);
    return devices;
}

AutoChoice explainAuto(std::span<const DeviceChoice> devices) {
    AutoChoice choice;
    const auto taken = std::ranges::find_if(devices, &DeviceChoice::usable);
    if (taken == devices.end()) {
        return choice;
    }
    choice.id = taken->info.id;
    choice.reason = taken->info.name + ", " + taken->reason + ".";
    for (const DeviceChoice& device : devices) {
        if (&device != &*taken) {
            choice.reason.append(1, ' ').append(
                nameWithId(device.info)); // GCC 12 warns of " " + it
            choice.reason.append(": ").append(device.reason).append(".");
        }
    }
    return choice;
}

Result<ChosenBackend> chooseBackend(std::string_view spec, std::uint32_t threads) {
    if (spec == "auto") {
        return chooseBest(threads);
    }
    if (spec == "cpu") {
        return chooseCpu(CpuKernels::Fast, threads, "You chose it.");
    }
    if (spec == "cpu:obvious") {
        return chooseCpu(CpuKernels::Obvious, threads, "You chose the plain loops.");
    }
    if (namesDeviceOf(spec, "vulkan")) {
#ifdef PHIDELITY_VULKAN
        PHIDELITY_TRY(auto backend, vulkan::openDevice(spec));
        return ChosenBackend{std::move(backend), "You chose it."};
#else
        return fail(ErrorCode::NoDevice,
                    std::string(spec) + ": " + std::string(kNoVulkan) + std::string(kAdvice));
#endif
    }
    if (namesDeviceOf(spec, "cuda")) {
#ifdef PHIDELITY_VULKAN
        PHIDELITY_TRY(auto backend, cuda::openDevice(spec));
        return ChosenBackend{std::move(backend), "You chose it."};
#else
        return fail(ErrorCode::NoDevice,
                    std::string(spec) + ": " + std::string(kNoCuda) + std::string(kAdvice));
#endif
    }
    return fail(ErrorCode::BadArgument,
                "device: expected auto, cpu, cpu:obvious, vulkan[:n] or cuda[:n], found " +
                    std::string(spec));
}

Result<std::unique_ptr<Backend>> createBackend(std::string_view spec, std::uint32_t threads) {
    PHIDELITY_TRY(ChosenBackend chosen, chooseBackend(spec, threads));
    return std::move(chosen.backend);
}

} // namespace phidelity
