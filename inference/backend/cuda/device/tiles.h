// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/blocks.h"
#include "inference/backend/cuda/device/simt.h"
#include "inference/backend/tile_words.h"
#include "inference/file/tensor_type.h"

/// How weights are read: tiles of eight rows by 256 columns, as packBand lays them out (tileGroups
/// = 1): word w of row r stands at w * 8 + r of the tile, columns come in chunks of 32, and the
/// words of a row are these (j: the chunk, n: a nibble):
///
///   F32       8 j + i: columns 4 i to 4 i + 3
///   F16, BF16 4 j + i: columns 8 i to 8 i + 7
///   Q4_1      j: column 8 c + n in nibble n of component c; 8, 9: halves (scale, minimum) a chunk
///   Q5_1      as Q4_1, with the fifth bits, 32 a chunk, in 8, 9 and scales in 10, 11
///   others    0: scales, then codes
///   Q8_0      0: a half a chunk; 1 + 2 j + i: columns 16 i to 16 i + 15
///   Q4_0      0: a half a chunk; 1 + j nibbles        Q5_0: and 9, 10 the fifth bits
///   Q4_K      0: d, dmin, low nibbles of scales, of minima, two high bits of both; 1 + j nibbles
///   Q5_K      as Q4_K, and 9, 10 the fifth bits
///   Q6_K      0: two signed bytes a chunk; 1 + j nibbles; 9 - 12 two high bits, 64 a chunk; d of
///   the
///             rows as halves side by side
///   Q2_K      0: two bytes a chunk, scale and minimum in nibbles, of 16 columns each; 1 - 4: two
///             bits, 64 a chunk; d and dmin of the rows as halves side by side
///   Q3_K      0: d, then of 16 scales the low nibbles in two components, the high bits in one; 1 -
///   4
///             as Q2_K; 5, 6: the third bits, 32 a chunk
namespace phidelity::cuda {

/// Words of a tile.
template <TensorType kType>
constexpr std::uint32_t tileWords() {
    return wordsOfTile(kType);
}

/// What a type's chunks consist of.
template <TensorType kType>
struct Form {
    static constexpr bool is(TensorType a) { return kType == a; }
    template <class... Types>
    static constexpr bool isOneOf(Types... types) {
        return (is(types) || ...);
    }
    using enum TensorType;
    static constexpr bool kPlain = isOneOf(F32, F16, BF16);
    static constexpr bool kHead = !kPlain && !isOneOf(Q4_1, Q5_1);
    static constexpr bool kNibbles = isOneOf(Q4_0, Q4_1, Q4_K, Q5_0, Q5_1, Q5_K, Q6_K);
    static constexpr bool kFifthBits = isOneOf(Q5_0, Q5_1, Q5_K);
    static constexpr bool kTwoBits = isOneOf(Q2_K, Q3_K);
    static constexpr bool kOffset =
        isOneOf(Q4_1, Q5_1, Q4_K, Q5_K, Q2_K); ///< weight = scale code + offset
    /// Words of codes a chunk, of those that are whole words.
    static constexpr std::uint32_t kWords = is(F32)              ? 8
                                            : isOneOf(F16, BF16) ? 4
                                            : is(Q8_0)           ? 2
                                            : kNibbles           ? 1
                                                                 : 0;
    static constexpr std::uint32_t kFirst = kHead ? 1 : 0; ///< word of the codes
};

/// A row's chunk as it lies in memory: loaded in one go, so that several can be under way.
template <TensorType kType>
struct ChunkBits {
    using F = Form<kType>;
    Word head;
    Word words[F::kWords > 0 ? F::kWords : 1];
    std::uint32_t pair[2] = {0, 0}; ///< two bits for each column
    std::uint32_t bits = 0;         ///< one bit for each column
    std::uint32_t scale = 0;        ///< that is not in the head
};

/// Component `index` of those that stand from a word on.
PHIDELITY_DEVICE std::uint32_t componentAt(const Word* tile, std::uint32_t row, std::uint32_t word,
                                           std::uint32_t index) {
    const auto* numbers = reinterpret_cast<const std::uint32_t*>(tile);
    return numbers[((word + index / 4) * kTileRows + row) * 4 + index % 4];
}

template <TensorType kType>
PHIDELITY_DEVICE ChunkBits<kType> loadChunk(const Word* tile, std::uint32_t row, std::uint32_t j) {
    using F = Form<kType>;
    using enum TensorType;
    ChunkBits<kType> chunk;
    if constexpr (F::kHead) {
        chunk.head = tile[row]; // of all chunks: the next ones find it in the cache
    }
    if constexpr (F::kWords > 0) {
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < F::kWords; ++i) {
            chunk.words[i] = loadOnce(tile + (F::kFirst + F::kWords * j + i) * kTileRows + row);
        }
    }
    if constexpr (F::kFifthBits) {
        chunk.bits = componentAt(tile, row, F::kFirst + 8, j);
    }
    if constexpr (kType == Q3_K) {
        chunk.bits = componentAt(tile, row, 5, j);
    }
    if constexpr (F::kTwoBits || kType == Q6_K) {
        constexpr std::uint32_t kFirst = kType == Q6_K ? 9 : 1;
        chunk.pair[0] = componentAt(tile, row, kFirst, 2 * j);
        chunk.pair[1] = componentAt(tile, row, kFirst, 2 * j + 1);
    }
    if constexpr (kType == Q4_1) {
        chunk.scale = componentAt(tile, row, 8, j);
    }
    if constexpr (kType == Q5_1) {
        chunk.scale = componentAt(tile, row, 10, j);
    }
    if constexpr (kType == Q6_K) {
        const auto* numbers = reinterpret_cast<const std::uint32_t*>(tile + 13 * kTileRows);
        chunk.scale = numbers[row / 2] >> (16 * (row % 2));
    }
    if constexpr (kType == Q2_K) {
        const auto* numbers = reinterpret_cast<const std::uint32_t*>(tile + 5 * kTileRows);
        chunk.scale = numbers[row];
    }
    return chunk;
}

PHIDELITY_DEVICE std::uint32_t component(const Word& word, std::uint32_t index) {
    return index == 0 ? word.x : index == 1 ? word.y : index == 2 ? word.z : word.w;
}
PHIDELITY_DEVICE float halfOf(const Word& word, std::uint32_t index) {
    return halfBitsToFloat((component(word, index / 2) >> (16 * (index % 2))) & 0xFFFFU);
}

/// A small whole number minus `bias`, by its place in a mantissa: a conversion runs at a quarter of
/// the rate.
PHIDELITY_DEVICE float whole(std::uint32_t number, float bias) {
    return bitsToFloat(number | 0x4B000000U) - (8388608.0F + bias);
}

/// The codes of columns 8 c to 8 c + 7 of a chunk.
template <TensorType kType>
PHIDELITY_DEVICE void codesOf(const ChunkBits<kType>& chunk, std::uint32_t c, float (&codes)[8]) {
    using F = Form<kType>;
    using enum TensorType;
    if constexpr (kType == F32) {
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 8; ++i) {
            codes[i] = bitsToFloat(component(chunk.words[2 * c + i / 4], i % 4));
        }
    } else if constexpr (kType == F16) {
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 8; ++i) {
            codes[i] = halfOf(chunk.words[c], i);
        }
    } else if constexpr (kType == BF16) {
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 8; ++i) {
            const std::uint32_t two = component(chunk.words[c], i / 2);
            codes[i] = bitsToFloat(i % 2 == 0 ? two << 16 : two & 0xFFFF0000U);
        }
    } else if constexpr (kType == Q8_0) {
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 8; ++i) {
            const std::uint32_t four = component(chunk.words[c / 2], c % 2 * 2 + i / 4);
            codes[i] = whole(((four ^ 0x80808080U) >> (8 * (i % 4))) & 255U, 128.0F);
        }
    } else {
        const std::uint32_t nibbles = F::kNibbles ? component(chunk.words[0], c) : 0;
        const std::uint32_t two =
            F::kTwoBits || kType == Q6_K ? chunk.pair[c / 2] >> (16 * (c % 2)) : 0;
        const std::uint32_t one = chunk.bits >> (8 * c);
        constexpr float kBias = kType == Q4_0   ? 8.0F
                                : kType == Q5_0 ? 16.0F
                                : kType == Q6_K ? 32.0F
                                : kType == Q3_K ? 4.0F
                                                : 0.0F;
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 8; ++i) {
            std::uint32_t code = 0;
            if constexpr (F::kNibbles) {
                code = (nibbles >> (4 * i)) & 15U;
            }
            if constexpr (F::kFifthBits) {
                code |= ((one >> i) & 1U) << 4;
            }
            if constexpr (kType == Q6_K) {
                code |= ((two >> (2 * i)) & 3U) << 4;
            }
            if constexpr (F::kTwoBits) {
                code = (two >> (2 * i)) & 3U;
            }
            if constexpr (kType == Q3_K) {
                code |= ((one >> i) & 1U) << 2;
            }
            codes[i] = whole(code, kBias);
        }
    }
}

/// weight = scale * code + offset, for the first and the last 16 columns of a chunk.
struct ChunkScales {
    float scale[2] = {1, 1};
    float offset[2] = {0, 0};
};

template <TensorType kType>
PHIDELITY_DEVICE ChunkScales scalesOf(const ChunkBits<kType>& chunk, std::uint32_t j) {
    using enum TensorType;
    ChunkScales scales;
    if constexpr (kType == Q8_0 || kType == Q4_0 || kType == Q5_0) {
        scales.scale[0] = scales.scale[1] = halfOf(chunk.head, j);
    } else if constexpr (kType == Q4_1 || kType == Q5_1) {
        scales.scale[0] = scales.scale[1] = halfBitsToFloat(chunk.scale & 0xFFFFU);
        scales.offset[0] = scales.offset[1] = halfBitsToFloat(chunk.scale >> 16);
    } else if constexpr (kType == Q4_K || kType == Q5_K) {
        const Word& head = chunk.head;
        const std::uint32_t scale = ((head.y >> (4 * j)) & 15U) | (((head.w >> (2 * j)) & 3U) << 4);
        const std::uint32_t low =
            ((head.z >> (4 * j)) & 15U) | (((head.w >> (16 + 2 * j)) & 3U) << 4);
        scales.scale[0] = scales.scale[1] = halfBitsToFloat(head.x & 0xFFFFU) * whole(scale, 0);
        scales.offset[0] = scales.offset[1] = -halfBitsToFloat(head.x >> 16) * whole(low, 0);
    } else if constexpr (kType == Q6_K) {
        const std::uint32_t two = component(chunk.head, j / 2) >> (16 * (j % 2));
        const float d = halfBitsToFloat(chunk.scale & 0xFFFFU);
        scales.scale[0] = d * whole((two & 255U) ^ 128U, 128.0F);
        scales.scale[1] = d * whole(((two >> 8) & 255U) ^ 128U, 128.0F);
    } else if constexpr (kType == Q2_K) {
        const std::uint32_t two = component(chunk.head, j / 2) >> (16 * (j % 2));
        const float d = halfBitsToFloat(chunk.scale & 0xFFFFU);
        const float min = halfBitsToFloat(chunk.scale >> 16);
        scales.scale[0] = d * whole(two & 15U, 0);
        scales.scale[1] = d * whole((two >> 8) & 15U, 0);
        scales.offset[0] = -min * whole((two >> 4) & 15U, 0);
        scales.offset[1] = -min * whole((two >> 12) & 15U, 0);
    } else if constexpr (kType == Q3_K) {
        const std::uint32_t low = (j < 4 ? chunk.head.y : chunk.head.z) >> (8 * (j % 4));
        const std::uint32_t high = chunk.head.w >> (4 * j);
        const float d = halfBitsToFloat(chunk.head.x & 0xFFFFU);
        scales.scale[0] = d * whole((low & 15U) | ((high & 3U) << 4), 32.0F);
        scales.scale[1] = d * whole(((low >> 4) & 15U) | (((high >> 2) & 3U) << 4), 32.0F);
    }
    return scales;
}

/// Eight weights themselves.
template <TensorType kType>
PHIDELITY_DEVICE void weightsOf(const ChunkBits<kType>& chunk, const ChunkScales& scales,
                                std::uint32_t c, float (&weights)[8]) {
    codesOf<kType>(chunk, c, weights);
    if constexpr (!Form<kType>::kPlain) {
        PHIDELITY_UNROLL
        for (float& weight : weights) {
            weight = fmaf(scales.scale[c / 2], weight, scales.offset[c / 2]);
        }
    }
}

} // namespace phidelity::cuda
