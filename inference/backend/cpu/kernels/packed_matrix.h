// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cpu/kernels/aligned_buffer.h"
#include "inference/backend/cpu/kernels/thread_pool.h"
#include "inference/file/tensor_type.h"
#include "inference/result.h"

namespace phidelity::kernels {

/// A matrix as the products read it fastest. F32, F16 and BF16 are used where they lie, so the
/// view's bytes must outlive the matrix (keepsView); all other types are repacked once, a
/// permutation of the stored bits: groups of kGroupRows rows side by side, quants, scales and
/// minima of a block together. Rows beyond the last are zeros. Immutable after pack; any thread may
/// read.
class PackedMatrix {
public:
    /// Rows of a group, whatever the vector width: one 512-bit, two 256-bit or four 128-bit vectors
    /// of 32-bit lanes.
    static constexpr std::uint32_t kGroupRows = 16;
    /// Rows of two groups, whose super-blocks lie alternately.
    static constexpr std::uint32_t kPairRows = 2 * kGroupRows;

    /// rows >= 1, columns a multiple of the type's block and > 0 (BadArgument); OutOfMemory. Costs
    /// about one read and one write of the bytes.
    [[nodiscard]] static Result<PackedMatrix> pack(const TensorView& view, ThreadPool& pool);
    [[nodiscard]] static bool keepsView(TensorType type);

    [[nodiscard]] TensorType type() const { return m_view.type; }
    [[nodiscard]] std::uint64_t rows() const { return m_view.rows; }
    [[nodiscard]] std::uint64_t columns() const { return m_view.columns; }
    /// Bytes that a product reads: the view's, or those of the packed copy.
    [[nodiscard]] std::uint64_t bytes() const;

    /// Exact values of row `row`, for embeddings: out holds columns() floats.
    void dequantizeRow(std::uint64_t row, float* out) const;

    /// Where group `group` begins, and how far it is from one of its super-blocks to the next
    /// (packed types only). The second group of a pair is there even if no row is left for it.
    [[nodiscard]] const std::byte* group(std::uint64_t group) const {
        return m_packed.data() + groupOffset(group);
    }
    [[nodiscard]] std::size_t superStride() const { return 2 * m_superBytes; }
    /// The view's bytes of row `row` (kept views only).
    [[nodiscard]] const std::byte* viewRow(std::uint64_t row) const {
        return m_view.data + row * rowBytes(m_view.type, m_view.columns);
    }

private:
    [[nodiscard]] std::size_t groupOffset(std::uint64_t group) const {
        return group / 2 * m_pairBytes + group % 2 * m_superBytes;
    }

    TensorView m_view; ///< data is null for packed types
    AlignedBuffer m_packed;
    std::size_t m_superBytes = 0; ///< of one group
    std::size_t m_pairBytes = 0;  ///< of two groups
};

} // namespace phidelity::kernels
