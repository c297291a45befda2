// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace phidelity {

/// How the numbers of a tensor are stored. The values are ggml's type ids (they stand in GGUF
/// files).
enum class TensorType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30,
};

/// Every supported type, in the order in which messages list them.
inline constexpr TensorType kTensorTypes[] = {
    TensorType::F32,  TensorType::F16,  TensorType::BF16, TensorType::Q8_0, TensorType::Q4_0,
    TensorType::Q4_1, TensorType::Q5_0, TensorType::Q5_1, TensorType::Q2_K, TensorType::Q3_K,
    TensorType::Q4_K, TensorType::Q5_K, TensorType::Q6_K,
};

/// A block is the smallest unit that is stored: `elements` consecutive numbers of a row in `bytes`
/// bytes.
struct BlockLayout {
    std::uint32_t elements;
    std::uint32_t bytes;
};

/// Layout of a type's blocks (PHI-2 reference section 4; ggml-common.h).
[[nodiscard]] constexpr BlockLayout blockLayout(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return {1, 4};
    case TensorType::F16:
        return {1, 2};
    case TensorType::BF16:
        return {1, 2};
    case TensorType::Q8_0:
        return {32, 34};
    case TensorType::Q4_0:
        return {32, 18};
    case TensorType::Q4_1:
        return {32, 20};
    case TensorType::Q5_0:
        return {32, 22};
    case TensorType::Q5_1:
        return {32, 24};
    case TensorType::Q2_K:
        return {256, 84};
    case TensorType::Q3_K:
        return {256, 110};
    case TensorType::Q4_K:
        return {256, 144};
    case TensorType::Q5_K:
        return {256, 176};
    case TensorType::Q6_K:
        return {256, 210};
    }
    return {1, 4};
}

/// "Q4_K" and so on, as in messages and on the command line.
[[nodiscard]] std::string_view tensorTypeName(TensorType type);

/// The type of a ggml id, or nothing where we do not support it.
[[nodiscard]] std::optional<TensorType> tensorTypeFromId(std::uint32_t id);

/// The type of a name such as "Q4_K", or nothing where we do not support it.
[[nodiscard]] std::optional<TensorType> tensorTypeFromName(std::string_view name);

/// The name that ggml gives to an id, supported or not ("IQ4_XS"); "an unknown type" for others.
[[nodiscard]] std::string_view ggmlTypeName(std::uint32_t id);

/// Bytes of a row of `columns` elements; columns must be a multiple of the block's elements.
[[nodiscard]] constexpr std::uint64_t rowBytes(TensorType type, std::uint64_t columns) {
    const BlockLayout layout = blockLayout(type);
    return columns / layout.elements * layout.bytes;
}

/// A matrix as it lies in a file or in memory: `rows` rows of `columns` numbers, row-major, packed.
/// For a linear layer rows = outputs and columns = inputs. A vector is one row. Does not own.
/// `data` is not aligned beyond one byte.
struct TensorView {
    TensorType type = TensorType::F32;
    const std::byte* data = nullptr;
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;

    [[nodiscard]] std::uint64_t bytes() const { return rows * rowBytes(type, columns); }
    /// `count` rows from `first` on, without a copy.
    [[nodiscard]] TensorView slice(std::uint64_t first, std::uint64_t count) const {
        return {type, data + first * rowBytes(type, columns), count, columns};
    }
};

/// Writes the exact values of one stored row to `out`. The obvious loop for every type, the oracle
/// of all faster ones. `row` holds rowBytes(type, out.size()) bytes; out.size() is a multiple of
/// the block.
void dequantizeRow(TensorType type, const std::byte* row, std::span<float> out);

/// Stores one row as `type` by the deterministic reference quantiser (section 4). `out` holds
/// rowBytes(type, row.size()) bytes. Every supported type can be written. The numbers must be
/// finite.
void quantizeRow(TensorType type, std::span<const float> row, std::byte* out);

/// IEEE half precision to single, exact.
[[nodiscard]] float halfToFloat(std::uint16_t bits);
/// Single to half, round to nearest even; overflow becomes infinity.
[[nodiscard]] std::uint16_t floatToHalf(float value);

} // namespace phidelity
