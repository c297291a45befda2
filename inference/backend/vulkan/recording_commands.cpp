// SPDX-License-Identifier: MIT
#include <algorithm>

#include "inference/backend/vulkan/recording.h"

// The second half of a Recorder: dispatches into command buffers.
namespace phidelity::vulkan {
namespace {

constexpr VkPipelineStageFlags kShaderStage = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
constexpr VkPipelineStageFlags kCopyStage = VK_PIPELINE_STAGE_TRANSFER_BIT;

} // namespace

Result<void> Recorder::writeSlots() {
    PHIDELITY_TRY(m_firstSlot, m_sources.memory.addSlots(m_slots));
    return {};
}

Result<VkDescriptorSet> Recorder::descriptorSet(const Dispatch& dispatch) {
    const auto whole = [](const Buffer& buffer) {
        return BoundRange{buffer.handle(), 0, buffer.bytes()};
    };
    const StepMemory& memory = m_sources.memory;
    BoundRanges ranges;
    ranges[kBindWeightsA] = whole(m_sources.weights.blocks()[dispatch.blockA]);
    ranges[kBindWeightsB] = whole(m_sources.weights.blocks()[dispatch.blockB]);
    ranges[kBindVectors] = whole(memory.vectors());
    ranges[kBindInputs] = ranges[kBindActivations] = whole(memory.activations());
    ranges[kBindCache] = ranges[kBindCacheWords] = whole(memory.cache(dispatch.layer));
    ranges[kBindStep] = whole(memory.step());
    ranges[kBindLogits] = whole(dispatch.keepsLogits ? memory.deviceLogits() : memory.logits());
    ranges[kBindTop] = dispatch.keepsLogits ? whole(memory.top()) : ranges[kBindLogits];
    ranges[kBindSlots] = whole(memory.slots());
    ranges[kBindCounters] = whole(memory.counters());
    return m_sources.bindings.set(ranges);
}

Result<void> Recorder::writeCommands() {
    const VolkDeviceTable& vk = m_sources.device.vk();
    Work before = Work::Shader;
    const auto end = [&]() -> Result<void> {
        if (m_recording.segments.empty()) {
            return {};
        }
        writeHostBarrier(m_recording.segments.back());
        return m_sources.device.checked(vk.vkEndCommandBuffer(m_recording.segments.back()),
                                        "vkEndCommandBuffer");
    };
    for (const Dispatch& dispatch : m_dispatches) {
        const bool first = m_recording.segments.empty();
        if (dispatch.startsSegment) {
            PHIDELITY_CHECK(end());
            PHIDELITY_TRY(const VkCommandBuffer commands, m_sources.device.allocateCommands());
            m_recording.segments.push_back(commands);
            const auto begin =
                make<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
            PHIDELITY_CHECK(m_sources.device.checked(vk.vkBeginCommandBuffer(commands, &begin),
                                                     "vkBeginCommandBuffer"));
        }
        const VkCommandBuffer commands = m_recording.segments.back();
        if (first && m_sources.tuning.takesTurns) {
            clearTickets(commands);
        }
        if (dispatch.barrierBefore) {
            const bool shader = dispatch.work == Work::Shader;
            writeBarrier(commands, before, shader ? kShaderStage : kCopyStage,
                         shader ? VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT
                                : VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT);
        }
        if (dispatch.work == Work::Shader) {
            PHIDELITY_CHECK(writeDispatch(commands, dispatch));
        } else {
            writeCopy(commands, dispatch);
        }
        before = dispatch.work;
    }
    ++m_sources.device.counts().recordings;
    return end();
}

void Recorder::clearTickets(VkCommandBuffer commands) {
    constexpr std::uint64_t kBytes = sizeof(std::uint32_t);
    m_sources.device.vk().vkCmdFillBuffer(commands, m_sources.memory.counters().handle(),
                                          m_firstSlot * kBytes,
                                          m_slots.size() / kSlotUints * kBytes, 0);
    writeBarrier(commands, Work::Receive, kShaderStage, // filling is a copy
                 VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
}

void Recorder::writeBarrier(VkCommandBuffer commands, Work before, VkPipelineStageFlags after,
                            VkAccessFlags access) {
    auto barrier = make<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
    const bool shader = before == Work::Shader;
    barrier.srcAccessMask = shader ? VK_ACCESS_SHADER_WRITE_BIT : VK_ACCESS_TRANSFER_WRITE_BIT;
    barrier.dstAccessMask = access;
    m_sources.device.vk().vkCmdPipelineBarrier(commands, shader ? kShaderStage : kCopyStage, after,
                                               0, 1, &barrier, 0, nullptr, 0, nullptr);
}

/// What the host reads was written by shaders (logits) and by copies (rows that are handed over).
void Recorder::writeHostBarrier(VkCommandBuffer commands) {
    auto barrier = make<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
    barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
    m_sources.device.vk().vkCmdPipelineBarrier(commands, kShaderStage | kCopyStage,
                                               VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &barrier, 0,
                                               nullptr, 0, nullptr);
}

void Recorder::writeCopy(VkCommandBuffer commands, const Dispatch& dispatch) {
    const Place place = m_sources.memory.place(dispatch.copied);
    const std::uint64_t at = std::uint64_t{place.at} * sizeof(float);
    const std::uint64_t bytes =
        std::uint64_t{m_recording.shape.rows} * place.stride * sizeof(float);
    const VkBuffer activations = m_sources.memory.activations().handle();
    const auto copy = [&](VkBuffer from, VkBuffer to, const VkBufferCopy& region) {
        m_sources.device.vk().vkCmdCopyBuffer(commands, from, to, 1, &region);
    };
    if (dispatch.work == Work::Receive) {
        copy(m_sources.exchange.incoming().handle(), activations, {0, at, bytes});
    } else {
        copy(activations, m_sources.exchange.outgoing().handle(), {at, 0, bytes});
    }
}

Result<void> Recorder::writeDispatch(VkCommandBuffer commands, const Dispatch& dispatch) {
    const VolkDeviceTable& vk = m_sources.device.vk();
    PHIDELITY_TRY(const VkPipeline pipeline, m_sources.pipelines.get(dispatch.key));
    PHIDELITY_TRY(const VkDescriptorSet set, descriptorSet(dispatch));
    vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
    vk.vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                               m_sources.pipelines.layout(), 0, 1, &set, 0, nullptr);
    // A dispatch may have no more workgroups along x than the limit says, 65535 at least.
    const std::uint32_t most = m_sources.device.limits().maxComputeWorkGroupCount[0];
    for (std::uint32_t first = 0; first < dispatch.x; first += most) {
        const PushConstants push{m_firstSlot + dispatch.slot, first};
        vk.vkCmdPushConstants(commands, m_sources.pipelines.layout(), VK_SHADER_STAGE_COMPUTE_BIT,
                              0, sizeof push, &push);
        vk.vkCmdDispatch(commands, std::min(most, dispatch.x - first), dispatch.y, 1);
    }
    return {};
}

} // namespace phidelity::vulkan
