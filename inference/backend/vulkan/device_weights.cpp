// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/device_weights.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "inference/file/quant_blocks.h"

namespace phidelity::vulkan {
namespace {

constexpr std::size_t kSubs = 8; ///< columns of words in a tile, 32 columns of the matrix each
constexpr std::size_t kSubColumns = kSuperColumns / kSubs;

/// A tile while it is filled, as 32-bit components: word w of column of words `sub` has its
/// component c at (w * kSubs + sub) * 4 + c.
class Tile {
public:
    explicit Tile(std::span<std::uint32_t> components) : m_components(components) {}

    [[nodiscard]] std::uint32_t& at(std::size_t word, std::size_t sub, std::size_t component) {
        return m_components[(word * kSubs + sub) * 4 + component];
    }
    /// Number `index` of the 32-bit numbers that column `sub` has from `word` on.
    [[nodiscard]] std::uint32_t& number(std::size_t word, std::size_t sub, std::size_t index) {
        return at(word + index / 4, sub, index % 4);
    }
    /// Number `index` of the 16-bit numbers from `word` on.
    void setHalf(std::size_t word, std::size_t sub, std::size_t index, std::uint32_t bits) {
        number(word, sub, index / 2) |= bits << (16 * (index % 2));
    }
    /// Number `index` of the 12-bit numbers from `word` on.
    void setTwelve(std::size_t word, std::size_t sub, std::size_t index, std::uint32_t bits) {
        const std::size_t bit = 12 * index;
        number(word, sub, bit / 32) |= bits << (bit % 32);
        if (bit % 32 > 20) {
            number(word, sub, bit / 32 + 1) |= bits >> (32 - bit % 32);
        }
    }
    /// 32-bit component `index` counted from word column 0 of `word` on.
    [[nodiscard]] std::uint32_t& shared(std::size_t word, std::size_t index) {
        return m_components[word * kSubs * 4 + index];
    }

private:
    std::span<std::uint32_t> m_components;
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

/// Nibbles of 32 columns in blocks of 32: the low ones of 16 bytes, then the high ones.
void packNibbles32(const std::uint8_t* codes, std::size_t row, std::size_t sub, Tile& tile) {
    for (std::size_t c = 0; c < 4; ++c) {
        tile.at(row, sub, c) = gather<4>(load64(codes + 8 * (c % 2)), c < 2 ? 0 : 4);
    }
}

/// A block of 32 (Q4_0, Q4_1, Q5_0, Q5_1): scale, minimum if any, fifth bits if any, nibbles.
template <bool Minimum, bool FifthBit>
void pack32(const std::uint8_t* block, std::size_t row, std::size_t sub, Tile& tile) {
    constexpr std::size_t kHigh = Minimum ? 4 : 2;
    packNibbles32(block + kHigh + (FifthBit ? 4 : 0), row, sub, tile);
    std::size_t next = kTileRows;
    if constexpr (FifthBit) {
        tile.number(next, sub, row) = load32(block + kHigh);
        next += 2;
    }
    if constexpr (Minimum) {
        tile.number(next, sub, row) = load32(block);
    } else {
        tile.setHalf(next, sub, row, quant::loadU16(block));
    }
}

void packQ8(const std::uint8_t* block, std::size_t row, std::size_t sub, Tile& tile) {
    for (std::size_t i = 0; i < 8; ++i) {
        tile.number(2 * row, sub, i) = load32(block + 2 + 4 * i);
    }
    tile.setHalf(2 * kTileRows, sub, row, quant::loadU16(block));
}

/// Scales and minima of Q4_K and Q5_K: twelve bits a row; d and dmin of a row in a column of its
/// own.
void packScaleMin(const std::uint8_t* block, std::size_t word, std::size_t row, Tile& tile) {
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        const auto [scale, min] = quant::loadScaleMin(block + 4, sub);
        tile.setTwelve(word, sub, row, scale | std::uint32_t{min} << 6);
    }
    tile.at(word, row, 3) = load32(block);
}

/// Nibbles of Q4_K and Q5_K: sub-block `sub` in the low or high halves of 32 bytes.
void packNibblesK(const std::uint8_t* codes, std::size_t row, Tile& tile) {
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        for (std::size_t c = 0; c < 4; ++c) {
            tile.at(row, sub, c) = gather<4>(load64(codes + 32 * (sub / 2) + 8 * c),
                                             static_cast<unsigned>(4 * (sub % 2)));
        }
    }
}

/// Single bits of Q5_K and Q3_K: bit `sub` of 32 bytes.
void packBitsK(const std::uint8_t* bits, std::size_t word, std::size_t row, Tile& tile) {
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        for (std::size_t c = 0; c < 4; ++c) {
            tile.number(word, sub, row) |=
                gather<1>(load64(bits + 8 * c), static_cast<unsigned>(sub)) << (8 * c);
        }
    }
}

void packQ4K(const std::uint8_t* block, std::size_t row, Tile& tile) {
    packNibblesK(block + 16, row, tile);
    packScaleMin(block, kTileRows, row, tile);
}

void packQ5K(const std::uint8_t* block, std::size_t row, Tile& tile) {
    packNibblesK(block + 48, row, tile);
    packBitsK(block + 16, kTileRows, row, tile);
    packScaleMin(block, kTileRows + 2, row, tile);
}

void packQ6K(const std::uint8_t* block, std::size_t row, Tile& tile) {
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        const std::size_t half = sub / 4;
        const std::size_t k = sub % 4;
        for (std::size_t c = 0; c < 4; ++c) {
            tile.at(row, sub, c) = gather<4>(load64(block + 64 * half + 32 * (k & 1) + 8 * c),
                                             static_cast<unsigned>(4 * (k >> 1)));
            tile.setHalf(
                kTileRows, sub, 4 * row + c,
                gather<2>(load64(block + 128 + 32 * half + 8 * c), static_cast<unsigned>(2 * k)));
        }
        tile.setHalf(kTileRows + 4, sub, row, quant::loadU16(block + 192 + 2 * sub));
    }
    tile.shared(kTileRows + 5, row / 2) |= std::uint32_t{quant::loadU16(block + 208)}
                                           << (16 * (row % 2));
}

/// The two-bit codes of Q2_K and Q3_K.
void packTwoBits(const std::uint8_t* codes, std::size_t row, Tile& tile) {
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        for (std::size_t c = 0; c < 4; ++c) {
            tile.setHalf(0, sub, 4 * row + c,
                         gather<2>(load64(codes + 32 * (sub / 4) + 8 * c),
                                   static_cast<unsigned>(2 * (sub % 4))));
        }
    }
}

void packQ2K(const std::uint8_t* block, std::size_t row, Tile& tile) {
    packTwoBits(block + 16, row, tile);
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        tile.setHalf(4, sub, row, quant::loadU16(block + 2 * sub));
    }
    tile.shared(5, row) = load32(block + 80);
}

void packQ3K(const std::uint8_t* block, std::size_t row, Tile& tile) {
    packTwoBits(block + 32, row, tile);
    packBitsK(block, 4, row, tile);
    for (std::size_t sub = 0; sub < kSubs; ++sub) {
        const std::uint32_t scale = quant::loadScaleQ3(block + 96, 2 * sub);
        const std::uint32_t next = quant::loadScaleQ3(block + 96, 2 * sub + 1);
        tile.setTwelve(6, sub, row, scale | next << 6);
    }
    tile.at(6, row, 3) = quant::loadU16(block + 108);
}

/// Unquantised numbers: `words` words for each 32 columns.
void packPlain(const std::uint8_t* numbers, std::size_t bytes, std::size_t words, std::size_t row,
               Tile& tile) {
    for (std::size_t at = 0; at < bytes; at += 4) {
        std::uint32_t number = 0;
        std::memcpy(&number, numbers + at, std::min<std::size_t>(4, bytes - at));
        tile.number(row * words, at / (16 * words), at / 4 % (4 * words)) = number;
    }
}

/// `columns` columns of one row, a super-block at most; `block` is where they begin in the file.
void packSuper(TensorType type, const std::uint8_t* block, std::size_t columns, std::size_t row,
               Tile& tile) {
    const auto eachSub = [&](auto pack) {
        for (std::size_t sub = 0; sub < columns / kSubColumns; ++sub) {
            pack(block + sub * blockLayout(type).bytes, row, sub, tile);
        }
    };
    switch (type) {
    case TensorType::F32:
        return packPlain(block, columns * 4, 8, row, tile);
    case TensorType::F16:
    case TensorType::BF16:
        return packPlain(block, columns * 2, 4, row, tile);
    case TensorType::Q8_0:
        return eachSub(packQ8);
    case TensorType::Q4_0:
        return eachSub(pack32<false, false>);
    case TensorType::Q5_0:
        return eachSub(pack32<false, true>);
    case TensorType::Q4_1:
        return eachSub(pack32<true, false>);
    case TensorType::Q5_1:
        return eachSub(pack32<true, true>);
    case TensorType::Q2_K:
        return packQ2K(block, row, tile);
    case TensorType::Q3_K:
        return packQ3K(block, row, tile);
    case TensorType::Q4_K:
        return packQ4K(block, row, tile);
    case TensorType::Q5_K:
        return packQ5K(block, row, tile);
    case TensorType::Q6_K:
        return packQ6K(block, row, tile);
    }
}

} // namespace

std::uint32_t DeviceShape::tileWords() const {
    switch (type) {
    case TensorType::F32:
        return 512;
    case TensorType::F16:
    case TensorType::BF16:
        return 256;
    case TensorType::Q8_0:
        return 136;
    case TensorType::Q4_0:
    case TensorType::Q4_K:
        return 72;
    case TensorType::Q4_1:
        return 80;
    case TensorType::Q5_0:
    case TensorType::Q5_K:
        return 88;
    case TensorType::Q5_1:
        return 96;
    case TensorType::Q2_K:
        return 42;
    case TensorType::Q3_K:
        return 56;
    case TensorType::Q6_K:
        return 105;
    }
    return 512;
}

void packGroup(const TensorView& weights, std::uint32_t group, std::span<std::byte> out) {
    const DeviceShape shape{weights.type, static_cast<std::uint32_t>(weights.rows),
                            static_cast<std::uint32_t>(weights.columns)};
    const std::size_t components = std::size_t{shape.tileWords()} * 4;
    const BlockLayout layout = blockLayout(weights.type);
    // Filled beside the target: that may be memory which the processor must not read.
    std::array<std::uint32_t, std::size_t{512} * 4> scratch;
    Tile tile(scratch);
    for (std::uint32_t super = 0; super < shape.superBlocks(); ++super) {
        std::fill_n(scratch.begin(), components, 0U);
        const std::size_t first = std::size_t{super} * kSuperColumns;
        const std::size_t columns = std::min<std::size_t>(kSuperColumns, shape.columns - first);
        for (std::uint32_t row = 0; row < kTileRows; ++row) {
            const std::uint32_t source = group * kTileRows + row;
            if (source < shape.rows) {
                const auto* block =
                    reinterpret_cast<const std::uint8_t*>(weights.slice(source, 1).data) +
                    first / layout.elements * layout.bytes;
                packSuper(weights.type, block, columns, row, tile);
            }
        }
        std::memcpy(out.data() + super * components * 4, scratch.data(), components * 4);
    }
}

} // namespace phidelity::vulkan
