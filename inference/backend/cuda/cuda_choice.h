// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "inference/backend/choose.h"

namespace phidelity::cuda {

/// The CUDA devices of this machine, the fastest first; where there are none, one entry that says
/// why. Opens the plug-in library at the first call.
[[nodiscard]] std::vector<DeviceChoice> listDevices();

/// Opens "cuda" (the first of the list) or "cuda:N", after a test of every verb on it. NoDevice
/// with the reason, OutOfMemory, DeviceLost.
Result<std::unique_ptr<Backend>> openDevice(std::string_view spec);

} // namespace phidelity::cuda
