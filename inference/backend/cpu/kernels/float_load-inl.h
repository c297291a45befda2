// SPDX-License-Identifier: MIT
// Numbers of F32, F16 and BF16 rows as F32 vectors. Compiled once per target.

#if defined(PHIDELITY_KERNELS_FLOAT_LOAD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PHIDELITY_KERNELS_FLOAT_LOAD_INL
#undef PHIDELITY_KERNELS_FLOAT_LOAD_INL
#else
#define PHIDELITY_KERNELS_FLOAT_LOAD_INL
#endif

#include "inference/backend/cpu/kernels/simd-inl.h"
#include "inference/file/tensor_type.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

template <TensorType kType>
constexpr std::size_t kNumberBytes = kType == TensorType::F32 ? 4 : 2;

/// kLanes numbers from `from` on, which need not be aligned.
template <TensorType kType>
HWY_INLINE VF loadNumbers(const std::uint8_t* from) {
    if constexpr (kType == TensorType::F32) {
        return hn::LoadU(TagF(), reinterpret_cast<const float*>(from));
    } else if constexpr (kType == TensorType::F16) {
        return loadHalf(from);
    } else {
        const hn::Rebind<std::uint16_t, TagF> narrow;
        const auto bits = hn::LoadU(narrow, reinterpret_cast<const std::uint16_t*>(from));
        return hn::BitCast(TagF(), hn::ShiftLeft<16>(hn::PromoteTo(TagU(), bits)));
    }
}

/// `count` < kLanes numbers, the rest zero.
template <TensorType kType>
HWY_INLINE VF loadSomeNumbers(const std::uint8_t* from, std::size_t count) {
    alignas(64) std::uint8_t copy[64] = {};
    std::memcpy(copy, from, count * kNumberBytes<kType>);
    return loadNumbers<kType>(copy);
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
