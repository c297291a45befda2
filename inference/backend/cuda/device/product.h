// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/outputs.h"
#include "inference/backend/cuda/device/tiles.h"

namespace phidelity::cuda {

/// y = W norm(x) + b for kRows rows of a step at most: bound by reading W, once for all rows. A
/// warp takes eight rows of W by four chunks of columns at a time, a lane one row of one chunk; the
/// warps of a block share out one to eight groups of rows. The norm is computed by every block for
/// itself: that costs a read of x, where a launch of its own would cost a wait.
///
/// In what order an output is summed depends on the matrix alone: a row comes to the same bits
/// whatever rows stand beside it.
template <TensorType kType, std::uint32_t kRows>
struct Product {
    /// Input columns times rows that are held at once.
    static constexpr std::uint32_t kHeld = 8192;
    static constexpr std::uint32_t kSlice = kHeld / kRows; ///< columns; whole rounds of all lanes
    /// Chunks stand four floats further apart than they are long: lanes of different chunks then
    /// read from different banks.
    static constexpr std::uint32_t kChunkStride = kChunkColumns + 4;
    static constexpr std::uint32_t kLaneSplits = kWarp / kTileRows; ///< chunks of a warp at a time

    struct Shared {
        float input[kRows][kSlice / kChunkColumns * kChunkStride];
        float halfSums[kRows][kSlice / 16];
        float partial[kWarps][kRows][kTileRows];
        float scratch[kWarps * kRows];
        float head[kMostHeadDims + 1];
    };
    static constexpr std::size_t kSharedBytes = sizeof(Shared);

    PHIDELITY_DEVICE static void run(const ProductTable& table) {
        auto& shared = *reinterpret_cast<Shared*>(sharedMemory());
        std::uint32_t index = 0;
        while (index + 1 < table.partCount && blockIndexX() >= table.parts[index + 1].firstBlock) {
            ++index;
        }
        const PartView& part = table.parts[index];
        const std::uint32_t blockGroups = groupsOfBlock(part.groups);
        const std::uint32_t groupWarps = kWarps / blockGroups;
        const std::uint32_t warp = threadIndex() / kWarp;
        const std::uint32_t row = threadIndex() % kTileRows;
        const std::uint32_t firstGroup = (blockIndexX() - part.firstBlock) * blockGroups;
        const std::uint32_t group = minOf(firstGroup + warp / groupWarps, part.groups - 1);
        const std::uint32_t split =
            warp % groupWarps * kLaneSplits + threadIndex() % kWarp / kTileRows;
        const std::uint32_t splits = groupWarps * kLaneSplits;
        const std::uint32_t chunks = table.supers * kTileChunks;
        const Word* tiles = part.weights + std::size_t{group} * table.supers * tileWords<kType>();

        // Under way while the input is prepared.
        std::uint32_t chunk = split;
        ChunkBits<kType> next;
        if (chunk < chunks) {
            next = loadChunk<kType>(tiles + chunk / kTileChunks * tileWords<kType>(), row,
                                    chunk % kTileChunks);
        }
        const float* rows[kRows];
        PHIDELITY_UNROLL
        for (std::uint32_t r = 0; r < kRows; ++r) {
            const std::uint32_t wanted = minOf(r, table.rows - 1);
            rows[r] = table.input +
                      std::size_t{table.gathers != 0 ? table.step.logitRows[wanted] : wanted} *
                          table.inputStride;
        }
        float mean[kRows];
        float inverse[kRows];
        if (table.norm.weight != nullptr) {
            statisticsOf(rows, table.norm, shared.scratch, mean, inverse);
        }
        float acc[kRows] = {};
        for (std::uint32_t first = 0; first < table.supers * kTileColumns; first += kSlice) {
            hold(table, shared, rows, mean, inverse, first);
            const std::uint32_t end = minOf(chunks, (first + kSlice) / kChunkColumns);
            while (chunk < end) {
                const ChunkBits<kType> bits = next;
                const std::uint32_t at = chunk;
                chunk += splits;
                if (chunk < chunks) {
                    next = loadChunk<kType>(tiles + chunk / kTileChunks * tileWords<kType>(), row,
                                            chunk % kTileChunks);
                }
                accumulate(shared, bits, at % kTileChunks, at - first / kChunkColumns, acc);
            }
            syncBlock();
        }
        finish(table, part, shared, acc, firstGroup, blockGroups, groupWarps);
    }

private:
    PHIDELITY_DEVICE static std::uint32_t minOf(std::uint32_t a, std::uint32_t b) {
        return a < b ? a : b;
    }

    /// Columns [first, first + kSlice) of the rows to shared memory, with the sums of each 16.
    PHIDELITY_DEVICE static void hold(const ProductTable& table, Shared& shared,
                                      const float* const (&rows)[kRows], const float (&mean)[kRows],
                                      const float (&inverse)[kRows], std::uint32_t first) {
        const std::uint32_t columns = minOf(kSlice, table.supers * kTileColumns - first);
        PHIDELITY_UNROLL
        for (std::uint32_t r = 0; r < kRows; ++r) {
            for (std::uint32_t i = threadIndex(); i < columns; i += kThreads) {
                const std::uint32_t column = first + i;
                float value = column < table.columns ? rows[r][column] : 0.0F;
                if (table.norm.weight != nullptr && column < table.columns) {
                    value = normed(table.norm, column, value, mean[r], inverse[r]);
                }
                shared.input[r][i / kChunkColumns * kChunkStride + i % kChunkColumns] = value;
            }
        }
        syncBlock();
        if constexpr (Form<kType>::kOffset) {
            for (std::uint32_t i = threadIndex(); i < kRows * columns / 16; i += kThreads) {
                const std::uint32_t r = i / (columns / 16);
                const std::uint32_t half = i % (columns / 16);
                const float* from = shared.input[r] + half / 2 * kChunkStride + half % 2 * 16;
                float sum = 0;
                PHIDELITY_UNROLL
                for (std::uint32_t k = 0; k < 16; ++k) {
                    sum += from[k];
                }
                shared.halfSums[r][half] = sum;
            }
            syncBlock();
        }
    }

    /// `held`: the chunk's place in shared memory.
    PHIDELITY_DEVICE static void accumulate(const Shared& shared, const ChunkBits<kType>& bits,
                                            std::uint32_t j, std::uint32_t held,
                                            float (&acc)[kRows]) {
        const ChunkScales scales = scalesOf<kType>(bits, j);
        PHIDELITY_UNROLL
        for (std::uint32_t half = 0; half < 2; ++half) {
            float sum[kRows] = {};
            PHIDELITY_UNROLL
            for (std::uint32_t c = 2 * half; c < 2 * half + 2; ++c) {
                float codes[8];
                codesOf<kType>(bits, c, codes);
                PHIDELITY_UNROLL
                for (std::uint32_t r = 0; r < kRows; ++r) {
                    const float* x = shared.input[r] + held * kChunkStride + 8 * c;
                    PHIDELITY_UNROLL
                    for (std::uint32_t i = 0; i < 8; ++i) {
                        sum[r] = fmaf(codes[i], x[i], sum[r]);
                    }
                }
            }
            PHIDELITY_UNROLL
            for (std::uint32_t r = 0; r < kRows; ++r) {
                if constexpr (Form<kType>::kPlain) {
                    acc[r] += sum[r];
                } else {
                    acc[r] = fmaf(scales.scale[half], sum[r], acc[r]);
                }
                if constexpr (Form<kType>::kOffset) {
                    acc[r] = fmaf(scales.offset[half], shared.halfSums[r][2 * held + half], acc[r]);
                }
            }
        }
    }

    /// Adds up what the lanes have, and stores it.
    PHIDELITY_DEVICE static void finish(const ProductTable& table, const PartView& part,
                                        Shared& shared, float (&acc)[kRows],
                                        std::uint32_t firstGroup, std::uint32_t blockGroups,
                                        std::uint32_t groupWarps) {
        PHIDELITY_UNROLL
        for (std::uint32_t r = 0; r < kRows; ++r) {
            acc[r] += shuffleXor(acc[r], 8);
            acc[r] += shuffleXor(acc[r], 16);
            if (threadIndex() % kWarp < kTileRows) {
                shared.partial[threadIndex() / kWarp][r][threadIndex() % kTileRows] = acc[r];
            }
        }
        syncBlock();
        const std::uint32_t outputs = blockGroups * kTileRows;
        const std::uint32_t first = firstGroup * kTileRows;
        for (std::uint32_t i = threadIndex(); i < table.rows * outputs; i += kThreads) {
            const std::uint32_t r = i / outputs;
            const std::uint32_t o = i % outputs;
            if (first + o >= part.outputs) {
                continue;
            }
            float value = 0;
            for (std::uint32_t w = 0; w < groupWarps; ++w) {
                value += shared.partial[o / kTileRows * groupWarps + w][r][o % kTileRows];
            }
            storeOutput(part, table.step, table.cache, r, first + o, value + part.bias[first + o]);
        }
        if (isRotated(part.output)) {
            finishHeads(part, table.step, table.cache, part.counters, first, outputs, 0, table.rows,
                        shared.head);
        }
    }
};

} // namespace phidelity::cuda
