// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "inference/backend/backend.h"
#include "inference/backend/cpu/kernels/aligned_buffer.h"
#include "inference/backend/cpu/kernels/packed_matrix.h"
#include "inference/backend/cpu/kernels/prepared_input.h"
#include "inference/backend/cpu/kernels/thread_pool.h"

/// The vectorised arithmetic of the CPU backend. Every function has an obvious twin (dequantizeRow
/// and two loops) with which it agrees to about 1e-4 of the result's norm; the instruction set is
/// chosen at run time.
///
/// A project verb is: layerNorm rows -> PreparedInput::prepare -> multiply({q, k, v, fc1}); rotary
/// and the cache writes then open attend's tasks, one a head: they touch no other head's numbers,
/// so they need no barrier of their own. A merge verb: prepare both inputs -> multiply with two
/// products that Add to the same output.
namespace phidelity::kernels {

/// What becomes of `W x + b` of a tile while it is hot.
enum class Finish : std::uint8_t {
    Store, ///< out = value
    Gelu,  ///< out = gelu(value), tanh form
    Add,   ///< out += value
};

/// One product: out(row, o) finish= sum over i of weights(o, i) * input(row, i) + bias(o).
struct Product {
    const PackedMatrix* weights = nullptr;
    const PreparedInput* input = nullptr; ///< width = weights->columns(), prepared for its type
    const float* bias = nullptr;          ///< weights->rows() numbers, or null for none
    Finish finish = Finish::Store;
    float* out = nullptr;      ///< (input rows, weights->rows())
    std::size_t outStride = 0; ///< floats from one row of out to the next
};

/// All products in one parallel region with one barrier; weights are read from memory once for up
/// to kSmallBatch rows. Products with the same `out` (then all must be Add, with equal row counts)
/// run one after the other in the same task. All inputs have the same number of rows. Any row count
/// >= 1.
void multiply(ThreadPool& pool, std::span<const Product> products);

/// y = LayerNorm(x) for one row: two passes, sums in F64 lanes. x and y may be the same.
void layerNorm(const float* x, const float* weight, const float* bias, float epsilon,
               std::uint32_t width, float* y);

/// In place 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), absolute error below 1e-6 * max(1,
/// |x|).
void gelu(std::span<float> x);

/// cos and sin of `position * theta^(-2i/rotary)` for i < rotary/2, angles in F64: write once per
/// position.
void rotaryAngles(std::uint32_t position, float theta, std::uint32_t rotary, float* cosines,
                  float* sines);

/// Rotates pairs (i, i + rotary/2) of one head in place, then multiplies all headSize numbers by
/// `scale`.
void rotate(float* head, std::uint32_t headSize, std::uint32_t rotary, const float* cosines,
            const float* sines, float scale);

/// The cache of one head in one page, as `attendHead` reads it: 16-bit fixed point with an F32
/// scale for each position, the largest number of a position being 32767. Of the same size as F16
/// but a tenth of its rounding error, which was the largest part of the error of whole models, and
/// with no upper limit. In words of 16 bits, cacheWords(headSize) of them:
///  keys:   (headSize, kPageTokens): number d of the token in slot s stands at d * kPageTokens + s
///  values: (kPageTokens, headSize): number d of slot s at s * headSize + d
///  after either: kPageTokens scales
/// Keys lie across so that 8 or 16 scores are computed side by side without horizontal sums. A
/// position with a number that is not finite has a NaN for a scale.
[[nodiscard]] constexpr std::size_t cacheWords(std::uint32_t headSize) {
    return std::size_t{kPageTokens} * (headSize + sizeof(float) / sizeof(std::uint16_t));
}
void storeKey(std::uint16_t* keys, std::uint32_t slot, const float* key, std::uint32_t headSize);
void storeValue(std::uint16_t* values, std::uint32_t slot, const float* value,
                std::uint32_t headSize);

/// Attention of one head for consecutive rows of one sequence.
struct HeadAttention {
    const float* query = nullptr; ///< row r at query + r * queryStride; rotated and scaled already
    std::size_t queryStride = 0;
    std::uint32_t rows = 0;
    const std::uint32_t* positions =
        nullptr; ///< (rows), ascending; row r sees positions 0 .. positions[r]
    const std::uint16_t* const* keys = nullptr; ///< per page, this head's keys (layout of storeKey)
    const std::uint16_t* const* values = nullptr; ///< per page, this head's values
    std::uint32_t headSize = 0;                   ///< <= kMaxHeadSize
    float* out = nullptr;                         ///< row r at out + r * outStride
    std::size_t outStride = 0;
};
inline constexpr std::uint32_t kMaxHeadSize = 256;

/// out = softmax(q k^T) v, scores and sums in F32, softmax with the maximum subtracted. `scratch`
/// holds attentionScratch(highest position + 1) floats of the calling thread. Slots of a page that
/// no row sees may hold anything. One thread; run one task a head (prefill: blocks of 64 rows of a
/// head).
void attendHead(const HeadAttention& work, float* scratch);
[[nodiscard]] std::size_t attentionScratch(std::uint32_t keys);

/// As phidelity::halfToFloat, for a row.
void halfToFloatRow(const std::uint16_t* in, float* out, std::size_t count);
/// Round to nearest even, as phidelity::floatToHalf.
void floatToHalfRow(const float* in, std::uint16_t* out, std::size_t count);

/// False where any number is NaN or infinite.
[[nodiscard]] bool allFinite(std::span<const float> values);

/// Bytes per second at which all threads of the pool together read a buffer far larger than the
/// caches (512 MiB, huge pages where to be had): the best of several passes, about half a second.
/// The limit of decode. OutOfMemory yields 0.
[[nodiscard]] double measureReadBandwidth(ThreadPool& pool);
/// F32 multiply-adds per second of all threads of the pool together, in registers.
[[nodiscard]] double measureFmaPeak(ThreadPool& pool);

/// "AVX2", "AVX3", "SSE4", ...: the instruction set that run-time dispatch chose.
[[nodiscard]] std::string instructionSet();

} // namespace phidelity::kernels
