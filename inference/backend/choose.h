// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/result.h"

namespace phidelity {

/// In the words of a list of devices: "graphics card", "processor".
[[nodiscard]] std::string_view deviceKindName(DeviceKind kind);

/// A device that a user could ask for, whether it can be used now, and if not, why.
struct DeviceChoice {
    DeviceInfo info;
    bool usable = false;
    std::string reason; ///< why not, or what it is good for: a part of a sentence
};

/// Every device that this build knows of, the preferred first. Starts nothing; milliseconds.
[[nodiscard]] std::vector<DeviceChoice> listDevices();

/// What "auto" takes of such a list.
struct AutoChoice {
    std::string id;
    std::string reason; ///< what it is good for, and why the others were not taken
};
[[nodiscard]] AutoChoice explainAuto(std::span<const DeviceChoice> devices);

/// The device that a specification picked, and what a user should know of the choice.
struct ChosenBackend {
    std::unique_ptr<Backend> backend;
    std::string reason; ///< what was chosen and why the others were not
};

/// Opens the device of a specification: "auto", "cpu", "cpu:obvious" (the plain loops that all else
/// is checked against), "vulkan", "vulkan:N", "cuda", "cuda:N". `threads`: of the CPU, 0 = one per
/// physical core. Errors: BadArgument (no such specification, too many threads), NoDevice (with the
/// reason).
Result<ChosenBackend> chooseBackend(std::string_view spec, std::uint32_t threads = 0);

/// As chooseBackend, for those who do not tell.
Result<std::unique_ptr<Backend>> createBackend(std::string_view spec, std::uint32_t threads = 0);

} // namespace phidelity
