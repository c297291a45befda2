// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inference/backend/choose.h"
#include "inference/backend/vulkan/vulkan_backend.h"
#include "inference/backend/vulkan/vulkan_instance.h"
#include "inference/file/checkpoint.h"
#include "inference/model/device_share.h"
#include "inference/model/model.h"

namespace phidelity::test {

/// The first device that can be used, with the instance that it belongs to.
struct FoundDevice {
    std::shared_ptr<vulkan::Instance> instance;
    vulkan::PhysicalDevice physical;
    std::string missing; ///< why there is none; empty if there is one
};
[[nodiscard]] FoundDevice findDevice(vulkan::Validation validation = vulkan::Validation::Off);

/// The tiny model on such a device: all of it, or its first layers, and the rest on the CPU.
Result<std::unique_ptr<Model>> tinyOnDevice(const FoundDevice& device,
                                            const vulkan::VulkanOptions& options,
                                            const DeviceShare& share = {});

/// Bytes of the device's memory in which so many layers of a model have room, and no more.
Result<std::uint64_t> roomForLayers(const FoundDevice& device, const Checkpoint& checkpoint,
                                    std::uint32_t layers);

/// As chooseBackend, but "auto" and "vulkan" take this device, through the shim and with these
/// options.
Result<ChosenBackend> openThroughShim(const FoundDevice& device, std::string_view spec,
                                      std::uint32_t threads,
                                      const vulkan::DeviceOptions& options = {});

/// What a session does to a device: load, a prompt in two chunks, single tokens, a fork that copies
/// a page, two sequences side by side, the same for their largest logits alone, unload.
class Journey {
public:
    static constexpr int kStages = 6; ///< the load is the first
    [[nodiscard]] static const char* stageName(int stage);

    Journey(const FoundDevice& device, const vulkan::VulkanOptions& options,
            const DeviceShare& share = {})
        : m_device(device), m_options(options), m_share(share) {}

    /// Runs one stage; the load must come first. A stage that failed can be run again.
    Result<void> run(int stage);
    /// Runs all.
    Result<void> runAll();
    /// Logits of every stage that succeeded, in order.
    [[nodiscard]] const std::vector<std::vector<float>>& logits() const { return m_logits; }
    /// Whether the device itself has picked the largest logits where it was asked to.
    [[nodiscard]] bool picked() const { return m_picked; }

private:
    Result<void> runForLargest(std::span<Sequence* const> sequences,
                               std::span<const TokenId> tokens);

    const FoundDevice& m_device;
    vulkan::VulkanOptions m_options;
    DeviceShare m_share;
    std::unique_ptr<Model> m_model;
    std::vector<Sequence> m_sequences; ///< die before the model
    std::vector<std::vector<float>> m_logits;
    bool m_picked = false;
};

} // namespace phidelity::test
