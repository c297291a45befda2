// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/backend/cuda/device/words.h"

/// What a kernel of the CUDA backend is told: structs of pointers into the device's memory and of
/// numbers, passed by value. What changes from step to step stands in memory that StepView points
/// to, so that a captured step can be run again as it is.
namespace phidelity::cuda {

inline constexpr std::uint32_t kMostParts = 4;

/// What becomes of an output of a product. See phidelity::Epilogue for the first five.
enum class Output : std::uint32_t {
    Store,
    Gelu,
    RotateQuery,
    RotateToKeys,
    ToValues,
    AddToResidual, ///< out += it
};

/// The step in hand, on the device. All that differs between steps of one shape.
struct StepView {
    const std::uint32_t* tokens = nullptr;    ///< (rows)
    const std::uint32_t* positions = nullptr; ///< (rows)
    const std::uint32_t* sequences = nullptr; ///< (rows)
    const std::uint32_t* logitRows = nullptr; ///< (logit rows)
    const std::uint32_t* pages = nullptr;     ///< (sequences, pagesPerSequence) page ids
    std::uint32_t pagesPerSequence = 0;
    bool operator==(const StepView&) const = default;
};

/// Keys and values of one layer, halves. A page holds heads x kPageTokens keys in words of eight
/// dims, the words of neighbouring tokens side by side: (heads, headSize / 8, tokens, 8); then its
/// values: (heads, tokens, headSize).
struct CacheView {
    std::uint16_t* halves = nullptr;
    std::uint32_t heads = 0;
    std::uint32_t headSize = 0; ///< a multiple of 8
    std::uint32_t rotary = 0;
    /// (context, rotary): rotary / 2 cosines, then as many sines, of every position.
    const float* angles = nullptr;
    bool operator==(const CacheView&) const = default;
};

/// LayerNorm of a row; weight null: none.
struct NormView {
    const float* weight = nullptr;
    const float* bias = nullptr;
    float epsilon = 0;
    std::uint32_t width = 0;
    bool operator==(const NormView&) const = default;
};

/// One matrix of a stacked product.
struct PartView {
    const Word* weights = nullptr; ///< tiles
    const float* bias = nullptr;
    float* out = nullptr; ///< (rows, outStride)
    std::uint32_t outStride = 0;
    std::uint32_t firstBlock = 0; ///< along x
    std::uint32_t groups = 0;     ///< of eight rows of the matrix
    std::uint32_t outputs = 0;
    Output output = Output::Store;
    std::uint32_t* counters =
        nullptr; ///< one a head and row block, zero between launches; rotated parts only
    bool operator==(const PartView&) const = default;
};

/// y = W norm(x) + b of one or several matrices of one type over the same rows.
struct ProductTable {
    PartView parts[kMostParts];
    std::uint32_t partCount = 0;
    std::uint32_t rows = 0;
    std::uint32_t supers = 0; ///< super-blocks of a row of weights
    std::uint32_t columns =
        0; ///< numbers of an input row that are there; what is past them counts as 0
    const float* input = nullptr;
    std::uint32_t inputStride = 0;
    std::uint32_t gathers = 0; ///< 1: row i reads step.logitRows[i]
    NormView norm;
    StepView step;
    CacheView cache;
    bool operator==(const ProductTable&) const = default;
};

/// context = softmax(q k^T) v.
struct AttendTable {
    const float* query = nullptr;
    float* context = nullptr;
    std::uint32_t queryStride = 0;
    std::uint32_t contextStride = 0;
    std::uint32_t splits = 0;          ///< blocks that share a row's keys
    float* partials = nullptr;         ///< (rows, heads, splits, headSize + 2)
    std::uint32_t* counters = nullptr; ///< (rows, heads), zero between launches
    StepView step;
    CacheView cache;
    bool operator==(const AttendTable&) const = default;
};

struct EmbedTable {
    const Word* weights = nullptr;
    float* out = nullptr;
    std::uint32_t outStride = 0;
    std::uint32_t supers = 0;
    std::uint32_t width = 0;
    StepView step;
    bool operator==(const EmbedTable&) const = default;
};

/// The norm of every row, as halves in words for the kernels that multiply many rows:
/// value = half * 2^scale[row]; without a norm the rows as they are.
struct HalveTable {
    const float* input = nullptr;
    std::uint32_t inputStride = 0;
    std::uint32_t gathers = 0;
    NormView norm;                ///< width is always set
    std::uint32_t* out = nullptr; ///< (rows, outStride) pairs of halves; filled up with zeros
    std::uint32_t outStride = 0;  ///< pairs
    float* scales = nullptr;      ///< (rows)
    StepView step;
    bool operator==(const HalveTable&) const = default;
};

/// As ProductTable, with inputs that HalveTable describes.
struct ManyTable {
    PartView parts[kMostParts]; ///< firstBlock: of kManyOutputs outputs
    std::uint32_t partCount = 0;
    std::uint32_t rows = 0;
    std::uint32_t supers = 0;
    const std::uint32_t* input = nullptr;
    std::uint32_t inputStride = 0;
    const float* scales = nullptr;
    StepView step;
    CacheView cache;
    bool operator==(const ManyTable&) const = default;
};

} // namespace phidelity::cuda
