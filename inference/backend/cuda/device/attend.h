// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/rows.h"

namespace phidelity::cuda {

/// context = softmax(q k^T) v of one head of one row, over kSplitKeys keys: many keys are shared
/// out among blocks, and the last of them to finish puts their parts together. Scores, softmax and
/// sums are F32: F16 overflows on Phi-2. The maximum is subtracted before exp, and parts are joined
/// by their maxima (Milakov, Gimelshein 2018). Block x: split * heads + head; block y: the row.
struct Attend {
    struct Shared {
        float query[kMostHeadDims];
        float score[kSplitKeys];
        float summed[kThreads][8];
        float scratch[kWarps];
        std::uint32_t isLast;
    };
    static constexpr std::size_t kSharedBytes = sizeof(Shared);

    PHIDELITY_DEVICE static void run(const AttendTable& table) {
        auto& shared = *reinterpret_cast<Shared*>(sharedMemory());
        const CacheView& cache = table.cache;
        const std::uint32_t head = blockIndexX() % cache.heads;
        const std::uint32_t split = blockIndexX() / cache.heads;
        const std::uint32_t row = blockIndexY();
        const std::uint32_t keys = positionOf(table.step, row) + 1;
        const std::uint32_t splits = (keys + kSplitKeys - 1) / kSplitKeys;
        if (split >= splits) {
            return;
        }
        const float* query =
            table.query + std::size_t{row} * table.queryStride + head * cache.headSize;
        for (std::uint32_t i = threadIndex(); i < cache.headSize; i += kThreads) {
            shared.query[i] = query[i];
        }
        syncBlock();
        const std::uint32_t first = split * kSplitKeys;
        const std::uint32_t count = keys - first < kSplitKeys ? keys - first : kSplitKeys;
        const float most = score(table, shared, row, head, first, count);
        const float weight = weigh(shared, count, most);
        sumValues(table, shared, row, head, first, count);
        const float* sums = shared.summed[0];
        if (splits == 1) {
            float* out =
                table.context + std::size_t{row} * table.contextStride + head * cache.headSize;
            for (std::uint32_t i = threadIndex(); i < cache.headSize; i += kThreads) {
                out[i] = sums[i] / weight;
            }
            return;
        }
        float* part = partOf(table, row, head, split);
        for (std::uint32_t i = threadIndex(); i < cache.headSize; i += kThreads) {
            part[i] = sums[i];
        }
        if (threadIndex() == 0) {
            part[cache.headSize] = most;
            part[cache.headSize + 1] = weight;
        }
        joinIfLast(table, shared, row, head, splits);
    }

private:
    PHIDELITY_DEVICE static float* partOf(const AttendTable& table, std::uint32_t row,
                                          std::uint32_t head, std::uint32_t split) {
        return table.partials +
               ((std::size_t{row} * table.cache.heads + head) * table.splits + split) *
                   (table.cache.headSize + 2);
    }

    template <class Join>
    PHIDELITY_DEVICE static float joinOverBlock(float value, float* scratch, Join join) {
        PHIDELITY_UNROLL
        for (std::uint32_t mask = kWarp / 2; mask > 0; mask /= 2) {
            value = join(value, shuffleXor(value, mask));
        }
        if (threadIndex() % kWarp == 0) {
            scratch[threadIndex() / kWarp] = value;
        }
        syncBlock();
        value = scratch[0];
        for (std::uint32_t warp = 1; warp < kWarps; ++warp) {
            value = join(value, scratch[warp]);
        }
        syncBlock();
        return value;
    }

    /// shared.score of the keys; returns the largest. A thread a key: neighbouring threads read
    /// neighbouring words.
    PHIDELITY_DEVICE static float score(const AttendTable& table, Shared& shared, std::uint32_t row,
                                        std::uint32_t head, std::uint32_t first,
                                        std::uint32_t count) {
        const CacheView& cache = table.cache;
        float most = -3.0e38F; // instead of -infinity, whose difference is NaN
        for (std::uint32_t k = threadIndex(); k < count; k += kThreads) {
            const std::uint32_t position = first + k;
            const auto* words = reinterpret_cast<const Word*>(
                cache.halves + keyAt(cache, pageOf(table.step, row, position), head,
                                     position % kPageTokensOfKernels, 0));
            float sum = 0;
            for (std::uint32_t octet = 0; octet < cache.headSize / 8; ++octet) {
                const Word word = words[octet * kPageTokensOfKernels];
                const std::uint32_t pairs[4] = {word.x, word.y, word.z, word.w};
                PHIDELITY_UNROLL
                for (std::uint32_t i = 0; i < 4; ++i) {
                    const float* q = shared.query + 8 * octet + 2 * i;
                    sum = fmaf(q[0], halfBitsToFloat(pairs[i] & 0xFFFFU), sum);
                    sum = fmaf(q[1], halfBitsToFloat(pairs[i] >> 16), sum);
                }
            }
            shared.score[k] = sum;
            most = fmaxf(most, sum);
        }
        return joinOverBlock(most, shared.scratch, [](float a, float b) { return fmaxf(a, b); });
    }

    /// Turns scores into weights; returns their sum.
    PHIDELITY_DEVICE static float weigh(Shared& shared, std::uint32_t count, float most) {
        float sum = 0;
        for (std::uint32_t k = threadIndex(); k < count; k += kThreads) {
            const float weight = expf(shared.score[k] - most);
            shared.score[k] = weight;
            sum += weight;
        }
        return joinOverBlock(sum, shared.scratch, [](float a, float b) { return a + b; });
    }

    /// The weighted sum of values, at last in shared.summed[0] and on. A thread takes eight dims of
    /// every so many keys.
    PHIDELITY_DEVICE static void sumValues(const AttendTable& table, Shared& shared,
                                           std::uint32_t row, std::uint32_t head,
                                           std::uint32_t first, std::uint32_t count) {
        const CacheView& cache = table.cache;
        const std::uint32_t octets = cache.headSize / 8;
        const std::uint32_t strides = kThreads / octets;
        const std::uint32_t octet = threadIndex() % octets;
        const std::uint32_t start = threadIndex() / octets;
        float sums[8] = {};
        for (std::uint32_t k = start; k < count && start < strides; k += strides) {
            const std::uint32_t position = first + k;
            const Word word = *reinterpret_cast<const Word*>(
                cache.halves + valueAt(cache, pageOf(table.step, row, position), head,
                                       position % kPageTokensOfKernels, 8 * octet));
            const std::uint32_t pairs[4] = {word.x, word.y, word.z, word.w};
            const float weight = shared.score[k];
            PHIDELITY_UNROLL
            for (std::uint32_t i = 0; i < 4; ++i) {
                sums[2 * i] = fmaf(weight, halfBitsToFloat(pairs[i] & 0xFFFFU), sums[2 * i]);
                sums[2 * i + 1] = fmaf(weight, halfBitsToFloat(pairs[i] >> 16), sums[2 * i + 1]);
            }
        }
        PHIDELITY_UNROLL
        for (std::uint32_t i = 0; i < 8; ++i) {
            shared.summed[threadIndex()][i] = sums[i];
        }
        syncBlock();
        float total = 0;
        const std::uint32_t dim = threadIndex();
        if (dim < cache.headSize) {
            for (std::uint32_t other = 0; other < strides; ++other) {
                total += shared.summed[other * octets + dim / 8][dim % 8];
            }
        }
        syncBlock();
        if (dim < cache.headSize) {
            shared.summed[0][dim] = total; // in a row: kThreads * 8 floats are there
        }
        syncBlock();
    }

    PHIDELITY_DEVICE static void joinIfLast(const AttendTable& table, Shared& shared,
                                            std::uint32_t row, std::uint32_t head,
                                            std::uint32_t splits) {
        const std::uint32_t headSize = table.cache.headSize;
        publish();
        syncBlock();
        if (threadIndex() == 0) {
            std::uint32_t* counter = table.counters + row * table.cache.heads + head;
            shared.isLast = countUp(counter) + 1 == splits ? 1 : 0;
            if (shared.isLast != 0) {
                *counter = 0;
            }
        }
        syncBlock();
        if (shared.isLast == 0) {
            return;
        }
        publish();
        float most = -3.0e38F;
        for (std::uint32_t split = 0; split < splits; ++split) {
            most = fmaxf(most, loadPublished(partOf(table, row, head, split) + headSize));
        }
        float weight = 0;
        for (std::uint32_t split = 0; split < splits; ++split) {
            const float* part = partOf(table, row, head, split) + headSize;
            weight = fmaf(loadPublished(part + 1), expf(loadPublished(part) - most), weight);
        }
        float* out = table.context + std::size_t{row} * table.contextStride + head * headSize;
        for (std::uint32_t dim = threadIndex(); dim < headSize; dim += kThreads) {
            float sum = 0;
            for (std::uint32_t split = 0; split < splits; ++split) {
                const float* part = partOf(table, row, head, split);
                sum = fmaf(loadPublished(part + dim), expf(loadPublished(part + headSize) - most),
                           sum);
            }
            out[dim] = sum / weight;
        }
    }
};

} // namespace phidelity::cuda
