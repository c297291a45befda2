// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/backend/cpu/kernels/packed_matrix.h"

namespace phidelity::kernels {

// Prefill: weights and inputs become 16-bit fixed point with a scale per row and 32 columns, are
// multiplied in pairs into 32-bit sums, and the sums of 32 columns are added up in F32. The 16-bit
// multiply does two (VNNI: four) times the work of the F32 one per instruction.
//
// Accuracy. A scale is chosen such that the 32 numbers' Euclidean norm is at most 46330 (and the
// largest number at most 32767): by the Cauchy-Schwarz inequality no sum, not even a partial one,
// can then leave 32 bits (46340^2 < 2^31). Rounding adds an error of 0.29 * 5.7 / 46330 = 3.5e-5 of
// the block's norm, whatever the numbers are; stored weights are not changed. F16 inputs, as others
// use, have an error of 1.4e-4. With 64 columns under a scale prefill and decode of the reference
// models differed by up to 1.2e-3 of their logits' norm, with 32 by at most 5.8e-4.

/// Columns under one scale; matrices are padded with zeros to a multiple.
inline constexpr std::size_t kPanelBlock = 32;
/// Columns that are unpacked at a time, so that a group of rows (8 KiB) stays in the L1 cache while
/// all inputs pass by: a K super-block.
inline constexpr std::size_t kPanelColumns = 256;

[[nodiscard]] constexpr std::size_t panelBlocks(std::size_t columns) {
    return (columns + kPanelBlock - 1) / kPanelBlock;
}

/// Groups of 16 rows of a task: their sums (4 x 32 KiB for 512 inputs) share the L2 cache with 256
/// columns of the inputs (256 KiB).
inline constexpr std::size_t kTaskGroups = 4;

/// Input rows that stand side by side in a panel: what fits the registers of the instruction set in
/// use.
[[nodiscard]] std::size_t panelTokens();

/// Words and scales of one panel of kPanelColumns columns. All panels of a chunk of columns lie
/// together, so that they pass through the caches as one stream.
[[nodiscard]] constexpr std::size_t panelWords(std::size_t tokens) {
    return kPanelColumns / 2 * tokens;
}
[[nodiscard]] constexpr std::size_t panelScales(std::size_t tokens) {
    return kPanelColumns / kPanelBlock * tokens;
}

/// Where the chunks of one panel lie: chunk c at words + c * wordStride and scales + c *
/// scaleStride.
struct PanelPlace {
    std::int32_t* words;
    std::size_t wordStride;
    float* scales;
    std::size_t scaleStride;
};

/// Packs `count` <= tokens rows of x (a row every `stride` floats): a chunk is words[kPanelColumns
/// / 2][tokens] of column pairs and scales[8][tokens], tokens = panelTokens(). Rows from count on
/// and columns from `columns` to the next multiple of kPanelBlock are zeros.
void packInputPanel(const float* x, std::size_t stride, std::size_t count, std::size_t columns,
                    const PanelPlace& place);

/// Unpacks columns [first, first + kPanelColumns) (or up to the end) of one group of 16 rows as
/// words[kPanelColumns / 2][16] of column pairs and scales[8][16]; missing rows and columns are
/// zeros. `first` is a multiple of kPanelColumns.
void unpackWeightPanel(const PackedMatrix& matrix, std::uint64_t group, std::size_t first,
                       std::int32_t* words, float* scales);

/// sums[token][row] of one tile (+)= inputs * weights over `blocks` blocks of kPanelBlock columns. `sums` is
/// float[panelTokens()][16]. Overwrites where `begin`.
enum class TileStart { Overwrite, Accumulate };
void multiplyTile(const std::int32_t* weights, const float* weightScales,
                  const std::int32_t* inputs, const float* inputScales, std::size_t blocks,
                  TileStart start, float* sums);

} // namespace phidelity::kernels
