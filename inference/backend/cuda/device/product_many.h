// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/outputs.h"
#include "inference/backend/cuda/device/tiles.h"

namespace phidelity::cuda {

/// y = W x + b for many rows of a step, by tensor cores: x and the codes of W as halves, sums,
/// scales and offsets in F32. Codes are small whole numbers, so nothing of W is lost but of F32 and
/// of the smallest BF16 weights. A block makes 64 outputs of 64 rows, a warp 16 of 32, in tiles of
/// 16 by 8 by 16 columns: no scale stands for fewer.
template <TensorType kType>
struct ProductMany {
    static constexpr std::uint32_t kRowPairs = 20; ///< of 32 halves, and room that spreads banks

    struct Shared {
        std::uint32_t weights[kManyOutputs][kRowPairs];
        std::uint32_t input[kManyRows][kRowPairs];
        float scale[kManyOutputs][2]; ///< of each 16 columns
        float offset[kManyOutputs][2];
        float inputSum[kManyRows][2];
        float head[kMostHeadDims + 1];
    };
    static constexpr std::size_t kSharedBytes = sizeof(Shared);

    PHIDELITY_DEVICE static void run(const ManyTable& table) {
        auto& shared = *reinterpret_cast<Shared*>(sharedMemory());
        std::uint32_t index = 0;
        while (index + 1 < table.partCount && blockIndexX() >= table.parts[index + 1].firstBlock) {
            ++index;
        }
        const PartView& part = table.parts[index];
        const std::uint32_t first = (blockIndexX() - part.firstBlock) * kManyOutputs;
        const std::uint32_t row0 = blockIndexY() * kManyRows;
        const std::uint32_t warp = threadIndex() / kWarp;
        const std::uint32_t outputs = warp % 4 * 16;
        const std::uint32_t rows = warp / 4 * 32;
        const std::uint32_t lane = threadIndex() % kWarp;

        float sums[4][4] = {}; // (tiles of eight rows, the fragment)
        for (std::uint32_t chunk = 0; chunk < table.supers * kTileChunks; ++chunk) {
            holdWeights(part, table.supers, shared, first, chunk);
            holdInput(table, shared, row0, chunk);
            syncBlock();
            PHIDELITY_UNROLL
            for (std::uint32_t k = 0; k < 2; ++k) {
                const std::uint32_t pair = 8 * k + lane % 4;
                const std::uint32_t* top = shared.weights[outputs + lane / 4];
                const std::uint32_t* bottom = shared.weights[outputs + 8 + lane / 4];
                const std::uint32_t a[4] = {top[pair], bottom[pair], top[pair + 4],
                                            bottom[pair + 4]};
                PHIDELITY_UNROLL
                for (std::uint32_t tile = 0; tile < 4; ++tile) {
                    const std::uint32_t* x = shared.input[rows + 8 * tile + lane / 4];
                    const std::uint32_t b[2] = {x[pair], x[pair + 4]};
                    if constexpr (Form<kType>::kPlain) {
                        multiplyTile(sums[tile], a, b);
                    } else {
                        addScaled(shared, a, b, outputs + lane / 4, rows + 8 * tile + lane % 4 * 2,
                                  k, sums[tile]);
                    }
                }
            }
            syncBlock();
        }
        PHIDELITY_UNROLL
        for (std::uint32_t tile = 0; tile < 4; ++tile) {
            PHIDELITY_UNROLL
            for (std::uint32_t i = 0; i < 4; ++i) {
                const std::uint32_t o = first + outputs + lane / 4 + i / 2 * 8;
                const std::uint32_t row = row0 + rows + 8 * tile + lane % 4 * 2 + i % 2;
                if (o < part.outputs && row < table.rows) {
                    storeOutput(part, table.step, table.cache, row, o,
                                fmaf(sums[tile][i], table.scales[row], part.bias[o]));
                }
            }
        }
        if (isRotated(part.output)) {
            const std::uint32_t left = table.rows - row0;
            finishHeads(part, table.step, table.cache,
                        part.counters + std::size_t{blockIndexY()} * table.cache.heads, first,
                        kManyOutputs, row0, left < kManyRows ? left : kManyRows, shared.head);
        }
    }

private:
    /// sums += scale * (A B) + offset * (sum of the inputs). `o`, `r`: output and row of the first
    /// number of the fragment, within the block.
    PHIDELITY_DEVICE static void addScaled(const Shared& shared, const std::uint32_t (&a)[4],
                                           const std::uint32_t (&b)[2], std::uint32_t o,
                                           std::uint32_t r, std::uint32_t k, float (&sums)[4]) {
        float products[4] = {};
        multiplyTile(products, a, b);
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 4; ++i) {
            const std::uint32_t its = o + i / 2 * 8;
            sums[i] = fmaf(shared.scale[its][k], products[i], sums[i]);
            if constexpr (Form<kType>::kOffset) {
                sums[i] = fmaf(shared.offset[its][k], shared.inputSum[r + i % 2][k], sums[i]);
            }
        }
    }

    PHIDELITY_DEVICE static std::uint32_t pairOf(float low, float high) {
        return floatToHalfBits(low) | floatToHalfBits(high) << 16;
    }

    /// The codes of a chunk of kManyOutputs rows of W, and its scales; a thread takes eight columns
    /// of a row.
    PHIDELITY_DEVICE static void holdWeights(const PartView& part, std::uint32_t supers,
                                             Shared& shared, std::uint32_t first,
                                             std::uint32_t chunk) {
        const std::uint32_t o = threadIndex() % kManyOutputs;
        const std::uint32_t c = threadIndex() / kManyOutputs;
        const std::uint32_t group = (first + o) / kTileRows;
        float codes[8] = {};
        if (group < part.groups) {
            const std::uint32_t j = chunk % kTileChunks;
            const ChunkBits<kType> bits = loadChunk<kType>(
                part.weights +
                    (std::size_t{group} * supers + chunk / kTileChunks) * tileWords<kType>(),
                (first + o) % kTileRows, j);
            codesOf<kType>(bits, c, codes);
            if (!Form<kType>::kPlain && c == 0) {
                const ChunkScales scales = scalesOf<kType>(bits, j);
                PHIDELITY_UNROLL
                for (std::uint32_t k = 0; k < 2; ++k) {
                    shared.scale[o][k] = scales.scale[k];
                    shared.offset[o][k] = scales.offset[k];
                }
            }
        }
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 4; ++i) {
            shared.weights[o][4 * c + i] = pairOf(codes[2 * i], codes[2 * i + 1]);
        }
    }

    PHIDELITY_DEVICE static void holdInput(const ManyTable& table, Shared& shared,
                                           std::uint32_t row0, std::uint32_t chunk) {
        const std::uint32_t r = threadIndex() / 4;
        const std::uint32_t pair = threadIndex() % 4 * 4;
        Word word;
        if (row0 + r < table.rows) {
            word = *reinterpret_cast<const Word*>(
                table.input + std::size_t{row0 + r} * table.inputStride + 16 * chunk + pair);
        }
        shared.input[r][pair] = word.x;
        shared.input[r][pair + 1] = word.y;
        shared.input[r][pair + 2] = word.z;
        shared.input[r][pair + 3] = word.w;
        if constexpr (Form<kType>::kOffset) {
            const std::uint32_t pairs[4] = {word.x, word.y, word.z, word.w};
            float sum = 0;
            PHIDELITY_UNROLL
            for (const std::uint32_t two : pairs) {
                sum += halfBitsToFloat(two & 0xFFFFU) + halfBitsToFloat(two >> 16);
            }
            sum += shuffleXor(sum, 1); // the other eight columns of the 16
            if (pair % 8 == 0) {
                shared.inputSum[r][pair / 8] = sum;
            }
        }
    }
};

/// The input of ProductMany: norm(x), or x, of every row as halves. Rows that halves could not hold
/// are scaled by a power of two, which costs nothing of their precision. A block a row.
struct Halve {
    struct Shared {
        float scratch[kWarps];
    };
    static constexpr std::size_t kSharedBytes = sizeof(Shared);

    PHIDELITY_DEVICE static void run(const HalveTable& table) {
        auto& shared = *reinterpret_cast<Shared*>(sharedMemory());
        const std::uint32_t row = blockIndexX();
        const std::uint32_t from = table.gathers != 0 ? table.step.logitRows[row] : row;
        const float* const rows[1] = {table.input + std::size_t{from} * table.inputStride};
        float mean[1];
        float inverse[1];
        const bool isNormed = table.norm.weight != nullptr;
        if (isNormed) {
            statisticsOf(rows, table.norm, shared.scratch, mean, inverse);
        }
        const auto valueAt = [&](std::uint32_t i) {
            if (i >= table.norm.width) {
                return 0.0F;
            }
            return isNormed ? normed(table.norm, i, rows[0][i], mean[0], inverse[0]) : rows[0][i];
        };
        float most = 0;
        for (std::uint32_t i = threadIndex(); i < table.norm.width; i += kThreads) {
            most = fmaxf(most, fabsf(valueAt(i)));
        }
        most = maxOverBlock(most, shared.scratch);
        int exponent = 0;
        if (most > kMostOfHalf && most < kInfinity) {
            frexpf(most / kMostOfHalf, &exponent);
        }
        const float scale = ldexpf(1.0F, -exponent);
        std::uint32_t* out = table.out + std::size_t{row} * table.outStride;
        for (std::uint32_t i = threadIndex(); i < table.outStride; i += kThreads) {
            out[i] = floatToHalfBits(scale * valueAt(2 * i)) |
                     floatToHalfBits(scale * valueAt(2 * i + 1)) << 16;
        }
        if (threadIndex() == 0) {
            table.scales[row] = ldexpf(1.0F, exponent);
        }
    }

private:
    static constexpr float kMostOfHalf = 65504.0F;
    static constexpr float kInfinity = 3.4e38F; ///< what is not finite stays so, and is told

    PHIDELITY_DEVICE static float maxOverBlock(float value, float* scratch) {
        PHIDELITY_UNROLL
        for (std::uint32_t mask = kWarp / 2; mask > 0; mask /= 2) {
            value = fmaxf(value, shuffleXor(value, mask));
        }
        if (threadIndex() % kWarp == 0) {
            scratch[threadIndex() / kWarp] = value;
        }
        syncBlock();
        value = scratch[0];
        for (std::uint32_t warp = 1; warp < kWarps; ++warp) {
            value = fmaxf(value, scratch[warp]);
        }
        return value;
    }
};

} // namespace phidelity::cuda
