// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/cpu/host_array.h"
#include "inference/result.h"

namespace phidelity {

/// What every backend in host memory shares: vectors, activations, cache pages, logits and the step
/// in hand. The arithmetic is left to those who inherit: each verb runs when it is called, and
/// submit only hands over what `head` wrote.
///
/// A cache page holds (layers, 2, heads) blocks, keys before values: the keys, or values, of one
/// head for kPageTokens positions, in the form that the inheriting backend gives them.
class HostBackend : public Backend {
public:
    [[nodiscard]] const DeviceInfo& device() const override { return m_device; }
    [[nodiscard]] std::uint64_t memoryAvailable() const override;
    Result<LoadBytes> bytesFor(const LoadPlan& plan) override;
    Result<VectorId> addVector(const TensorView& vector) override;
    Result<Activation> addActivation(std::uint32_t width) override;
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) override;
    [[nodiscard]] std::uint64_t pageBytes(const AttentionShape& shape) const override;
    Result<void> copyPage(PageId from, PageId to) override;
    Result<void> begin(const Step& step) override;
    void receive(Activation x, std::span<const float> rows) override;
    void handOver(Activation x, std::span<float> rows) override;
    Result<std::span<const float>> submit() override;
    /// All rows of the step, (rows, width), packed: between begin and submit, as the verbs so far
    /// left them.
    [[nodiscard]] std::span<float> rowsOf(Activation a) {
        return {matrix(a), std::size_t{rows()} * a.width};
    }
    [[nodiscard]] std::uint64_t weightBytes() const override { return m_weightBytes; }

protected:
    explicit HostBackend(DeviceInfo device) : m_device(std::move(device)) {}

    [[nodiscard]] const Step& step() const { return m_step; }
    [[nodiscard]] std::uint32_t rows() const {
        return static_cast<std::uint32_t>(m_step.rows.size());
    }
    [[nodiscard]] const AttentionShape& attention() const { return m_attention; }
    [[nodiscard]] std::span<const float> vector(VectorId id) const {
        return m_vectors[static_cast<std::size_t>(id)].span();
    }
    /// All rows of the step, (rows, width), packed.
    [[nodiscard]] float* matrix(Activation a) { return m_activations[a.index].values.data(); }
    [[nodiscard]] std::span<float> row(Activation a, std::size_t row) {
        return {matrix(a) + row * a.width, a.width};
    }

    /// Whether matrices of a type are used where they lie.
    [[nodiscard]] virtual bool usesInPlace(TensorType type, MatrixUse use) const = 0;
    /// Bytes of the keys, or values, of one head in one page; a multiple of 4.
    [[nodiscard]] virtual std::size_t headBytes(const AttentionShape& shape) const = 0;

    /// Keys, or values, of one head in one page.
    template <class T>
    [[nodiscard]] T* keys(PageId page, std::uint32_t layer, std::uint32_t head) {
        return reinterpret_cast<T*>(block(page, layer, 0, head));
    }
    template <class T>
    [[nodiscard]] T* values(PageId page, std::uint32_t layer, std::uint32_t head) {
        return reinterpret_cast<T*>(block(page, layer, 1, head));
    }
    /// The page that holds a position of a row's sequence.
    [[nodiscard]] PageId page(const StepRow& row, std::uint32_t position) const {
        return m_step.pages[row.sequence][position / kPageTokens];
    }
    /// Room for the logits of this step, (logitRows, outputs); empty without memory, and then
    /// submit fails.
    [[nodiscard]] std::span<float> takeLogits(std::size_t outputs);
    /// Lets submit fail with OutOfMemory: a verb has no result of its own.
    void failStep() { m_outOfMemory = true; }
    void countWeights(std::uint64_t bytes) { m_weightBytes += bytes; }

private:
    struct Scratch {
        std::uint32_t width;
        HostArray<float> values;
    };

    [[nodiscard]] std::byte* block(PageId page, std::uint32_t layer, std::uint32_t which,
                                   std::uint32_t head) {
        return m_pages[page].data() +
               ((std::size_t{layer} * 2 + which) * m_attention.heads + head) * m_headBytes;
    }
    Result<void> providePage(PageId page);

    DeviceInfo m_device;
    std::vector<HostArray<float>> m_vectors;
    std::vector<Scratch> m_activations;
    AttentionShape m_attention;
    std::size_t m_headBytes = 0;
    std::vector<HostArray<std::byte>> m_pages; ///< by id; empty until first used
    HostArray<float> m_logits;
    std::size_t m_logitCount = 0;
    Step m_step;
    bool m_outOfMemory = false;
    std::uint64_t m_weightBytes = 0;
};

} // namespace phidelity
