// SPDX-License-Identifier: MIT
// Inputs in 16-bit fixed point for fixedProducts.
#include "inference/backend/cpu/kernels/fixed_products.h"

#include <cstddef>
#include <cstring>

#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/fixed_input.cpp"
#include <hwy/foreach_target.h>

#include "inference/backend/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

namespace {

/// The sums of bytes that the block's codes' offset is multiplied by.
HWY_INLINE void sumBytes(FixedBlock& block) {
    static_assert(offsetof(FixedBlock, low) == offsetof(FixedBlock, high) + 32);
    const TagI8 d8;
    const hn::Repartition<std::uint64_t, TagF> wide;
    alignas(64) std::int16_t sums[32];
    for (std::size_t i = 0; i < 64; i += 4 * kLanes) {
        const VI16 pairs = mulAddBytes(hn::Set(TagU8(), 1), hn::Load(d8, block.high + i));
        const auto next = hn::ShiftRight<32>(hn::BitCast(wide, pairs));
        hn::Store(hn::Add(pairs, hn::BitCast(TagI16(), next)), TagI16(), sums + i / 2);
    }
    for (std::size_t m = 0; m < 4; ++m) {
        std::memcpy(block.highSums[m], sums + 4 * m, 4);
        std::memcpy(block.lowSums[m], sums + 16 + 4 * m, 4);
    }
}

} // namespace

void toFixedOn(const float* x, std::size_t columns, FixedBlock* out) {
    const TagF f;
    const TagI d;
    const hn::Rebind<std::int8_t, TagI> bytes;
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
        std::int32_t half[2];
        for (std::size_t h = 0; h < 2; ++h) {
            VI sum = hn::Zero(d);
            for (std::size_t i = 16 * h; i < 16 * h + 16; i += kLanes) {
                const VI fixed =
                    any ? hn::NearestInt(hn::Mul(hn::LoadU(f, x + i), inverse)) : hn::Zero(d);
                const VI high = hn::ShiftRight<8>(hn::Add(fixed, hn::Set(d, 128)));
                const VI low = hn::ShiftRight<24>(hn::ShiftLeft<24>(fixed));
                hn::StoreU(hn::DemoteTo(bytes, high), bytes, out->high + i);
                hn::StoreU(hn::DemoteTo(bytes, low), bytes, out->low + i);
#if !PHIDELITY_HAVE_BYTE_DOTS
                alignas(64) std::int32_t numbers[kLanes];
                hn::Store(fixed, d, numbers);
                for (std::size_t k = 0; k < kLanes; ++k) {
                    out->evenOdd[(i + k) / 4][k % 4 / 2 + 2 * (k % 2)] =
                        static_cast<std::int16_t>(numbers[k]);
                }
#endif
                sum = hn::Add(sum, fixed);
            }
            half[h] = hn::GetLane(hn::SumOfLanes(d, sum));
        }
        sumBytes(*out);
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
