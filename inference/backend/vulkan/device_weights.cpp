// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/device_weights.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "inference/backend/tile_words.h"
#include "inference/file/quant_blocks.h"

namespace phidelity::vulkan {
namespace {

constexpr std::size_t kChunks = 8;     ///< of a super-block, 32 columns each
constexpr std::size_t kFirstCodes = 1; ///< word of them, behind that of scales
constexpr std::size_t kChunkColumns = kSuperColumns / kChunks;

/// A tile while it is filled, seen by one of its rows. Word w of row r has its component c at
/// (w * rows + r) * 4 + c.
class TileRow {
public:
    TileRow(std::span<std::uint32_t> components, std::size_t rows, std::size_t row)
        : m_components(components), m_rows(rows), m_row(row) {}

    /// Number `index` of the 32-bit numbers that the row has from `word` on.
    [[nodiscard]] std::uint32_t& number(std::size_t word, std::size_t index = 0) {
        return m_components[((word + index / 4) * m_rows + m_row) * 4 + index % 4];
    }
    /// Number `index` of the 16-bit numbers from `word` on.
    void setHalf(std::size_t word, std::size_t index, std::uint32_t bits) {
        number(word, index / 2) |= bits << (16 * (index % 2));
    }
    /// The row's own among 16-bit or 32-bit numbers of all rows, side by side from `word` on.
    void setSharedHalf(std::size_t word, std::uint32_t bits) {
        m_components[word * m_rows * 4 + m_row / 2] |= bits << (16 * (m_row % 2));
    }
    void setSharedNumber(std::size_t word, std::uint32_t bits) {
        m_components[word * m_rows * 4 + m_row] = bits;
    }

private:
    std::span<std::uint32_t> m_components;
    std::size_t m_rows; ///< of the tile
    std::size_t m_row;
};

std::uint64_t load64(const std::uint8_t* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

std::uint32_t load32(const std::uint8_t* from) {
    std::uint32_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// `Bits` bits of each of 8 bytes, from bit `shift` on, side by side, the first byte lowest.
template <unsigned Bits>
std::uint32_t gather(std::uint64_t bytes, unsigned shift) {
    constexpr std::uint64_t kMask = 0x0101010101010101U * ((1U << Bits) - 1);
    constexpr std::uint64_t kPairs = 0x0001000100010001U * ((1U << 2 * Bits) - 1);
    constexpr std::uint64_t kFours = 0x0000000100000001U * ((1U << 4 * Bits) - 1);
    std::uint64_t x = (bytes >> shift) & kMask;
    x = (x | x >> (8 - Bits)) & kPairs;
    x = (x | x >> (16 - 2 * Bits)) & kFours;
    return static_cast<std::uint32_t>(x | x >> (32 - 4 * Bits));
}

/// A block of 32 (Q4_0, Q4_1, Q5_0, Q5_1): scale, minimum if any, fifth bits if any, nibbles, the
/// low ones of 16 bytes before the high ones.
template <bool Minimum, bool FifthBit>
void pack32(const std::uint8_t* block, std::size_t chunk, TileRow& row) {
    constexpr std::size_t kHigh = Minimum ? 4 : 2;
    constexpr std::size_t kCodes = Minimum ? 0 : kFirstCodes;
    const std::uint8_t* codes = block + kHigh + (FifthBit ? 4 : 0);
    for (std::size_t c = 0; c < 4; ++c) {
        row.number(kCodes + chunk, c) = gather<4>(load64(codes + 8 * (c % 2)), c < 2 ? 0 : 4);
    }
    std::size_t next = kCodes + kChunks;
    if constexpr (FifthBit) {
        row.number(next, chunk) = load32(block + kHigh);
        next += 2;
    }
    if constexpr (Minimum) {
        row.number(next, chunk) = load32(block);
    } else {
        row.setHalf(0, chunk, quant::loadU16(block));
    }
}

void packQ8(const std::uint8_t* block, std::size_t chunk, TileRow& row) {
    for (std::size_t i = 0; i < 8; ++i) {
        row.number(kFirstCodes + 2 * chunk, i) = load32(block + 2 + 4 * i);
    }
    row.setHalf(0, chunk, quant::loadU16(block));
}

/// Scales and minima of Q4_K and Q5_K.
void packScaleMin(const std::uint8_t* block, TileRow& row) {
    row.number(0, 0) = load32(block);
    for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
        const auto [scale, min] = quant::loadScaleMin(block + 4, chunk);
        row.number(0, 1) |= (scale & 15U) << (4 * chunk);
        row.number(0, 2) |= (min & 15U) << (4 * chunk);
        row.number(0, 3) |= (scale >> 4U) << (2 * chunk) | (min >> 4U) << (16 + 2 * chunk);
    }
}

/// Nibbles of Q4_K and Q5_K: a chunk in the low or high halves of 32 bytes.
void packNibblesK(const std::uint8_t* codes, TileRow& row) {
    for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
        for (std::size_t c = 0; c < 4; ++c) {
            row.number(kFirstCodes + chunk, c) = gather<4>(load64(codes + 32 * (chunk / 2) + 8 * c),
                                                           static_cast<unsigned>(4 * (chunk % 2)));
        }
    }
}

/// Single bits of Q5_K and Q3_K: bit `chunk` of 32 bytes.
void packBitsK(const std::uint8_t* bits, std::size_t word, TileRow& row) {
    for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
        for (std::size_t c = 0; c < 4; ++c) {
            row.number(word, chunk) |= gather<1>(load64(bits + 8 * c), static_cast<unsigned>(chunk))
                                       << (8 * c);
        }
    }
}

void packQ4K(const std::uint8_t* block, TileRow& row) {
    packNibblesK(block + 16, row);
    packScaleMin(block, row);
}

void packQ5K(const std::uint8_t* block, TileRow& row) {
    packNibblesK(block + 48, row);
    packBitsK(block + 16, kFirstCodes + kChunks, row);
    packScaleMin(block, row);
}

void packQ6K(const std::uint8_t* block, TileRow& row) {
    for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
        const std::size_t half = chunk / 4;
        const std::size_t k = chunk % 4;
        for (std::size_t c = 0; c < 4; ++c) {
            row.number(kFirstCodes + chunk, c) =
                gather<4>(load64(block + 64 * half + 32 * (k & 1) + 8 * c),
                          static_cast<unsigned>(4 * (k >> 1)));
            row.setHalf(
                kFirstCodes + kChunks, 4 * chunk + c,
                gather<2>(load64(block + 128 + 32 * half + 8 * c), static_cast<unsigned>(2 * k)));
        }
    }
    for (std::size_t i = 0; i < 4; ++i) {
        row.number(0, i) = load32(block + 192 + 4 * i);
    }
    row.setSharedHalf(kChunks + 5, quant::loadU16(block + 208));
}

/// The two-bit codes of Q2_K and Q3_K.
void packTwoBits(const std::uint8_t* codes, TileRow& row) {
    for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
        for (std::size_t c = 0; c < 4; ++c) {
            row.setHalf(kFirstCodes, 4 * chunk + c,
                        gather<2>(load64(codes + 32 * (chunk / 4) + 8 * c),
                                  static_cast<unsigned>(2 * (chunk % 4))));
        }
    }
}

void packQ2K(const std::uint8_t* block, TileRow& row) {
    packTwoBits(block + 16, row);
    for (std::size_t i = 0; i < 4; ++i) {
        row.number(0, i) = load32(block + 4 * i);
    }
    row.setSharedNumber(5, load32(block + 80));
}

void packQ3K(const std::uint8_t* block, TileRow& row) {
    packTwoBits(block + 32, row);
    packBitsK(block, kFirstCodes + 4, row);
    row.number(0, 0) = quant::loadU16(block + 108);
    for (std::size_t j = 0; j < 16; ++j) {
        const std::uint32_t scale = quant::loadScaleQ3(block + 96, j);
        row.number(0, 1 + j / 8) |= (scale & 15U) << (4 * (j % 8));
        row.number(0, 3) |= (scale >> 4U) << (2 * j);
    }
}

void packPlain(const std::uint8_t* numbers, std::size_t bytes, TileRow& row) {
    for (std::size_t at = 0; at < bytes; at += 4) {
        std::memcpy(&row.number(0, at / 4), numbers + at, std::min<std::size_t>(4, bytes - at));
    }
}

/// `columns` columns of one row, a super-block at most; `block` is where they begin in the file.
void packSuper(TensorType type, const std::uint8_t* block, std::size_t columns, TileRow& row) {
    const auto eachChunk = [&](auto pack) {
        for (std::size_t chunk = 0; chunk < columns / kChunkColumns; ++chunk) {
            pack(block + chunk * blockLayout(type).bytes, chunk, row);
        }
    };
    switch (type) {
    case TensorType::F32:
        return packPlain(block, columns * 4, row);
    case TensorType::F16:
    case TensorType::BF16:
        return packPlain(block, columns * 2, row);
    case TensorType::Q8_0:
        return eachChunk(packQ8);
    case TensorType::Q4_0:
        return eachChunk(pack32<false, false>);
    case TensorType::Q5_0:
        return eachChunk(pack32<false, true>);
    case TensorType::Q4_1:
        return eachChunk(pack32<true, false>);
    case TensorType::Q5_1:
        return eachChunk(pack32<true, true>);
    case TensorType::Q2_K:
        return packQ2K(block, row);
    case TensorType::Q3_K:
        return packQ3K(block, row);
    case TensorType::Q4_K:
        return packQ4K(block, row);
    case TensorType::Q5_K:
        return packQ5K(block, row);
    case TensorType::Q6_K:
        return packQ6K(block, row);
    }
}

} // namespace

std::uint32_t DeviceShape::tileWords() const {
    return tileGroups * wordsOfTile(type);
}

void packBand(const TensorView& weights, const DeviceShape& shape, std::uint32_t band,
              std::span<std::byte> out) {
    const BlockLayout layout = blockLayout(weights.type);
    const std::uint32_t rows = shape.tileGroups * kGroupRows;
    // Filled beside the target: that may be memory which the processor must not read.
    std::vector<std::uint32_t> tile(std::size_t{shape.tileWords()} * 4);
    for (std::uint32_t super = 0; super < shape.superBlocks(); ++super) {
        std::ranges::fill(tile, 0U);
        const std::size_t first = std::size_t{super} * kSuperColumns;
        const std::size_t columns = std::min<std::size_t>(kSuperColumns, shape.columns - first);
        for (std::uint32_t index = 0; index < rows; ++index) {
            TileRow row(tile, rows, index);
            const std::uint32_t source = band * rows + index;
            if (source < shape.rows) {
                const auto* block =
                    reinterpret_cast<const std::uint8_t*>(weights.slice(source, 1).data) +
                    first / layout.elements * layout.bytes;
                packSuper(weights.type, block, columns, row);
            }
        }
        const std::size_t bytes = tile.size() * sizeof tile[0];
        std::memcpy(out.data() + super * bytes, tile.data(), bytes);
    }
}

} // namespace phidelity::vulkan
