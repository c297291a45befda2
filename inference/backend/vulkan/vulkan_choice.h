// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/choose.h"

namespace phidelity::vulkan {

/// Every Vulkan device of this machine, the most promising first; one entry "vulkan" that says why
/// where there is none. The loader and its drivers are asked once a process.
[[nodiscard]] std::vector<DeviceChoice> listDevices();

/// Opens "vulkan" (the most promising) or "vulkan:N"; at its first use with this driver and build a
/// device is tested. NoDevice (also of one that computes wrongly), DeviceLost, OutOfMemory.
Result<std::unique_ptr<Backend>> openDevice(std::string_view spec);

} // namespace phidelity::vulkan
