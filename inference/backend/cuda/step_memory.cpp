// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/step_memory.h"

#include <algorithm>

#include "inference/backend/cuda/device/blocks.h"
#include "inference/backend/rotary_angles.h"

namespace phidelity::cuda {
namespace {

constexpr std::uint32_t kMostRows = StepMemory::kMostRows;

std::uint32_t tablePages(const AttentionShape& shape) {
    return std::max(1U, (shape.context + kPageTokens - 1) / kPageTokens);
}

std::uint64_t layerPageBytes(const AttentionShape& shape) {
    return std::uint64_t{2} * shape.heads * shape.headSize * kPageTokens * 2;
}

/// Tokens, positions, sequences, logit rows; then the tables of pages.
std::uint64_t stepNumbers(const AttentionShape& shape) {
    return std::uint64_t{kMostRows} * (4 + tablePages(shape));
}

std::uint64_t rowBlocks() {
    return (kMostRows + kManyRows - 1) / kManyRows;
}

std::uint64_t counterBytes(const AttentionShape& shape) {
    return (kMostRows + 2 * rowBlocks()) * shape.heads * sizeof(std::uint32_t);
}

} // namespace

Result<Block> Block::create(CudaDevice& device, std::uint64_t bytes) {
    bytes = std::max<std::uint64_t>(bytes, sizeof(Word));
    PHIDELITY_TRY(void* memory, device.allocate(bytes));
    return Block(device, memory, bytes);
}

Block& Block::operator=(Block&& other) noexcept {
    std::swap(m_device, other.m_device);
    std::swap(m_memory, other.m_memory);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

Block::~Block() {
    if (m_memory != nullptr) {
        m_device->release(m_memory);
    }
}

std::uint64_t StepMemory::pageBytes(const AttentionShape& shape) {
    return layerPageBytes(shape) * shape.layers;
}

std::uint32_t StepMemory::splitsOf(std::uint32_t keys) {
    return std::max(1U, (keys + kSplitKeys - 1) / kSplitKeys);
}

StepMemory::Layout StepMemory::layOut(std::span<const std::uint32_t> widths,
                                      const AttentionShape& shape) {
    Layout layout;
    const auto take = [&layout](std::uint64_t floats) {
        // Rows are read in words.
        return std::exchange(layout.floats, (layout.floats + floats + 63) / 64 * 64);
    };
    std::uint64_t widest = 0;
    for (const std::uint32_t width : widths) {
        layout.places.push_back(take(std::uint64_t{width} * kMostRows));
        widest = std::max<std::uint64_t>(widest, width);
    }
    layout.rawKeys = take(std::uint64_t{shape.heads} * shape.headSize * kMostRows);
    layout.partials = take(std::uint64_t{kMostRows} * shape.heads * splitsOf(shape.context) *
                           (shape.headSize + 2));
    const std::uint64_t pairs = (widest + kTileColumns - 1) / kTileColumns * kTileColumns / 2;
    for (std::uint64_t& halves : layout.halves) {
        halves = take(pairs * kMostRows);
    }
    for (std::uint64_t& scales : layout.scales) {
        scales = take(kMostRows);
    }
    return layout;
}

std::vector<std::uint64_t> StepMemory::cacheFor(const LoadPlan& plan) {
    return std::vector<std::uint64_t>(plan.attention.layers,
                                      layerPageBytes(plan.attention) * plan.pages);
}

std::vector<std::uint64_t> StepMemory::scratchFor(const LoadPlan& plan) {
    const std::uint64_t angles = std::uint64_t{plan.attention.context} * plan.attention.rotary;
    return {(angles + plan.vectorNumbers()) * sizeof(float),
            layOut(plan.activations, plan.attention).floats * sizeof(float),
            stepNumbers(plan.attention) * sizeof(std::uint32_t), counterBytes(plan.attention),
            std::uint64_t{plan.outputs} * sizeof(float)};
}

VectorId StepMemory::addVector(std::span<const float> numbers) {
    m_vectorAt.push_back(m_numbers.size());
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
    for (std::size_t& at : m_vectorAt) {
        at += angles.size();
    }
    m_cache.clear();
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        PHIDELITY_TRY(Block block, Block::create(m_device, layerPageBytes(shape) * pages));
        m_cache.push_back(std::move(block));
    }
    return {};
}

Result<void> StepMemory::copyPage(PageId from, PageId to) {
    const std::uint64_t bytes = layerPageBytes(m_shape);
    for (const Block& layer : m_cache) {
        auto* start = layer.as<std::byte>();
        PHIDELITY_CHECK(m_device.copy(start + to * bytes, start + from * bytes, bytes));
    }
    return {};
}

Result<bool> StepMemory::prepare(std::uint64_t logits) {
    bool moved = false;
    if (m_uploaded != m_numbers.size() || m_vectors.bytes() == 0) {
        PHIDELITY_TRY(m_vectors, Block::create(m_device, m_numbers.size() * sizeof(float)));
        PHIDELITY_CHECK(m_device.upload(m_vectors.as<void>(), std::as_bytes(std::span(m_numbers))));
        m_uploaded = m_numbers.size();
        moved = true;
    }
    if (m_activations.bytes() == 0) {
        m_layout = layOut(m_widths, m_shape);
        PHIDELITY_TRY(m_activations, Block::create(m_device, m_layout.floats * sizeof(float)));
        moved = true;
    }
    if (m_step.bytes() == 0) {
        PHIDELITY_TRY(m_step,
                      Block::create(m_device, stepNumbers(m_shape) * sizeof(std::uint32_t)));
        PHIDELITY_TRY(m_counters, Block::create(m_device, counterBytes(m_shape)));
        moved = true;
    }
    if (m_logits.bytes() < logits * sizeof(float)) {
        m_logits = {};
        PHIDELITY_TRY(m_logits, Block::create(m_device, logits * sizeof(float)));
        moved = true;
    }
    return moved;
}

Result<void> StepMemory::setStep(const Step& step) {
    const std::size_t pages = tablePages(m_shape);
    m_stepNumbers.assign(std::size_t{4} * kMostRows + step.pages.size() * pages, 0);
    const std::span numbers(m_stepNumbers);
    for (std::size_t row = 0; row < step.rows.size(); ++row) {
        numbers[row] = step.rows[row].token;
        numbers[kMostRows + row] = step.rows[row].position;
        numbers[2 * kMostRows + row] = step.rows[row].sequence;
    }
    std::ranges::copy(step.logitRows, numbers.subspan(3 * kMostRows).begin());
    for (std::size_t sequence = 0; sequence < step.pages.size(); ++sequence) {
        const auto& its = step.pages[sequence];
        std::ranges::copy(its.first(std::min(pages, its.size())),
                          numbers.subspan(4 * kMostRows + sequence * pages).begin());
    }
    return m_device.upload(m_step.as<void>(), std::as_bytes(numbers));
}

StepView StepMemory::step() const {
    const auto* numbers = m_step.as<std::uint32_t>();
    return {numbers,
            numbers + kMostRows,
            numbers + 2 * kMostRows,
            numbers + 3 * kMostRows,
            numbers + 4 * kMostRows,
            tablePages(m_shape)};
}

CacheView StepMemory::cache(std::uint32_t layer) const {
    return {m_cache[layer].as<std::uint16_t>(), m_shape.heads, m_shape.headSize, m_shape.rotary,
            m_vectors.as<float>()};
}

std::uint32_t* StepMemory::headCounters(Epilogue epilogue) const {
    const std::uint64_t behindAttention = std::uint64_t{kMostRows} * m_shape.heads;
    return m_counters.as<std::uint32_t>() + behindAttention +
           (epilogue == Epilogue::RotateToKeys ? rowBlocks() * m_shape.heads : 0);
}

} // namespace phidelity::cuda
