// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "inference/backend/cpu/host_array.h"
#include "inference/backend/cpu/host_backend.h"
#include "inference/backend/cpu/kernels/kernels.h"

namespace phidelity {

/// The five verbs on vectorised kernels and all threads. Agrees with ObviousBackend to about 1e-4
/// of a result's norm. A decode step allocates nothing once the largest step was seen.
///
/// The cache holds 16-bit fixed point, and the keys of a head lie across: see kernels::storeKey.
class FastBackend final : public HostBackend {
public:
    /// `device.threads` threads, the caller's among them.
    explicit FastBackend(DeviceInfo device);

    Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) override;
    [[nodiscard]] bool keepsView(MatrixId id) const override;
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) override;
    [[nodiscard]] std::uint32_t maxRows() const override { return 512; }
    [[nodiscard]] std::uint32_t rowsAsAlone() const override { return kernels::kSmallBatch; }
    Result<void> begin(const Step& step) override;

    Result<DeviceRates> measureRates() override;

    void embed(Activation x, MatrixId table) override;
    void project(Activation x, const Norm& norm, std::span<const Part> parts,
                 std::uint32_t layer) override;
    void attend(Activation context, Activation query, std::uint32_t layer) override;
    void merge(Activation x, std::span<const Term> terms) override;
    void head(Activation x, const Norm& norm, const Linear& linear) override;

protected:
    [[nodiscard]] std::size_t headBytes(const AttentionShape& shape) const override {
        return kernels::cacheWords(shape.headSize) * sizeof(std::uint16_t);
    }
    [[nodiscard]] bool usesInPlace(TensorType type, MatrixUse use) const override;

private:
    struct Matrix {
        TensorView view;               ///< of a table
        kernels::PackedMatrix product; ///< of a product
    };
    /// Consecutive rows of one sequence: what one task of attention takes for one head.
    struct RowBlock {
        std::uint32_t first;
        std::uint32_t rows;
    };

    [[nodiscard]] const kernels::PackedMatrix& product(MatrixId id) const {
        return m_matrices[static_cast<std::size_t>(id)].product;
    }
    void planAttention();
    [[nodiscard]] bool normalise(std::span<const std::uint32_t> rowsOfX, Activation x,
                                 const Norm& norm);
    [[nodiscard]] float* partOutput(const Part& part, std::size_t index);
    void rotateAndStore(std::span<const Part> parts, std::uint32_t layer);
    void attendBlock(const RowBlock& block, std::uint32_t head, std::uint32_t thread,
                     Activation context, Activation query, std::uint32_t layer);

    kernels::ThreadPool m_pool;
    std::vector<Matrix> m_matrices;
    HostArray<float> m_angles; ///< (context, 2, rotary / 2): cosines, then sines

    // The step in hand.
    std::vector<std::uint32_t> m_everyRow;  ///< 0, 1, 2, ...
    std::vector<std::uint32_t> m_positions; ///< by row
    std::vector<RowBlock> m_blocks;
    HostArray<float> m_normed;                  ///< (rows, width)
    std::vector<HostArray<float>> m_cacheParts; ///< keys and values before they go to the cache
    std::vector<kernels::PreparedInput> m_inputs;
    std::vector<kernels::Product> m_products;
    std::size_t m_scratchNumbers = 0; ///< per thread
    HostArray<float> m_scratch;
    std::size_t m_tablePages = 0;                   ///< pages of the longest sequence in the step
    std::vector<const std::uint16_t*> m_pageTables; ///< (threads, 2, m_tablePages)
};

} // namespace phidelity
