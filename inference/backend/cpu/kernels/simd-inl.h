// SPDX-License-Identifier: MIT
// Vector types and the few operations that Highway 1.0.3 has no name for. Compiled once per target.

#if defined(PHIDELITY_KERNELS_SIMD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PHIDELITY_KERNELS_SIMD_INL
#undef PHIDELITY_KERNELS_SIMD_INL
#else
#define PHIDELITY_KERNELS_SIMD_INL
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

#if HWY_ARCH_X86 && HWY_TARGET != HWY_SSE4 && HWY_TARGET != HWY_AVX2 && HWY_TARGET != HWY_AVX3 &&  \
    HWY_TARGET != HWY_AVX3_DL
#error "an instruction set whose multiplications are not written below: see targets.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One 32-bit lane a row of a group: never more than 16 lanes.
using TagF = hn::CappedTag<float, 16>;
using TagI = hn::RebindToSigned<TagF>;
using TagU = hn::RebindToUnsigned<TagF>;
using TagI16 = hn::Repartition<std::int16_t, TagF>;
using TagU16 = hn::Repartition<std::uint16_t, TagF>;
using TagI8 = hn::Repartition<std::int8_t, TagF>;
using TagU8 = hn::Repartition<std::uint8_t, TagF>;
using TagHalf = hn::Rebind<hwy::float16_t, TagF>;
using VF = hn::Vec<TagF>;
using VI = hn::Vec<TagI>;
using VU = hn::Vec<TagU>;
using VI16 = hn::Vec<TagI16>;
using VI8 = hn::Vec<TagI8>;
using VU8 = hn::Vec<TagU8>;

constexpr std::size_t kLanes = hn::MaxLanes(TagF());
/// Vectors that hold the 16 rows of a group.
constexpr std::size_t kParts = 16 / kLanes;

HWY_INLINE VF zeroF() {
    return hn::Zero(TagF());
}

/// The dword at `from` in every lane.
HWY_INLINE VI broadcastDword(const void* from) {
    std::int32_t value;
    std::memcpy(&value, from, sizeof(value));
    return hn::Set(TagI(), value);
}

HWY_INLINE VF broadcastFloat(const float* from) {
    return hn::Set(TagF(), *from);
}

/// kLanes half-precision numbers, exactly, infinities and subnormal numbers included.
HWY_INLINE VF loadHalf(const void* from) {
#if HWY_TARGET == HWY_SSE4
    // Highway's own conversion takes infinity for 65536 where the processor has none.
    const TagU d;
    const hn::Rebind<std::uint16_t, TagF> narrow;
    const VU bits = hn::PromoteTo(d, hn::LoadU(narrow, static_cast<const std::uint16_t*>(from)));
    const VU magnitude = hn::ShiftLeft<13>(hn::And(bits, hn::Set(d, 0x7FFF)));
    const VU sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(d, 0x8000)));
    // The exponent is 112 too small; a product mends it for subnormal numbers too.
    const VF number = hn::Mul(hn::BitCast(TagF(), magnitude), hn::Set(TagF(), 0x1p112F));
    const TagI i;
    const auto endless = hn::Gt(hn::BitCast(i, magnitude), hn::Set(i, (0x7C00 << 13) - 1));
    const VI top = hn::IfThenElseZero(endless, hn::Set(i, 0x7F800000));
    return hn::BitCast(TagF(), hn::Or(hn::Or(hn::BitCast(d, number), hn::BitCast(d, top)), sign));
#else
    const TagHalf half;
    return hn::PromoteTo(TagF(), hn::LoadU(half, static_cast<const hwy::float16_t*>(from)));
#endif
}

/// Per 16-bit lane w[2i] x[2i] + w[2i+1] x[2i+1]; the caller sees to it that the sum fits.
HWY_INLINE VI16 mulAddBytes(VU8 w, VI8 x) {
#if HWY_TARGET == HWY_AVX2
    return VI16{_mm256_maddubs_epi16(w.raw, x.raw)};
#elif HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return VI16{_mm512_maddubs_epi16(w.raw, x.raw)};
#elif HWY_TARGET == HWY_SSE4
    return VI16{_mm_maddubs_epi16(w.raw, x.raw)};
#else
    const TagI16 d;
    const VI16 w16 = hn::BitCast(d, w);
    const VI16 x16 = hn::BitCast(d, x);
    const VI16 evenX = hn::ShiftRight<8>(hn::ShiftLeft<8>(x16));
    const VI16 oddW = hn::BitCast(d, hn::ShiftRight<8>(hn::BitCast(TagU16(), w16)));
    return hn::Add(hn::Mul(hn::And(w16, hn::Set(d, 255)), evenX),
                   hn::Mul(oddW, hn::ShiftRight<8>(x16)));
#endif
}

/// Per 32-bit lane a[2i] b[2i] + a[2i+1] b[2i+1].
HWY_INLINE VI mulAddWords(VI16 a, VI16 b) {
#if HWY_TARGET == HWY_AVX2
    return VI{_mm256_madd_epi16(a.raw, b.raw)};
#elif HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return VI{_mm512_madd_epi16(a.raw, b.raw)};
#elif HWY_TARGET == HWY_SSE4
    return VI{_mm_madd_epi16(a.raw, b.raw)};
#else
    const TagI d;
    const VI a32 = hn::BitCast(d, a);
    const VI b32 = hn::BitCast(d, b);
    const VI even = hn::Mul(hn::ShiftRight<16>(hn::ShiftLeft<16>(a32)),
                            hn::ShiftRight<16>(hn::ShiftLeft<16>(b32)));
    return hn::Add(even, hn::Mul(hn::ShiftRight<16>(a32), hn::ShiftRight<16>(b32)));
#endif
}

/// sum + mulAddWords(a, b), wrapping around.
HWY_INLINE VI accumulateWords(VI sum, VI16 a, VI16 b) {
#if HWY_TARGET == HWY_AVX3_DL
    // By its name: Highway 1.0.3 asks the processor for VNNI, but not the compiler.
    asm("vpdpwssd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
#else
    return hn::Add(sum, mulAddWords(a, b));
#endif
}

#undef PHIDELITY_HAVE_BYTE_DOTS
#if HWY_TARGET == HWY_AVX3_DL
#define PHIDELITY_HAVE_BYTE_DOTS 1
/// sum + w . x per 32-bit lane, of four unsigned and four signed bytes, the latter the same in
/// every lane. By its name, as above, with the broadcast in the operand.
struct ByteQuad {
    std::int8_t bytes[4];
};
HWY_INLINE VI accumulateBytes(VI sum, VU8 w, const std::int8_t* x) {
    asm("vpdpbusd %2%{1to16%}, %1, %0"
        : "+v"(sum.raw)
        : "v"(w.raw), "m"(*reinterpret_cast<const ByteQuad*>(x)));
    return sum;
}

/// accumulateBytes for two vectors of weights.
HWY_INLINE void accumulateTwice(VI (&sums)[2], VU8 w0, VU8 w1, const std::int8_t* x) {
    VI inputs;
    asm("vpbroadcastd %5, %2\n\t"
        "vpdpbusd %2, %3, %0\n\t"
        "vpdpbusd %2, %4, %1"
        : "+v"(sums[0].raw), "+v"(sums[1].raw), "=&v"(inputs.raw)
        : "v"(w0.raw), "v"(w1.raw), "m"(*reinterpret_cast<const ByteQuad*>(x)));
}
#else
#define PHIDELITY_HAVE_BYTE_DOTS 0
#endif

/// Byte `kIndex` of every dword, zero-extended.
template <int kIndex>
HWY_INLINE VI byteOf(VU v) {
    const VU shifted = hn::ShiftRight<8 * kIndex>(v);
    return hn::BitCast(TagI(), hn::And(shifted, hn::Set(TagU(), 255)));
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
