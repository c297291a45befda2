// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "vulkan_rig.h"

namespace phidelity::test {

/// The device that most tests run on, looked for once a process.
const FoundDevice& vulkanDevice();

/// A backend on it. The test must know that there is a device.
Result<std::unique_ptr<Backend>> vulkanBackend(const vulkan::VulkanOptions& options = {});

} // namespace phidelity::test

/// First line of initTestCase: skips all where no Vulkan device can be used.
#define REQUIRE_VULKAN()                                                                           \
    if (const auto& found = phidelity::test::vulkanDevice(); !found.missing.empty()) {             \
        QSKIP(found.missing.c_str());                                                              \
    }
