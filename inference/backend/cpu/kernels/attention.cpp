// SPDX-License-Identifier: MIT
// Attention of one head over pages of keys and values in fixed point; rotary.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "inference/backend/cpu/kernels/kernels.h"
#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/attention.cpp"
#include <hwy/foreach_target.h>

#include "inference/backend/cpu/kernels/exp-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

constexpr std::size_t kPageVectors = kPageTokens / kLanes;

/// Numbers of the cache, without their scale.
HWY_INLINE VF loadFixed(const std::uint16_t* words) {
    const hn::Rebind<std::int16_t, TagI> narrow;
    const auto numbers = hn::LoadU(narrow, reinterpret_cast<const std::int16_t*>(words));
    return hn::ConvertTo(TagF(), hn::PromoteTo(TagI(), numbers));
}

/// The scales of a page; they follow its numbers.
HWY_INLINE const float* scalesOf(const std::uint16_t* page, std::size_t headSize) {
    return reinterpret_cast<const float*>(page + headSize * kPageTokens);
}

/// Scores of kRows queries with kVectors * kLanes slots of a page from slot `first` on.
template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void pageScores(const float* query, std::size_t queryStride, const std::uint16_t* keys,
                           std::size_t headSize, std::size_t first, float* scores,
                           std::size_t scoreStride) {
    const TagF f;
    VF sums[kRows][kVectors];
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < kRows; ++r) {
        HWY_UNROLL(4)
        for (std::size_t v = 0; v < kVectors; ++v) {
            sums[r][v] = zeroF();
        }
    }
    for (std::size_t d = 0; d < headSize; ++d) {
        VF k[kVectors];
        HWY_UNROLL(4)
        for (std::size_t v = 0; v < kVectors; ++v) {
            k[v] = loadFixed(keys + d * kPageTokens + first + v * kLanes);
        }
        HWY_UNROLL(4)
        for (std::size_t r = 0; r < kRows; ++r) {
            const VF q = hn::Set(f, query[r * queryStride + d]);
            HWY_UNROLL(4)
            for (std::size_t v = 0; v < kVectors; ++v) {
                sums[r][v] = hn::MulAdd(q, k[v], sums[r][v]);
            }
        }
    }
    VF scales[kVectors];
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < kVectors; ++v) {
        scales[v] = hn::LoadU(f, scalesOf(keys, headSize) + first + v * kLanes);
    }
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < kRows; ++r) {
        HWY_UNROLL(4)
        for (std::size_t v = 0; v < kVectors; ++v) {
            hn::StoreU(hn::Mul(sums[r][v], scales[v]), f,
                       scores + r * scoreStride + first + v * kLanes);
        }
    }
}

/// scores[0, count) become probabilities times their sum, the rest up to `padded` zero; returns 1 /
/// sum.
HWY_INLINE float softmaxRow(float* scores, std::size_t count, std::size_t padded) {
    const TagF f;
    for (std::size_t i = count; i < padded; ++i) {
        scores[i] = -std::numeric_limits<float>::infinity();
    }
    VF largest = hn::LoadU(f, scores);
    VF poison = zeroF();
    for (std::size_t i = 0; i < padded; i += kLanes) {
        largest = hn::Max(largest, hn::LoadU(f, scores + i));
    }
    const VF top = hn::Set(f, hn::GetLane(hn::MaxOfLanes(f, largest)));
    VF total = zeroF();
    for (std::size_t i = 0; i < padded; i += kLanes) {
        const VF score = hn::LoadU(f, scores + i);
        const VF distance = hn::Sub(score, top);
        const VF p = hn::IfThenElseZero(hn::Ge(distance, hn::Set(f, -87.0F)), expOf(distance));
        // A NaN among the visible scores must not be lost in comparisons. (Highway's Ne may be an
        // ordered one, which is false of NaN.)
        poison = hn::Add(poison, hn::IfThenZeroElse(hn::Eq(score, score), score));
        total = hn::Add(total, p);
        hn::StoreU(p, f, scores + i);
    }
    const float sum = hn::GetLane(hn::SumOfLanes(f, hn::Add(total, poison)));
    return 1.0F / sum;
}

/// Probabilities times the scales of their values.
HWY_INLINE void scaleByValues(const HeadAttention& work, float* scores, std::size_t padded) {
    const TagF f;
    for (std::size_t begin = 0; begin < padded; begin += kPageTokens) {
        const float* scales = scalesOf(work.values[begin / kPageTokens], work.headSize);
        for (std::size_t i = 0; i < kPageTokens; i += kLanes) {
            float* at = scores + begin + i;
            hn::StoreU(hn::Mul(hn::LoadU(f, at), hn::LoadU(f, scales + i)), f, at);
        }
    }
}

/// out[r][first ..] = inverse[r] * sum over keys of p[r][key] * values[key][first ..], kVectors
/// vectors.
template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void weightedValues(const HeadAttention& work, std::size_t row, std::size_t keys,
                               const float* scores, std::size_t scoreStride, const float* inverse,
                               std::size_t first) {
    const TagF f;
    VF sums[kRows][kVectors];
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < kRows; ++r) {
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < kVectors; ++v) {
            sums[r][v] = zeroF();
        }
    }
    for (std::size_t begin = 0; begin < keys; begin += kPageTokens) {
        const std::uint16_t* page = work.values[begin / kPageTokens] + first;
        const std::size_t end = std::min<std::size_t>(kPageTokens, keys - begin);
        for (std::size_t slot = 0; slot < end; ++slot) {
            VF value[kVectors];
            HWY_UNROLL(8)
            for (std::size_t v = 0; v < kVectors; ++v) {
                value[v] = loadFixed(page + slot * work.headSize + v * kLanes);
            }
            HWY_UNROLL(4)
            for (std::size_t r = 0; r < kRows; ++r) {
                const VF p = hn::Set(f, scores[r * scoreStride + begin + slot]);
                HWY_UNROLL(8)
                for (std::size_t v = 0; v < kVectors; ++v) {
                    sums[r][v] = hn::MulAdd(p, value[v], sums[r][v]);
                }
            }
        }
    }
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < kRows; ++r) {
        float* out = work.out + (row + r) * work.outStride + first;
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < kVectors; ++v) {
            hn::StoreU(hn::Mul(sums[r][v], hn::Set(f, inverse[r])), f, out + v * kLanes);
        }
    }
}

template <std::size_t kRows>
void attendRows(const HeadAttention& work, std::size_t row, float* scores) {
    constexpr std::size_t kScoreVectors = kPageVectors < 2 ? kPageVectors : kRows == 1 ? 4 : 2;
    constexpr std::size_t kValueVectors = kRows == 1 ? 5 : 2;
    const std::size_t keys = std::size_t{work.positions[row + kRows - 1]} + 1;
    const std::size_t padded = (keys + kPageTokens - 1) / kPageTokens * kPageTokens;
    for (std::size_t begin = 0; begin < keys; begin += kPageTokens) {
        for (std::size_t v = 0; v < kPageVectors; v += std::min(kScoreVectors, kPageVectors)) {
            pageScores<kRows, std::min(kScoreVectors, kPageVectors)>(
                work.query + row * work.queryStride, work.queryStride,
                work.keys[begin / kPageTokens], work.headSize, v * kLanes, scores + begin, padded);
        }
    }
    float inverse[kRows];
    for (std::size_t r = 0; r < kRows; ++r) {
        inverse[r] =
            softmaxRow(scores + r * padded, std::size_t{work.positions[row + r]} + 1, padded);
        scaleByValues(work, scores + r * padded, padded);
    }
    std::size_t d = 0;
    for (; d + kValueVectors * kLanes <= work.headSize; d += kValueVectors * kLanes) {
        weightedValues<kRows, kValueVectors>(work, row, keys, scores, padded, inverse, d);
    }
    for (; d + kLanes <= work.headSize; d += kLanes) {
        weightedValues<kRows, 1>(work, row, keys, scores, padded, inverse, d);
    }
    for (; d < work.headSize; ++d) {
        for (std::size_t r = 0; r < kRows; ++r) {
            float sum = 0.0F;
            for (std::size_t key = 0; key < keys; ++key) {
                const std::uint16_t* page = work.values[key / kPageTokens];
                const auto number =
                    static_cast<std::int16_t>(page[key % kPageTokens * work.headSize + d]);
                sum += scores[r * padded + key] * static_cast<float>(number);
            }
            work.out[(row + r) * work.outStride + d] = sum * inverse[r];
        }
    }
}

} // namespace

void attendHeadOn(const HeadAttention& work, float* scratch) {
    std::size_t row = 0;
    for (; row + 4 <= work.rows; row += 4) {
        attendRows<4>(work, row, scratch);
    }
    for (; row < work.rows; ++row) {
        attendRows<1>(work, row, scratch);
    }
}

/// Rounds the numbers of one position; returns their scale.
float toCacheOn(const float* numbers, std::uint32_t count, std::uint16_t* fixed) {
    constexpr float kLargestNumber = 32767.0F;
    const TagF f;
    const auto whole = static_cast<std::uint32_t>(count / kLanes * kLanes);
    VF most = zeroF();
    VF poison = zeroF(); // stays 0 unless a number is NaN or infinite
    for (std::uint32_t d = 0; d < whole; d += kLanes) {
        const VF v = hn::LoadU(f, numbers + d);
        most = hn::Max(most, hn::Abs(v));
        poison = hn::MulAdd(v, zeroF(), poison);
    }
    float largest = hn::GetLane(hn::MaxOfLanes(f, most));
    float bad = hn::GetLane(hn::SumOfLanes(f, poison));
    for (std::uint32_t d = whole; d < count; ++d) {
        largest = std::max(largest, std::abs(numbers[d]));
        bad += numbers[d] * 0.0F;
    }
    // Below the smallest normal number the inverse would leave F32: such a position counts as zero.
    const bool zero = largest < kLargestNumber * std::numeric_limits<float>::min();
    if (zero || bad != 0.0F) {
        std::fill_n(fixed, count, std::uint16_t{0});
        return bad == 0.0F ? 0.0F : std::numeric_limits<float>::quiet_NaN();
    }
    const float factor = kLargestNumber / largest;
    const hn::Rebind<std::int16_t, TagF> narrow;
    for (std::uint32_t d = 0; d < whole; d += kLanes) {
        const VI rounded = hn::NearestInt(hn::Mul(hn::LoadU(f, numbers + d), hn::Set(f, factor)));
        hn::StoreU(hn::DemoteTo(narrow, rounded), narrow,
                   reinterpret_cast<std::int16_t*>(fixed + d));
    }
    for (std::uint32_t d = whole; d < count; ++d) {
        fixed[d] = static_cast<std::uint16_t>(std::lrint(numbers[d] * factor));
    }
    return largest / kLargestNumber;
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace phidelity::kernels {

HWY_EXPORT(attendHeadOn);
HWY_EXPORT(toCacheOn);

void attendHead(const HeadAttention& work, float* scratch) {
    HWY_DYNAMIC_DISPATCH(attendHeadOn)(work, scratch);
}

std::size_t attentionScratch(std::uint32_t keys) {
    return 4 * ((std::size_t{keys} + kPageTokens - 1) / kPageTokens * kPageTokens);
}

namespace {

void putScale(std::uint16_t* scales, std::uint32_t slot, float scale) {
    std::memcpy(scales + std::size_t{slot} * (sizeof(float) / sizeof(std::uint16_t)), &scale,
                sizeof(float));
}

} // namespace

void storeKey(std::uint16_t* keys, std::uint32_t slot, const float* key, std::uint32_t headSize) {
    std::uint16_t fixed[kMaxHeadSize];
    const float scale = HWY_DYNAMIC_DISPATCH(toCacheOn)(key, headSize, fixed);
    for (std::uint32_t d = 0; d < headSize; ++d) {
        keys[d * kPageTokens + slot] = fixed[d];
    }
    putScale(keys + std::size_t{headSize} * kPageTokens, slot, scale);
}

void storeValue(std::uint16_t* values, std::uint32_t slot, const float* value,
                std::uint32_t headSize) {
    const float scale =
        HWY_DYNAMIC_DISPATCH(toCacheOn)(value, headSize, values + std::size_t{slot} * headSize);
    putScale(values + std::size_t{headSize} * kPageTokens, slot, scale);
}

void rotaryAngles(std::uint32_t position, float theta, std::uint32_t rotary, float* cosines,
                  float* sines) {
    for (std::uint32_t i = 0; i < rotary / 2; ++i) {
        const double frequency = std::pow(static_cast<double>(theta), -2.0 * i / rotary);
        const double angle = position * frequency;
        cosines[i] = static_cast<float>(std::cos(angle));
        sines[i] = static_cast<float>(std::sin(angle));
    }
}

void rotate(float* head, std::uint32_t headSize, std::uint32_t rotary, const float* cosines,
            const float* sines, float scale) {
    const std::uint32_t half = rotary / 2;
    for (std::uint32_t i = 0; i < half; ++i) {
        const float a = head[i];
        const float b = head[i + half];
        head[i] = (a * cosines[i] - b * sines[i]) * scale;
        head[i + half] = (a * sines[i] + b * cosines[i]) * scale;
    }
    for (std::uint32_t i = rotary; i < headSize; ++i) {
        head[i] *= scale;
    }
}

} // namespace phidelity::kernels
#endif
