// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/rows.h"

/// What becomes of the outputs of a product.
namespace phidelity::cuda {

/// The tanh form (Hendrycks, Gimpel 2016).
PHIDELITY_DEVICE float gelu(float x) {
    constexpr float kRoot = 0.7978845608028654F; // sqrt(2 / pi)
    return 0.5F * x * (1.0F + tanhf(kRoot * fmaf(0.044715F * x * x, x, x)));
}

PHIDELITY_DEVICE bool isRotated(Output output) {
    return output == Output::RotateQuery || output == Output::RotateToKeys;
}

/// Output `o` of row `row`, its bias added. What is rotated waits in part.out for the rest of its
/// head.
PHIDELITY_DEVICE void storeOutput(const PartView& part, const StepView& step,
                                  const CacheView& cache, std::uint32_t row, std::uint32_t o,
                                  float value) {
    if (part.output == Output::ToValues) {
        const std::uint32_t position = positionOf(step, row);
        cache.halves[valueAt(cache, pageOf(step, row, position), o / cache.headSize,
                             position % kPageTokensOfKernels, o % cache.headSize)] =
            static_cast<std::uint16_t>(floatToHalfBits(value));
        return;
    }
    float& out = part.out[std::size_t{row} * part.outStride + o];
    if (part.output == Output::Gelu) {
        out = gelu(value);
    } else if (part.output == Output::AddToResidual) {
        out += value;
    } else {
        out = value;
    }
}

/// Dimension `dim` of a head of `raw`, rotated by the row's position (Su et al. 2021; pairs
/// (i, i + rotary / 2)).
PHIDELITY_DEVICE float rotated(const CacheView& cache, const float* raw, std::uint32_t position,
                               std::uint32_t dim) {
    const float value = loadPublished(raw + dim);
    if (dim >= cache.rotary) {
        return value;
    }
    const std::uint32_t half = cache.rotary / 2;
    const bool lower = dim < half;
    const float* angles = cache.angles + std::size_t{position} * cache.rotary + dim % half;
    const float other = loadPublished(raw + (lower ? dim + half : dim - half));
    return lower ? fmaf(value, angles[0], -other * angles[half])
                 : fmaf(value, angles[0], other * angles[half]);
}

/// Rotates the heads of which this block was the last to store an output. All threads of the block
/// call it. The block made outputs [first, first + count) of rows [row0, row0 + rows); every other
/// block made as many, from multiples of `count` on. `counters`: of this block of rows. `shared`:
/// room for kMostHeadDims + 1 floats.
PHIDELITY_DEVICE void finishHeads(const PartView& part, const StepView& step,
                                  const CacheView& cache, std::uint32_t* counters,
                                  std::uint32_t first, std::uint32_t count, std::uint32_t row0,
                                  std::uint32_t rows, float* shared) {
    const std::uint32_t end = first + count < part.outputs ? first + count : part.outputs;
    auto* isLast = reinterpret_cast<std::uint32_t*>(shared);
    float* turned = shared + 1;
    publish();
    for (std::uint32_t head = first / cache.headSize; head * cache.headSize < end; ++head) {
        const std::uint32_t from = head * cache.headSize;
        syncBlock();
        if (threadIndex() == 0) {
            const std::uint32_t blocks = (from + cache.headSize - 1) / count - from / count + 1;
            *isLast = countUp(counters + head) + 1 == blocks ? 1 : 0;
            if (*isLast != 0) {
                counters[head] = 0;
            }
        }
        syncBlock();
        if (*isLast == 0) {
            continue;
        }
        publish();
        const float scale =
            part.output == Output::RotateQuery ? 1.0F / sqrtf(float(cache.headSize)) : 1.0F;
        for (std::uint32_t row = row0; row < row0 + rows; ++row) {
            const std::uint32_t position = positionOf(step, row);
            float* raw = part.out + std::size_t{row} * part.outStride + from;
            for (std::uint32_t dim = threadIndex(); dim < cache.headSize; dim += kThreads) {
                turned[dim] = scale * rotated(cache, raw, position, dim);
            }
            syncBlock();
            const std::uint32_t page = pageOf(step, row, position);
            for (std::uint32_t dim = threadIndex(); dim < cache.headSize; dim += kThreads) {
                if (part.output == Output::RotateQuery) {
                    raw[dim] = turned[dim];
                } else {
                    cache.halves[keyAt(cache, page, head, position % kPageTokensOfKernels, dim)] =
                        static_cast<std::uint16_t>(floatToHalfBits(turned[dim]));
                }
            }
            syncBlock();
        }
    }
}

} // namespace phidelity::cuda
