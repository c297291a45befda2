// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/bindings.h"

namespace phidelity::vulkan {

/// Measures what the device can do at most: copies a buffer that no cache holds, and multiplies in
/// registers; a second or two. The device must be idle. OutOfMemory, DeviceLost.
Result<DeviceRates> measureRates(Device& device, Pipelines& pipelines, Bindings& bindings);

} // namespace phidelity::vulkan
