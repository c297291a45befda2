// SPDX-License-Identifier: MIT
// Row by row work: norm, gelu, the end of tiles, half precision, checks.
#include <algorithm>
#include <cmath>

#include "inference/backend/cpu/kernels/kernels.h"
#include "inference/backend/cpu/kernels/targets.h"
#include "inference/backend/cpu/kernels/tile_finish.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/rows.cpp"
#include <hwy/foreach_target.h>

#include "inference/backend/cpu/kernels/exp-inl.h"
#include "inference/backend/cpu/kernels/float_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

using TagD = hn::CappedTag<double, 8>;
using TagNarrow = hn::Rebind<float, TagD>;
constexpr std::size_t kWide = hn::MaxLanes(TagD());

} // namespace

void layerNormOn(const float* x, const float* weight, const float* bias, float epsilon,
                 std::uint32_t width, float* y) {
    const TagD d;
    const TagNarrow narrow;
    const TagF f;
    const std::size_t whole = width / kWide * kWide;
    auto total = hn::Zero(d);
    for (std::size_t i = 0; i < whole; i += kWide) {
        total = hn::Add(total, hn::PromoteTo(d, hn::LoadU(narrow, x + i)));
    }
    double sum = hn::GetLane(hn::SumOfLanes(d, total));
    for (std::size_t i = whole; i < width; ++i) {
        sum += static_cast<double>(x[i]);
    }
    const double mean = sum / width;
    const auto means = hn::Set(d, mean);
    auto squares = hn::Zero(d);
    for (std::size_t i = 0; i < whole; i += kWide) {
        const auto centred = hn::Sub(hn::PromoteTo(d, hn::LoadU(narrow, x + i)), means);
        squares = hn::MulAdd(centred, centred, squares);
    }
    double square = hn::GetLane(hn::SumOfLanes(d, squares));
    for (std::size_t i = whole; i < width; ++i) {
        const double centred = static_cast<double>(x[i]) - mean;
        square += centred * centred;
    }
    const auto factor =
        static_cast<float>(1.0 / std::sqrt(square / width + static_cast<double>(epsilon)));
    const auto shift = static_cast<float>(mean);
    std::size_t i = 0;
    for (; i + kLanes <= width; i += kLanes) {
        const VF centred = hn::Sub(hn::LoadU(f, x + i), hn::Set(f, shift));
        const VF scaled = hn::Mul(centred, hn::Set(f, factor));
        hn::StoreU(hn::MulAdd(scaled, hn::LoadU(f, weight + i), hn::LoadU(f, bias + i)), f, y + i);
    }
    for (; i < width; ++i) {
        y[i] = (x[i] - shift) * factor * weight[i] + bias[i];
    }
}

void geluRowOn(float* x, std::size_t count) {
    const TagF f;
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        hn::StoreU(geluOf(hn::LoadU(f, x + i)), f, x + i);
    }
    if (i < count) {
        alignas(64) float rest[kLanes] = {};
        std::memcpy(rest, x + i, (count - i) * sizeof(float));
        hn::Store(geluOf(hn::Load(f, rest)), f, rest);
        std::memcpy(x + i, rest, (count - i) * sizeof(float));
    }
}

void finishTileOn(const float (*sums)[16], std::size_t tokens, std::size_t rows, const float* bias,
                  Finish finish, float* out, std::size_t stride) {
    const TagF f;
    alignas(64) float biases[16] = {};
    if (bias != nullptr) {
        std::memcpy(biases, bias, rows * sizeof(float));
    }
    for (std::size_t token = 0; token < tokens; ++token) {
        alignas(64) float row[16];
        float* to = out + token * stride;
        if (rows == 16 && finish == Finish::Add) {
            for (std::size_t i = 0; i < 16; i += kLanes) {
                const VF v = hn::Add(hn::LoadU(f, sums[token] + i), hn::Load(f, biases + i));
                hn::StoreU(hn::Add(v, hn::LoadU(f, to + i)), f, to + i);
            }
            continue;
        }
        for (std::size_t i = 0; i < 16; i += kLanes) {
            VF v = hn::Add(hn::LoadU(f, sums[token] + i), hn::Load(f, biases + i));
            if (finish == Finish::Gelu) {
                v = geluOf(v);
            }
            hn::Store(v, f, row + i);
        }
        if (finish == Finish::Add) {
            for (std::size_t i = 0; i < rows; ++i) {
                to[i] += row[i];
            }
        } else {
            std::memcpy(to, row, rows * sizeof(float));
        }
    }
}

void halfRowToFloatOn(const std::uint16_t* in, float* out, std::size_t count) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(in);
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        hn::StoreU(loadNumbers<TensorType::F16>(bytes + 2 * i), TagF(), out + i);
    }
    if (i < count) {
        alignas(64) float rest[kLanes];
        hn::Store(loadSomeNumbers<TensorType::F16>(bytes + 2 * i, count - i), TagF(), rest);
        std::memcpy(out + i, rest, (count - i) * sizeof(float));
    }
}

void floatRowToHalfOn(const float* in, std::uint16_t* out, std::size_t count) {
    std::size_t i = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    // Highway's own conversion may truncate on targets without hardware for it, so it serves only
    // here.
    const TagHalf half;
    for (; i + kLanes <= count; i += kLanes) {
        hn::StoreU(hn::DemoteTo(half, hn::LoadU(TagF(), in + i)), half,
                   reinterpret_cast<hwy::float16_t*>(out + i));
    }
#endif
    for (; i < count; ++i) {
        out[i] = floatToHalf(in[i]);
    }
}

bool allFiniteOn(const float* values, std::size_t count) {
    const TagF f;
    VF poison = zeroF(); // 0 times anything finite; NaN for good otherwise
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        poison = hn::MulAdd(hn::LoadU(f, values + i), zeroF(), poison);
    }
    float rest = hn::GetLane(hn::SumOfLanes(f, poison));
    for (; i < count; ++i) {
        rest += values[i] * 0.0F;
    }
    return rest == 0.0F;
}

double fmaBurstOn(std::uint64_t rounds) {
    const TagF f;
    VF sums[12];
    for (std::size_t i = 0; i < 12; ++i) {
        sums[i] = hn::Set(f, static_cast<float>(i));
    }
    const VF a = hn::Set(f, 0.999F);
    const VF b = hn::Set(f, 0.001F);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        HWY_UNROLL(12)
        for (std::size_t i = 0; i < 12; ++i) {
            sums[i] = hn::MulAdd(sums[i], a, b);
        }
    }
    double total = 0.0;
    for (std::size_t i = 0; i < 12; ++i) {
        total += static_cast<double>(hn::GetLane(hn::SumOfLanes(f, sums[i])));
    }
    return total;
}

std::uint64_t readBurstOn(const std::byte* from, std::size_t bytes) {
    const TagU d;
    const auto* at = reinterpret_cast<const std::uint32_t*>(from);
    VU a = hn::Zero(d);
    VU b = a;
    VU c = a;
    VU e = a;
    for (std::size_t i = 0; i + 4 * kLanes <= bytes / 4; i += 4 * kLanes) {
        a = hn::Xor(a, hn::Load(d, at + i));
        b = hn::Xor(b, hn::Load(d, at + i + kLanes));
        c = hn::Xor(c, hn::Load(d, at + i + 2 * kLanes));
        e = hn::Xor(e, hn::Load(d, at + i + 3 * kLanes));
    }
    return hn::GetLane(hn::Xor(hn::Xor(a, b), hn::Xor(c, e)));
}

std::size_t laneCountOn() {
    return kLanes;
}

const char* targetNameOn() {
    return hwy::TargetName(HWY_TARGET);
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "inference/backend/cpu/kernels/bursts.h"

namespace phidelity::kernels {

HWY_EXPORT(layerNormOn);
HWY_EXPORT(geluRowOn);
HWY_EXPORT(finishTileOn);
HWY_EXPORT(halfRowToFloatOn);
HWY_EXPORT(floatRowToHalfOn);
HWY_EXPORT(allFiniteOn);
HWY_EXPORT(fmaBurstOn);
HWY_EXPORT(readBurstOn);
HWY_EXPORT(laneCountOn);
HWY_EXPORT(targetNameOn);

void layerNorm(const float* x, const float* weight, const float* bias, float epsilon,
               std::uint32_t width, float* y) {
    HWY_DYNAMIC_DISPATCH(layerNormOn)(x, weight, bias, epsilon, width, y);
}

void gelu(std::span<float> x) {
    HWY_DYNAMIC_DISPATCH(geluRowOn)(x.data(), x.size());
}

void finishTile(const float (*sums)[16], std::size_t tokens, std::size_t rows, const float* bias,
                Finish finish, float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(finishTileOn)(sums, tokens, rows, bias, finish, out, stride);
}

void halfToFloatRow(const std::uint16_t* in, float* out, std::size_t count) {
    HWY_DYNAMIC_DISPATCH(halfRowToFloatOn)(in, out, count);
}

void floatToHalfRow(const float* in, std::uint16_t* out, std::size_t count) {
    HWY_DYNAMIC_DISPATCH(floatRowToHalfOn)(in, out, count);
}

bool allFinite(std::span<const float> values) {
    return HWY_DYNAMIC_DISPATCH(allFiniteOn)(values.data(), values.size());
}

double fmaBurst(std::uint64_t rounds) {
    return HWY_DYNAMIC_DISPATCH(fmaBurstOn)(rounds);
}

std::uint64_t fmaBurstOperations(std::uint64_t rounds) {
    return rounds * 12 * HWY_DYNAMIC_DISPATCH(laneCountOn)();
}

std::uint64_t readBurst(const std::byte* from, std::size_t bytes) {
    return HWY_DYNAMIC_DISPATCH(readBurstOn)(from, bytes);
}

std::string instructionSet() {
    return HWY_DYNAMIC_DISPATCH(targetNameOn)();
}

} // namespace phidelity::kernels
#endif
