// SPDX-License-Identifier: MIT
// The exponential function of vectors. Compiled once per target.

#if defined(PHIDELITY_KERNELS_EXP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PHIDELITY_KERNELS_EXP_INL
#undef PHIDELITY_KERNELS_EXP_INL
#else
#define PHIDELITY_KERNELS_EXP_INL
#endif

#include "inference/backend/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

/// e^x for x clamped to [-87, 88], relative error below 3e-7: x = n ln 2 + r, |r| <= ln 2 / 2, the
/// series of e^r up to r^7, and 2^n by the exponent bits. The caller looks after NaN.
HWY_INLINE VF expOf(VF x) {
    const TagF f;
    const TagI d;
    const VF clamped = hn::Min(hn::Max(x, hn::Set(f, -87.0F)), hn::Set(f, 88.0F));
    const VI n = hn::NearestInt(hn::Mul(clamped, hn::Set(f, 1.44269504F)));
    const VF whole = hn::ConvertTo(f, n);
    // ln 2 in two parts, the first exact in products with n
    VF r = hn::NegMulAdd(whole, hn::Set(f, 0.693359375F), clamped);
    r = hn::MulAdd(whole, hn::Set(f, 2.12194440e-4F), r);
    VF series = hn::Set(f, 1.0F / 5040.0F);
    series = hn::MulAdd(series, r, hn::Set(f, 1.0F / 720.0F));
    series = hn::MulAdd(series, r, hn::Set(f, 1.0F / 120.0F));
    series = hn::MulAdd(series, r, hn::Set(f, 1.0F / 24.0F));
    series = hn::MulAdd(series, r, hn::Set(f, 1.0F / 6.0F));
    series = hn::MulAdd(series, r, hn::Set(f, 0.5F));
    series = hn::MulAdd(series, r, hn::Set(f, 1.0F));
    series = hn::MulAdd(series, r, hn::Set(f, 1.0F));
    const VI power = hn::ShiftLeft<23>(hn::Add(n, hn::Set(d, 127)));
    return hn::Mul(series, hn::BitCast(f, power));
}

/// 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3).
HWY_INLINE VF geluOf(VF x) {
    const TagF f;
    const VF one = hn::Set(f, 1.0F);
    const VF cubic = hn::MulAdd(hn::Mul(x, x), hn::Set(f, 0.044715F), one);
    const VF exponent = hn::Mul(hn::Mul(x, cubic), hn::Set(f, -2.0F * 0.7978845608F));
    return hn::Div(x, hn::Add(one, expOf(exponent)));
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
