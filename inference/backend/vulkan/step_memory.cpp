// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/step_memory.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "inference/backend/rotary_angles.h"
#include "inference/backend/vulkan/step_ops.h"

namespace phidelity::vulkan {
namespace {

constexpr std::uint32_t kHeaderUints = sizeof(StepLayout) / 4;

std::uint32_t tablePages(const AttentionShape& shape) {
    return std::max(1U, (shape.context + kPageTokens - 1) / kPageTokens);
}

std::uint64_t layerPageBytes(const AttentionShape& shape) {
    return std::uint64_t{2} * shape.heads * shape.headSize * kPageTokens * 2;
}

std::uint64_t cacheBytes(const AttentionShape& shape, std::uint32_t pages) {
    return std::max<std::uint64_t>(16, layerPageBytes(shape) * pages);
}

std::uint64_t floatBytes(std::uint64_t numbers) {
    return std::max<std::uint64_t>(16, numbers * sizeof(float));
}

std::uint64_t stepBytes(const AttentionShape& shape) {
    return (kHeaderUints + std::uint64_t{StepMemory::kMostRows} * (4 + tablePages(shape))) * 4;
}

/// Tickets; behind them of a merge one for each block of rows, of attention for each row and head.
std::uint64_t counterBytes(const AttentionShape& shape) {
    return (kSlots + std::uint64_t{StepMemory::kMostRows} * (1 + shape.heads)) * 4;
}

constexpr std::uint64_t kSlotBytes = std::uint64_t{kSlots} * kSlotUints * 4;

/// Of a record of what was picked.
constexpr std::uint32_t topUints(std::uint32_t count) {
    return kTopHeaderUints + 2 * keptOf(count);
}
constexpr std::uint64_t kTopBytes = std::uint64_t{kMostTopRows} * topUints(kMostTop) * 4;

/// Of logits that stay on the device, with what is found of them.
std::uint64_t deviceLogitBytes(std::uint64_t rows, std::uint64_t outputs) {
    return rows * (outputs + kMostFoundUints) * 4;
}

} // namespace

std::uint32_t StepMemory::strideOf(std::uint32_t width) {
    return (width + kSuperColumns - 1) / kSuperColumns * kSuperColumns;
}

std::uint64_t StepMemory::pageBytes(const AttentionShape& shape) {
    return layerPageBytes(shape) * shape.layers;
}

std::uint32_t StepMemory::splitKeys(std::uint32_t attendRows) const {
    return m_tuning.splitKeys(attendRows);
}

std::uint32_t StepMemory::mostSplits(std::uint32_t attendRows) const {
    return splitsOf(attendRows, m_shape.context);
}

std::uint32_t StepMemory::splitsOf(std::uint32_t attendRows, std::uint32_t context) const {
    const std::uint32_t keys = splitKeys(attendRows);
    return std::max(1U, (context + keys - 1) / keys);
}

ActivationLayout StepMemory::layOut(std::span<const std::uint32_t> widths,
                                    const AttentionShape& shape) const {
    ActivationLayout layout;
    std::uint32_t at = 0;
    std::uint32_t widest = kSuperColumns;
    for (const std::uint32_t width : widths) {
        layout.places.push_back({at, strideOf(width)});
        at += strideOf(width) * kMostRows;
        widest = std::max(widest, strideOf(width));
    }
    layout.normed = {at, widest};
    layout.partials = at + widest * kMostRows;
    layout.floats = layout.partials;
    if (!m_tuning.eightLanes) { // else keys are not split
        const std::uint64_t part = std::uint64_t{shape.heads} * (shape.headSize + 2);
        layout.floats += part * kMostRows *
                         std::max(splitsOf(1, shape.context), splitsOf(kFewRows, shape.context));
    }
    return layout;
}

std::vector<PlannedBuffer> StepMemory::cacheFor(const LoadPlan& plan) {
    return {plan.attention.layers, {cacheBytes(plan.attention, plan.pages), MemoryUse::Device}};
}

std::vector<PlannedBuffer> StepMemory::scratchFor(const LoadPlan& plan) const {
    const AttentionShape& shape = plan.attention;
    const std::uint64_t angles = std::uint64_t{shape.context} * shape.rotary;
    std::vector<PlannedBuffer> buffers = {
        {floatBytes(angles + plan.vectorNumbers()), MemoryUse::Device},
        {layOut(plan.activations, shape).floats * sizeof(float), MemoryUse::Device},
        {stepBytes(shape), MemoryUse::Upload},
        {counterBytes(shape), MemoryUse::Device},
        {kSlotBytes, MemoryUse::Device},
        {floatBytes(plan.outputs), MemoryUse::Readback}};
    if (m_tuning.picksTop && plan.outputs > 0) {
        buffers.push_back({deviceLogitBytes(1, plan.outputs), MemoryUse::Device});
        buffers.push_back({kTopBytes, MemoryUse::Readback});
    }
    return buffers;
}

VectorId StepMemory::addVector(std::span<const float> numbers) {
    m_vectorAt.push_back(static_cast<std::uint32_t>(m_numbers.size()));
    m_numbers.insert(m_numbers.end(), numbers.begin(), numbers.end());
    return static_cast<VectorId>(m_vectorAt.size() - 1);
}

Activation StepMemory::addActivation(std::uint32_t width) {
    m_widths.push_back(width);
    m_activations = {};
    return {static_cast<std::uint32_t>(m_widths.size() - 1), width};
}

Result<void> StepMemory::createCache(const AttentionShape& shape, std::uint32_t pages) {
    m_shape = shape;
    m_pages = pages;
    const std::vector<float> angles = rotaryAngles(shape);
    // Angles stand first, wherever vectors were added before.
    m_numbers.insert(m_numbers.begin(), angles.begin(), angles.end());
    for (std::uint32_t& at : m_vectorAt) {
        at += static_cast<std::uint32_t>(angles.size());
    }
    m_cache.clear();
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        PHIDELITY_TRY(Buffer buffer,
                      createBound("cache of a layer", cacheBytes(shape, pages), MemoryUse::Device));
        m_cache.push_back(std::move(buffer));
    }
    return {};
}

Result<void> StepMemory::copyPage(PageId from, PageId to) {
    const std::uint64_t bytes = layerPageBytes(m_shape);
    const VkBufferCopy copy{from * bytes, to * bytes, bytes};
    return m_device.runOnce([&](VkCommandBuffer commands) {
        auto barrier = make<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
        barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT;
        barrier.dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
        m_device.vk().vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                                           VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &barrier, 0,
                                           nullptr, 0, nullptr);
        for (const Buffer& layer : m_cache) {
            m_device.vk().vkCmdCopyBuffer(commands, layer.handle(), layer.handle(), 1, &copy);
        }
    });
}

Result<bool> StepMemory::prepare(std::uint64_t logits) {
    bool replaced = false;
    PHIDELITY_TRY(const bool vectors, prepareVectors());
    PHIDELITY_TRY(const bool activations, prepareActivations());
    PHIDELITY_TRY(const bool step, prepareStep());
    replaced = vectors || activations || step;
    const std::uint64_t bytes = floatBytes(logits);
    if (m_logits.bytes() < bytes) {
        PHIDELITY_TRY(m_logits, createBound("logits", bytes, MemoryUse::Readback));
        replaced = true;
    }
    return replaced;
}

Result<bool> StepMemory::prepareForTop(std::uint64_t rows, std::uint64_t outputs) {
    PHIDELITY_TRY(bool replaced, prepare(0));
    const std::uint64_t bytes = deviceLogitBytes(rows, outputs);
    if (m_deviceLogits.bytes() < bytes) {
        PHIDELITY_TRY(m_deviceLogits, createBound("logits", bytes, MemoryUse::Device));
        replaced = true;
    }
    if (m_top.bytes() == 0) {
        PHIDELITY_TRY(m_top, m_device.createBuffer(kTopBytes, MemoryUse::Readback));
        replaced = true;
    }
    return replaced;
}

std::uint64_t StepMemory::topBytes(std::uint64_t rows, const TopRequest& request) {
    return rows * topUints(request.count) * 4;
}

TopLogits StepMemory::topOf(std::size_t row, const TopRequest& request) const {
    static_assert(sizeof(RankedLogit) == 8);
    const std::size_t uints = topUints(request.count);
    const auto record = m_top.as<const std::uint32_t>().subspan(row * uints, uints);
    TopLogits top;
    top.best = {reinterpret_cast<const RankedLogit*>(record.data() + kTopHeaderUints),
                std::min(request.count, request.vocabulary)};
    top.logTotal =
        double{std::bit_cast<float>(record[0])} + std::log(double{std::bit_cast<float>(record[1])});
    top.allFinite = record[2] == 0;
    return top;
}

Result<Buffer> StepMemory::createBound(const char* what, std::uint64_t bytes, MemoryUse use) {
    const std::uint64_t most = m_device.limits().maxStorageBufferRange;
    if (bytes > most) {
        return fail(ErrorCode::Unsupported,
                    std::string(what) + ": expected at most " + std::to_string(most) +
                        " bytes, which a shader sees at once, found " + std::to_string(bytes));
    }
    return m_device.createBuffer(bytes, use);
}

Result<bool> StepMemory::prepareVectors() {
    if (m_uploaded == m_numbers.size() && m_vectors.bytes() > 0) {
        return false;
    }
    PHIDELITY_TRY(m_vectors,
                  createBound("vectors", floatBytes(m_numbers.size()), MemoryUse::Device));
    PHIDELITY_CHECK(m_device.write(m_vectors, 0, std::as_bytes(std::span(m_numbers))));
    m_uploaded = m_numbers.size();
    return true;
}

Result<bool> StepMemory::prepareActivations() {
    if (m_activations.bytes() > 0) {
        return false;
    }
    m_layout = layOut(m_widths, m_shape);
    PHIDELITY_TRY(Buffer activations,
                  createBound("activations", m_layout.floats * sizeof(float), MemoryUse::Device));
    // What stands past the width of a row is multiplied by weights that are zero: it must be
    // finite.
    PHIDELITY_CHECK(m_device.clear(activations));
    m_activations = std::move(activations);
    return true;
}

Result<bool> StepMemory::prepareStep() {
    if (m_step.bytes() > 0) {
        return false;
    }
    PHIDELITY_TRY(Buffer step, m_device.createBuffer(stepBytes(m_shape), MemoryUse::Upload));
    PHIDELITY_TRY(Buffer counters, m_device.createBuffer(counterBytes(m_shape), MemoryUse::Device));
    PHIDELITY_CHECK(m_device.clear(counters));
    PHIDELITY_TRY(m_slots, m_device.createBuffer(kSlotBytes, MemoryUse::Device));
    const StepLayout layout{
        0, kMostRows, 2 * kMostRows, 3 * kMostRows, 4 * kMostRows, tablePages(m_shape)};
    std::memset(step.mapped(), 0, step.bytes());
    std::memcpy(step.mapped(), &layout, sizeof layout);
    m_step = std::move(step);
    m_counters = std::move(counters);
    return true;
}

bool StepMemory::hasSlots(std::size_t count) const {
    return m_slotCount + count <= kSlots;
}

Result<std::uint32_t> StepMemory::addSlots(std::span<const std::uint32_t> tables) {
    const auto count = static_cast<std::uint32_t>(tables.size() / kSlotUints);
    if (!hasSlots(count)) {
        return fail(ErrorCode::OutOfMemory, "step: expected at most " + std::to_string(kSlots) +
                                                " tables, found " +
                                                std::to_string(m_slotCount + count));
    }
    const std::uint32_t first = m_slotCount;
    PHIDELITY_CHECK(
        m_device.write(m_slots, std::uint64_t{first} * kSlotUints * 4, std::as_bytes(tables)));
    m_slotCount += count;
    return first;
}

void StepMemory::setStep(const Step& step) {
    const auto uints = m_step.as<std::uint32_t>().subspan(kHeaderUints);
    for (std::size_t row = 0; row < step.rows.size(); ++row) {
        uints[row] = step.rows[row].token;
        uints[kMostRows + row] = step.rows[row].position;
        uints[2 * kMostRows + row] = step.rows[row].sequence;
    }
    std::ranges::copy(step.logitRows, uints.subspan(3 * kMostRows).begin());
    const std::uint32_t pages = tablePages(m_shape);
    for (std::size_t sequence = 0; sequence < step.pages.size(); ++sequence) {
        std::ranges::copy(
            step.pages[sequence].first(std::min<std::size_t>(pages, step.pages[sequence].size())),
            uints.subspan(4 * kMostRows + sequence * pages).begin());
    }
}

} // namespace phidelity::vulkan
