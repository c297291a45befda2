// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/rows.h"
#include "inference/backend/cuda/device/tiles.h"

namespace phidelity::cuda {

/// x = rows of a table by token id, exact. A block a row of the step.
template <TensorType kType>
struct Embed {
    static constexpr std::size_t kSharedBytes = 0;

    PHIDELITY_DEVICE static void run(const EmbedTable& table) {
        const std::uint32_t row = blockIndexX();
        const std::uint32_t token = table.step.tokens[row];
        float* out = table.out + std::size_t{row} * table.outStride;
        const Word* tiles =
            table.weights + std::size_t{token / kTileRows} * table.supers * tileWords<kType>();
        // Eight columns a thread.
        for (std::uint32_t i = threadIndex(); i < table.supers * kTileColumns / 8; i += kThreads) {
            const std::uint32_t chunk = i / 4;
            const std::uint32_t j = chunk % kTileChunks;
            const ChunkBits<kType> bits = loadChunk<kType>(
                tiles + chunk / kTileChunks * tileWords<kType>(), token % kTileRows, j);
            float weights[8];
            weightsOf<kType>(bits, scalesOf<kType>(bits, j), i % 4, weights);
            PHIDELITY_UNROLL
            for (std::uint32_t k = 0; k < 8; ++k) {
                if (8 * i + k < table.width) {
                    out[8 * i + k] = weights[k];
                }
            }
        }
    }
};

} // namespace phidelity::cuda
