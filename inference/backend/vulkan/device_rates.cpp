// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/device_rates.h"

#include <algorithm>
#include <chrono>

namespace phidelity::vulkan {
namespace {

constexpr std::uint64_t kCopyBytes = std::uint64_t{512} << 20;
constexpr int kRuns = 5; ///< of which the fastest counts: whatever disturbs makes slower
constexpr std::uint32_t kRateLanes = 64;
constexpr double kMultiplyAddsOfRound = 64;

/// The shortest of a few runs, seconds.
Result<double> fastest(Device& device, const std::function<void(VkCommandBuffer)>& record) {
    double best = 0;
    for (int run = 0; run < kRuns; ++run) {
        const auto start = std::chrono::steady_clock::now();
        PHIDELITY_CHECK(device.runOnce(record));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = run == 0 ? took.count() : std::min(best, took.count());
    }
    return best;
}

/// Bytes read and bytes written of a copy, a second.
Result<double> copyRate(Device& device) {
    const std::uint64_t bytes = std::min(kCopyBytes, memoryAvailable(device.physical()) / 8) & ~15U;
    PHIDELITY_TRY(const Buffer from, device.createBuffer(bytes, MemoryUse::Device));
    PHIDELITY_TRY(const Buffer to, device.createBuffer(bytes, MemoryUse::Device));
    PHIDELITY_CHECK(device.clear(from));
    PHIDELITY_TRY(const double seconds, fastest(device, [&](VkCommandBuffer commands) {
                      const VkBufferCopy copy{0, 0, bytes};
                      device.vk().vkCmdCopyBuffer(commands, from.handle(), to.handle(), 1, &copy);
                  }));
    return 2 * static_cast<double>(bytes) / seconds;
}

Result<double> multiplyRate(Device& device, Pipelines& pipelines, Bindings& bindings) {
    const bool software = device.physical().isSoftware;
    const std::uint32_t workgroups = software ? 64 : 8192;
    const std::uint32_t rounds = 4096; // each a loop: software drivers end those of 65535 rounds
    PHIDELITY_TRY(const Buffer results,
                  device.createBuffer(std::uint64_t{workgroups} * kRateLanes * sizeof(float),
                                      MemoryUse::Device));
    PHIDELITY_TRY(const VkPipeline pipeline, pipelines.get({"rate", {kRateLanes}}));
    BoundRanges ranges;
    ranges.fill({results.handle(), 0, results.bytes()});
    PHIDELITY_TRY(const VkDescriptorSet set, bindings.set(ranges));
    const VolkDeviceTable& vk = device.vk();
    PHIDELITY_TRY(const double seconds, fastest(device, [&](VkCommandBuffer commands) {
                      const PushConstants push{0, rounds};
                      vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
                      vk.vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                                                 pipelines.layout(), 0, 1, &set, 0, nullptr);
                      vk.vkCmdPushConstants(commands, pipelines.layout(),
                                            VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push, &push);
                      vk.vkCmdDispatch(commands, workgroups, 1, 1);
                  }));
    return kMultiplyAddsOfRound * rounds * workgroups * kRateLanes / seconds;
}

} // namespace

Result<DeviceRates> measureRates(Device& device, Pipelines& pipelines, Bindings& bindings) {
    DeviceRates rates;
    PHIDELITY_TRY(rates.bytesPerSecond, copyRate(device));
    PHIDELITY_TRY(rates.multiplyAddsPerSecond, multiplyRate(device, pipelines, bindings));
    rates.arithmetic = "F32";
    return rates;
}

} // namespace phidelity::vulkan
