// SPDX-License-Identifier: MIT
// Inputs in 16-bit fixed point for fixedProducts.
#include "inference/backend/cpu/kernels/fixed_products.h"

#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/fixed_input.cpp"
#include <hwy/foreach_target.h>

#include "inference/backend/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

void toFixedOn(const float* x, std::size_t columns, FixedBlock* out) {
    const TagF f;
    for (std::size_t first = 0; first < columns; first += 32, ++out, x += 32) {
        VF largest = zeroF();
        VF poison = zeroF(); // stays 0 unless a number is NaN or infinite
        for (std::size_t i = 0; i < 32; i += kLanes) {
            const VF v = hn::LoadU(f, x + i);
            largest = hn::Max(largest, hn::Abs(v));
            poison = hn::MulAdd(v, zeroF(), poison);
        }
        const float top = hn::GetLane(hn::MaxOfLanes(f, largest));
        const float bad = hn::GetLane(hn::SumOfLanes(f, poison)); // 0, or NaN
        // Below the smallest block that F32 can still divide by, x counts as zero. Where a number
        // is NaN or infinite the numbers do not matter, since the scale is NaN; but they must stay
        // within their range.
        const bool any = bad == 0.0F && top > 1e-30F;
        const float scale = any ? top / 32639.0F : bad;
        const VF inverse = hn::Set(f, any ? 32639.0F / top : 0.0F);
        alignas(64) std::int32_t fixed[32] = {};
        for (std::size_t i = 0; any && i < 32; i += kLanes) {
            hn::Store(hn::NearestInt(hn::Mul(hn::LoadU(f, x + i), inverse)), TagI(), fixed + i);
        }
        std::int32_t half[2] = {0, 0};
        for (std::size_t i = 0; i < 32; ++i) {
            const std::int32_t high = (fixed[i] + 128) >> 8;
            out->high[i] = static_cast<std::int8_t>(high);
            out->low[i] = static_cast<std::int8_t>(fixed[i] - 256 * high);
        }
        for (std::size_t g = 0; g < 8; ++g) {
            for (std::size_t i = 0; i < 4; ++i) {
                out->evenOdd[g][i / 2 + 2 * (i % 2)] = static_cast<std::int16_t>(fixed[4 * g + i]);
                half[g / 4] += fixed[4 * g + i];
            }
        }
        for (std::size_t m = 0; m < 4; ++m) {
            for (std::size_t p = 0; p < 2; ++p) {
                const std::int8_t* h = out->high + 8 * m + 2 * p;
                const std::int8_t* l = out->low + 8 * m + 2 * p;
                out->highSums[m][p] = static_cast<std::int16_t>(h[0] + h[1] + h[4] + h[5]);
                out->lowSums[m][p] = static_cast<std::int16_t>(l[0] + l[1] + l[4] + l[5]);
            }
        }
        out->scale = scale;
        out->sum = half[0] + half[1];
        out->scaledHalf[0] = out->scale * static_cast<float>(half[0]);
        out->scaledHalf[1] = out->scale * static_cast<float>(half[1]);
        out->scaledSum = out->scale * static_cast<float>(out->sum);
    }
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace phidelity::kernels {

HWY_EXPORT(toFixedOn);

void toFixed(const float* x, std::size_t columns, FixedBlock* out) {
    HWY_DYNAMIC_DISPATCH(toFixedOn)(x, columns, out);
}

} // namespace phidelity::kernels
#endif
