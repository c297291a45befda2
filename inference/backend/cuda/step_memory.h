// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/cuda/cuda_device.h"

namespace phidelity::cuda {

/// Memory of a device, given back at the end.
class Block {
public:
    Block() = default;
    /// All zero. OutOfMemory, DeviceLost.
    static Result<Block> create(CudaDevice& device, std::uint64_t bytes);
    Block(Block&& other) noexcept
        : m_device(other.m_device), m_memory(std::exchange(other.m_memory, nullptr)),
          m_bytes(std::exchange(other.m_bytes, 0)) {}
    Block& operator=(Block&& other) noexcept;
    ~Block();

    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    template <class T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(m_memory);
    }

private:
    Block(CudaDevice& device, void* memory, std::uint64_t bytes)
        : m_device(&device), m_memory(memory), m_bytes(bytes) {}

    CudaDevice* m_device = nullptr;
    void* m_memory = nullptr;
    std::uint64_t m_bytes = 0;
};

/// Everything on the device but weights: vectors, activations, the cache, what changes from step to
/// step, logits. Made when the first step needs it.
class StepMemory {
public:
    /// Most rows of a step.
    static constexpr std::uint32_t kMostRows = 512;

    explicit StepMemory(CudaDevice& device) : m_device(device) {}

    /// Sizes of the blocks that a load makes for its cache, and for everything else but weights.
    [[nodiscard]] static std::vector<std::uint64_t> cacheFor(const LoadPlan& plan);
    [[nodiscard]] static std::vector<std::uint64_t> scratchFor(const LoadPlan& plan);
    [[nodiscard]] static std::uint64_t pageBytes(const AttentionShape& shape);

    VectorId addVector(std::span<const float> numbers);
    Activation addActivation(std::uint32_t width);
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages);
    Result<void> copyPage(PageId from, PageId to);

    /// Makes or grows what a step of so many logits needs. True if something moved: launches that
    /// name the old place must not run again. OutOfMemory, DeviceLost.
    Result<bool> prepare(std::uint64_t logits);
    /// Uploads what changes from step to step.
    Result<void> setStep(const Step& step);

    [[nodiscard]] const AttentionShape& attention() const { return m_shape; }
    [[nodiscard]] StepView step() const;
    [[nodiscard]] CacheView cache(std::uint32_t layer) const;
    [[nodiscard]] const float* vector(VectorId id) const {
        return m_vectors.as<float>() + m_vectorAt[static_cast<std::size_t>(id)];
    }
    /// (kMostRows, width).
    [[nodiscard]] float* rows(Activation activation) const {
        return m_activations.as<float>() + m_layout.places[activation.index];
    }
    /// Keys before they are rotated, (kMostRows, heads * headSize).
    [[nodiscard]] float* rawKeys() const { return m_activations.as<float>() + m_layout.rawKeys; }
    [[nodiscard]] float* partials() const { return m_activations.as<float>() + m_layout.partials; }
    /// Inputs as halves, (kMostRows, halfStride() pairs), with a scale for each row: two of them,
    /// so that products on both lanes have one.
    [[nodiscard]] std::uint32_t* halves(std::uint32_t which) const {
        return m_activations.as<std::uint32_t>() + m_layout.halves[which];
    }
    [[nodiscard]] float* scales(std::uint32_t which) const {
        return m_activations.as<float>() + m_layout.scales[which];
    }
    [[nodiscard]] float* logits() const { return m_logits.as<float>(); }
    /// Zero between launches: (kMostRows, heads) for attention; then for queries, then for keys
    /// (blocks of rows, heads).
    [[nodiscard]] std::uint32_t* attendCounters() const { return m_counters.as<std::uint32_t>(); }
    [[nodiscard]] std::uint32_t* headCounters(Epilogue epilogue) const;
    /// Blocks that share the keys of a context at most.
    [[nodiscard]] static std::uint32_t splitsOf(std::uint32_t keys);

private:
    /// Where things stand among the activations, in floats.
    struct Layout {
        std::vector<std::uint64_t> places;
        std::uint64_t rawKeys = 0;
        std::uint64_t partials = 0;
        std::uint64_t halves[2] = {0, 0};
        std::uint64_t scales[2] = {0, 0};
        std::uint64_t floats = 0;
    };
    [[nodiscard]] static Layout layOut(std::span<const std::uint32_t> widths,
                                       const AttentionShape& shape);

    CudaDevice& m_device;
    AttentionShape m_shape;
    std::uint32_t m_pages = 0;
    std::vector<float> m_numbers; ///< of all vectors, behind the rotary angles
    std::vector<std::size_t> m_vectorAt;
    std::size_t m_uploaded = 0; ///< of m_numbers
    std::vector<std::uint32_t> m_widths;
    Layout m_layout;
    Block m_vectors;
    Block m_activations;
    std::vector<Block> m_cache; ///< one a layer
    Block m_step;
    Block m_counters;
    Block m_logits;
    std::vector<std::uint32_t> m_stepNumbers; ///< of the step in hand
};

} // namespace phidelity::cuda
