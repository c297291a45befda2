// SPDX-License-Identifier: MIT
#include "inference/backend/choose.h"

#include <algorithm>
#include <utility>

#include "inference/backend/cpu/cpu_backend.h"

namespace phidelity {
namespace {

constexpr std::string_view kNoVulkan =
    "this build has no Vulkan backend yet; use --device cpu or auto";
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

} // namespace

std::vector<DeviceChoice> listDevices() {
    std::vector<DeviceChoice> devices;
    for (const auto& [id, reason] : {std::pair{"cuda", kNoCuda}, std::pair{"vulkan", kNoVulkan}}) {
        devices.push_back({{id, id, 0, 0}, false, std::string(reason)});
    }
    devices.push_back({cpuDeviceInfo({}), true, "works everywhere"});
    return devices;
}

Result<ChosenBackend> chooseBackend(std::string_view spec, std::uint32_t threads) {
    if (spec == "auto") {
        std::string reason = "cpu was chosen:";
        for (const DeviceChoice& device : listDevices()) {
            if (!device.usable) {
                reason += " " + device.info.id + ": " + device.reason + ";";
            }
        }
        reason.pop_back();
        return chooseCpu(CpuKernels::Fast, threads, std::move(reason));
    }
    if (spec == "cpu") {
        return chooseCpu(CpuKernels::Fast, threads, "cpu was asked for");
    }
    if (spec == "cpu:obvious") {
        return chooseCpu(CpuKernels::Obvious, threads, "the plain loops were asked for");
    }
    if (namesDeviceOf(spec, "vulkan")) {
        return fail(ErrorCode::NoDevice, std::string(spec) + ": " + std::string(kNoVulkan));
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
