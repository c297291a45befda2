// SPDX-License-Identifier: MIT
#include "inference/backend/choose.h"

#include <algorithm>
#include <utility>

#include "inference/backend/cpu/cpu_backend.h"
#ifdef PHIDELITY_VULKAN
#include "inference/backend/vulkan/vulkan_choice.h"
#endif

namespace phidelity {
namespace {

#ifndef PHIDELITY_VULKAN
constexpr std::string_view kNoVulkan = "this build has no Vulkan backend; use --device cpu or auto";
#endif
constexpr std::string_view kNoCuda = "this build has no CUDA backend yet; use --device cpu or auto";

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

DeviceChoice unusable(std::string_view family, std::string_view reason) {
    DeviceChoice choice;
    choice.info.id = family;
    choice.info.name = family;
    choice.reason = reason;
    return choice;
}

/// The first device of the list that opens, and why those before it were passed over.
Result<ChosenBackend> chooseBest(std::uint32_t threads) {
    std::string passed;
    for (const DeviceChoice& device : listDevices()) {
        if (!device.usable) {
            passed += " " + device.info.id + ": " + device.reason + ";";
            continue;
        }
        auto opened = chooseBackend(device.info.id, threads);
        if (opened) {
            opened->reason = device.info.id + " was chosen: " + device.reason +
                             (passed.empty() ? "" : ";" + passed);
            return opened;
        }
        passed += " " + device.info.id + ": " + opened.error().detail + ";";
    }
    return chooseCpu(CpuKernels::Fast, threads, "cpu was chosen:" + passed);
}

} // namespace

std::vector<DeviceChoice> listDevices() {
    std::vector<DeviceChoice> devices;
#ifdef PHIDELITY_VULKAN
    devices = vulkan::listDevices();
#else
    devices.push_back(unusable("vulkan", kNoVulkan));
#endif
    devices.push_back({cpuDeviceInfo({}), true, "works everywhere"});
    devices.push_back(unusable("cuda", kNoCuda));
    // What computes on the CPU through a graphics driver is never better than the CPU itself.
    const auto rank = [](const DeviceChoice& device) {
        const bool software = device.info.kind == DeviceKind::Software;
        return !device.usable ? 3 : software ? 2 : device.info.kind == DeviceKind::Cpu ? 1 : 0;
    };
    std::ranges::stable_sort(devices, {}, rank);
    return devices;
}

Result<ChosenBackend> chooseBackend(std::string_view spec, std::uint32_t threads) {
    if (spec == "auto") {
        return chooseBest(threads);
    }
    if (spec == "cpu") {
        return chooseCpu(CpuKernels::Fast, threads, "cpu was asked for");
    }
    if (spec == "cpu:obvious") {
        return chooseCpu(CpuKernels::Obvious, threads, "the plain loops were asked for");
    }
    if (namesDeviceOf(spec, "vulkan")) {
#ifdef PHIDELITY_VULKAN
        PHIDELITY_TRY(auto backend, vulkan::openDevice(spec));
        return ChosenBackend{std::move(backend), std::string(spec) + " was asked for"};
#else
        return fail(ErrorCode::NoDevice, std::string(spec) + ": " + std::string(kNoVulkan));
#endif
    }
    if (namesDeviceOf(spec, "cuda")) {
        return fail(ErrorCode::NoDevice, std::string(spec) + ": " + std::string(kNoCuda));
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
