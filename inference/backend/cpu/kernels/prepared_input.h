// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cpu/kernels/aligned_buffer.h"
#include "inference/backend/cpu/kernels/fixed_block.h"
#include "inference/backend/cpu/kernels/thread_pool.h"
#include "inference/file/tensor_type.h"
#include "inference/result.h"

namespace phidelity::kernels {

/// Up to this many rows the weights are streamed once and each row is multiplied as in decode; more
/// rows are worth unpacking weights into panels (prefill).
inline constexpr std::uint32_t kSmallBatch = 16;

/// Which forms of the input the weights of a product read; or them together for several products.
enum class InputForm : std::uint8_t {
    Float = 1, ///< F32 rows, for F32, F16 and BF16 weights in small batches
    Fixed = 2, ///< 16-bit fixed point, for quantised weights in small batches
    Panel = 4, ///< 16-bit fixed point in panels, for every type from kSmallBatch rows on
};
[[nodiscard]] constexpr std::uint8_t operator|(InputForm a, InputForm b) {
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

/// The rows that a product multiplies, made ready once and read by every part of a stack. 16 bits,
/// not the usual 8: with 8-bit activations whole models lose 3e-2 to 9e-2 of their logits' norm,
/// with 16 below 1e-3. Keeps its memory from step to step; one per thread of control.
class PreparedInput {
public:
    /// Forms that a product of `rows` rows with a matrix of `type` needs.
    [[nodiscard]] static std::uint8_t formsFor(TensorType type, std::uint32_t rows);

    /// Takes x: (rows, columns) with `stride` floats from row to row; columns a multiple of 1 for
    /// the Float form, of 32 for Fixed. `forms` is formsFor of every matrix, or-ed. x is copied or
    /// converted: it may change afterwards. OutOfMemory, and then the input is empty.
    [[nodiscard]] Result<void> prepare(ThreadPool& pool, const float* x, std::uint32_t rows,
                                       std::uint32_t columns, std::size_t stride,
                                       std::uint8_t forms);

    [[nodiscard]] std::uint32_t rows() const { return m_rows; }
    [[nodiscard]] std::uint32_t columns() const { return m_columns; }

    /// What the products read; each is there if its form was asked for.
    /// Float: row r at floatRows() + r * floatStride().
    [[nodiscard]] const float* floatRows() const { return m_float.as<float>(); }
    [[nodiscard]] std::size_t floatStride() const {
        return (std::size_t{m_columns} + 15) / 16 * 16;
    }
    /// Fixed: row r from fixedRows() + r * columns() / 32 on.
    [[nodiscard]] const FixedBlock* fixedRows() const { return m_fixed.as<FixedBlock>(); }
    /// Panel: `panels()` of panelTokens() rows each, chunks of kPanelColumns columns (panel.h).
    [[nodiscard]] std::size_t panels() const { return m_panels; }
    [[nodiscard]] const std::int32_t* chunkWords(std::size_t chunk) const {
        return m_panelWords.as<std::int32_t>() + chunk * m_chunkWords;
    }
    [[nodiscard]] const float* chunkScales(std::size_t chunk) const {
        return m_panelScales.as<float>() + chunk * m_chunkScales;
    }
    /// Scratch of a thread for products with panels, panelScratchBytes() each.
    [[nodiscard]] std::byte* scratch(std::uint32_t thread) const {
        return const_cast<std::byte*>(m_scratch.data()) + thread * m_scratchStride;
    }

private:
    void packPanels(ThreadPool& pool, const float* x, std::size_t stride);

    std::uint32_t m_rows = 0;
    std::uint32_t m_columns = 0;
    AlignedBuffer m_float;
    AlignedBuffer m_fixed;
    AlignedBuffer m_panelWords;
    AlignedBuffer m_panelScales;
    AlignedBuffer m_scratch;
    std::size_t m_panels = 0;
    std::size_t m_chunkWords = 0;  ///< of all panels
    std::size_t m_chunkScales = 0; ///< of all panels
    std::size_t m_scratchStride = 0;
};

} // namespace phidelity::kernels
