// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/tuning.h"
#include "inference/backend/vulkan/vulkan_device.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// A place in the activations buffer.
struct Place {
    std::uint32_t at = 0;     ///< floats
    std::uint32_t stride = 0; ///< floats from row to row
};

/// Where activations stand in their buffer.
struct ActivationLayout {
    std::vector<Place> places;  ///< in the order of addActivation
    Place normed;               ///< room for norms of any activation
    std::uint32_t partials = 0; ///< room for parts of attention, floats
    std::uint64_t floats = 0;   ///< of all together
};

/// A buffer that a load is going to need.
struct PlannedBuffer {
    std::uint64_t bytes = 0;
    MemoryUse use = MemoryUse::Device;
};

/// Everything on the device but weights: vectors, activations, cache, what changes from step to
/// step, logits. Buffers are made when the first step needs them.
class StepMemory {
public:
    /// Most rows of a step.
    static constexpr std::uint32_t kMostRows = 512;
    /// Floats from row to row of an activation.
    [[nodiscard]] static std::uint32_t strideOf(std::uint32_t width);

    StepMemory(Device& device, const Tuning& tuning) : m_device(device), m_tuning(tuning) {}

    /// The buffers that a load makes for its cache, and for everything else but weights.
    [[nodiscard]] static std::vector<PlannedBuffer> cacheFor(const LoadPlan& plan);
    [[nodiscard]] std::vector<PlannedBuffer> scratchFor(const LoadPlan& plan) const;

    VectorId addVector(std::span<const float> numbers);
    Activation addActivation(std::uint32_t width);
    /// Unsupported where a shader cannot see all pages of a layer at once; OutOfMemory, DeviceLost.
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages);
    Result<void> copyPage(PageId from, PageId to);

    /// Makes or grows what a step needs. True if a buffer was replaced: nothing that names the old
    /// one may be used again. OutOfMemory, DeviceLost; Unsupported where a shader cannot see all of
    /// a buffer at once.
    Result<bool> prepare(std::uint64_t logits);
    /// The same for a step of so many logit rows whose largest logits are picked.
    Result<bool> prepareForTop(std::uint64_t rows, std::uint64_t outputs);
    /// What was picked of a logit row. Valid until the next step.
    [[nodiscard]] TopLogits topOf(std::size_t row, const TopRequest& request) const;
    /// Bytes of what was picked of so many rows.
    [[nodiscard]] static std::uint64_t topBytes(std::uint64_t rows, const TopRequest& request);
    /// Keeps the tables of a recording, kSlotUints each, and says which slot the first is in.
    /// OutOfMemory if there is no room left: then clearSlots makes room.
    Result<std::uint32_t> addSlots(std::span<const std::uint32_t> tables);
    [[nodiscard]] bool hasSlots(std::size_t count) const;
    /// Nothing recorded so far will be used again.
    void clearSlots() { m_slotCount = 0; }

    /// Writes what changes from step to step.
    void setStep(const Step& step);

    [[nodiscard]] std::uint32_t vectorAt(VectorId id) const {
        return m_vectorAt[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] Place place(Activation activation) const {
        return m_layout.places[activation.index];
    }
    /// Room for norms of any activation.
    [[nodiscard]] Place normed() const { return m_layout.normed; }
    /// Room for parts of attention, floats.
    [[nodiscard]] std::uint32_t partials() const { return m_layout.partials; }
    [[nodiscard]] const AttentionShape& attention() const { return m_shape; }

    [[nodiscard]] const Buffer& vectors() const { return m_vectors; }
    [[nodiscard]] const Buffer& activations() const { return m_activations; }
    [[nodiscard]] const Buffer& cache(std::uint32_t layer) const { return m_cache[layer]; }
    [[nodiscard]] const Buffer& step() const { return m_step; }
    [[nodiscard]] const Buffer& logits() const { return m_logits; }
    /// Logits that stay on the device, and behind them room for what is found of them.
    [[nodiscard]] const Buffer& deviceLogits() const { return m_deviceLogits; }
    [[nodiscard]] const Buffer& top() const { return m_top; }
    [[nodiscard]] const Buffer& slots() const { return m_slots; }
    [[nodiscard]] const Buffer& counters() const { return m_counters; }

    [[nodiscard]] static std::uint64_t pageBytes(const AttentionShape& shape);
    /// Keys that a workgroup of attention takes where `rows` rows share them.
    [[nodiscard]] std::uint32_t splitKeys(std::uint32_t attendRows) const;
    /// Workgroups that share the keys of a full context.
    [[nodiscard]] std::uint32_t mostSplits(std::uint32_t attendRows) const;

private:
    [[nodiscard]] std::uint32_t splitsOf(std::uint32_t attendRows, std::uint32_t context) const;
    [[nodiscard]] ActivationLayout layOut(std::span<const std::uint32_t> widths,
                                          const AttentionShape& shape) const;
    /// A buffer that shaders see as a whole. Unsupported where it is too large for that.
    Result<Buffer> createBound(const char* what, std::uint64_t bytes, MemoryUse use);
    Result<bool> prepareVectors();
    Result<bool> prepareActivations();
    Result<bool> prepareStep();

    Device& m_device;
    Tuning m_tuning;
    AttentionShape m_shape;
    std::uint32_t m_pages = 0;
    std::vector<float> m_numbers; ///< of all vectors, behind the rotary angles
    std::vector<std::uint32_t> m_vectorAt;
    std::size_t m_uploaded = 0; ///< of m_numbers
    std::vector<std::uint32_t> m_widths;
    ActivationLayout m_layout;
    Buffer m_vectors;
    Buffer m_activations;
    std::vector<Buffer> m_cache; ///< one a layer
    Buffer m_step;
    Buffer m_logits;
    Buffer m_deviceLogits;
    Buffer m_top;
    Buffer m_counters;
    Buffer m_slots;
    std::uint32_t m_slotCount = 0;
};

} // namespace phidelity::vulkan
