// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/blocks.h"
#include "inference/backend/cuda/device/simt.h"
#include "inference/backend/cuda/kernel_tables.h"

/// What several kernels do with rows of a step: sums over a block, norms, places in the cache.
namespace phidelity::cuda {

inline constexpr std::uint32_t kPageTokensOfKernels = 32; ///< kPageTokens of backend.h

PHIDELITY_DEVICE std::uint32_t positionOf(const StepView& step, std::uint32_t row) {
    return step.positions[row];
}

/// Page that holds a position of a row's sequence.
PHIDELITY_DEVICE std::uint32_t pageOf(const StepView& step, std::uint32_t row,
                                      std::uint32_t position) {
    return step
        .pages[step.sequences[row] * step.pagesPerSequence + position / kPageTokensOfKernels];
}

/// Half of a key's dimension, from the start of the layer's cache.
PHIDELITY_DEVICE std::size_t keyAt(const CacheView& cache, std::uint32_t page, std::uint32_t head,
                                   std::uint32_t token, std::uint32_t dim) {
    const std::size_t block = std::size_t{page} * 2 * cache.heads + head;
    return block * cache.headSize * kPageTokensOfKernels +
           (dim / 8 * kPageTokensOfKernels + token) * 8 + dim % 8;
}

PHIDELITY_DEVICE std::size_t valueAt(const CacheView& cache, std::uint32_t page, std::uint32_t head,
                                     std::uint32_t token, std::uint32_t dim) {
    const std::size_t block = (std::size_t{page} * 2 + 1) * cache.heads + head;
    return (block * kPageTokensOfKernels + token) * cache.headSize + dim;
}

/// Each of `kCount` values summed over the block's threads, the same for all of them, in an order
/// of its own. `scratch`: kWarps * kCount floats.
template <std::uint32_t kCount>
PHIDELITY_DEVICE void sumOverBlock(float (&values)[kCount], float* scratch) {
    const std::uint32_t warp = threadIndex() / kWarp;
    PHIDELITY_UNROLL
    for (std::uint32_t i = 0; i < kCount; ++i) {
        PHIDELITY_UNROLL
        for (std::uint32_t mask = kWarp / 2; mask > 0; mask /= 2) {
            values[i] += shuffleXor(values[i], mask);
        }
        if (threadIndex() % kWarp == 0) {
            scratch[warp * kCount + i] = values[i];
        }
    }
    syncBlock();
    PHIDELITY_UNROLL
    for (std::uint32_t i = 0; i < kCount; ++i) {
        values[i] = scratch[i];
        for (std::uint32_t other = 1; other < kWarps; ++other) {
            values[i] += scratch[other * kCount + i];
        }
    }
    syncBlock();
}

/// Mean and 1 / sqrt(variance + epsilon) of kCount rows. Two passes: the square of a mean that is
/// large beside the spread would swallow it.
template <std::uint32_t kCount>
PHIDELITY_DEVICE void statisticsOf(const float* const (&rows)[kCount], const NormView& norm,
                                   float* scratch, float (&mean)[kCount],
                                   float (&inverse)[kCount]) {
    PHIDELITY_UNROLL
    for (std::uint32_t r = 0; r < kCount; ++r) {
        mean[r] = 0;
        for (std::uint32_t i = threadIndex(); i < norm.width; i += kThreads) {
            mean[r] += rows[r][i];
        }
    }
    sumOverBlock(mean, scratch);
    const auto width = static_cast<float>(norm.width);
    PHIDELITY_UNROLL
    for (std::uint32_t r = 0; r < kCount; ++r) {
        mean[r] /= width;
        inverse[r] = 0;
        for (std::uint32_t i = threadIndex(); i < norm.width; i += kThreads) {
            const float apart = rows[r][i] - mean[r];
            inverse[r] = fmaf(apart, apart, inverse[r]);
        }
    }
    sumOverBlock(inverse, scratch);
    PHIDELITY_UNROLL
    for (std::uint32_t r = 0; r < kCount; ++r) {
        inverse[r] = 1.0F / sqrtf(inverse[r] / width + norm.epsilon);
    }
}

PHIDELITY_DEVICE float normed(const NormView& norm, std::uint32_t i, float value, float mean,
                              float inverse) {
    return fmaf((value - mean) * inverse, norm.weight[i], norm.bias[i]);
}

} // namespace phidelity::cuda
