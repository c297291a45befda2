// SPDX-License-Identifier: MIT
// From packed lines to codes and factors in vectors, for every quantised type. Compiled once per
// target.

#if defined(PHIDELITY_KERNELS_UNPACK_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PHIDELITY_KERNELS_UNPACK_INL
#undef PHIDELITY_KERNELS_UNPACK_INL
#else
#define PHIDELITY_KERNELS_UNPACK_INL
#endif

#include "inference/backend/cpu/kernels/packed_layout.h"
#include "inference/backend/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

/// Shifts left by kBits, or right where it is negative.
template <int kBits>
HWY_INLINE VU shiftBits(VU v) {
    if constexpr (kBits > 0) {
        return hn::ShiftLeft<kBits>(v);
    } else if constexpr (kBits < 0) {
        return hn::ShiftRight<-kBits>(v);
    } else {
        return v;
    }
}

template <int kBits>
HWY_INLINE VU8 masked(VU v, std::uint32_t mask) {
    return hn::BitCast(TagU8(), hn::And(shiftBits<kBits>(v), hn::Set(TagU(), mask)));
}

/// Line `line` of `at`, the rows of one part.
HWY_INLINE VU loadLine(const std::uint8_t* at, std::size_t line) {
    return hn::LoadU(TagU(), reinterpret_cast<const std::uint32_t*>(at + 64 * line));
}

/// The codes of 32 columns of kLanes rows, one vector a quad; of 8-bit numbers 128 more, so that
/// they are unsigned too. `at` points to the sub-block's first line, at the part's rows.
template <TensorType kType>
HWY_INLINE void unpackCodes(const std::uint8_t* at, VU8 (&codes)[8]) {
    constexpr PackedLayout layout = packedLayout(kType);
    constexpr std::size_t highLine = layout.lowBits;
    if constexpr (layout.lowBits == 8) {
        HWY_UNROLL(8)
        for (std::size_t g = 0; g < 8; ++g) {
            codes[g] = hn::BitCast(TagU8(), hn::Xor(loadLine(at, g), hn::Set(TagU(), 0x80808080U)));
        }
    } else if constexpr (layout.lowBits == 4) {
        HWY_UNROLL(4)
        for (std::size_t k = 0; k < 4; ++k) {
            const VU line = loadLine(at, k);
            codes[k] = masked<0>(line, 0x0F0F0F0F);
            codes[k + 4] = masked<-4>(line, 0x0F0F0F0F);
        }
    } else {
        HWY_UNROLL(2)
        for (std::size_t p = 0; p < 2; ++p) {
            const VU line = loadLine(at, p);
            codes[4 * p] = masked<0>(line, 0x03030303);
            codes[4 * p + 1] = masked<-2>(line, 0x03030303);
            codes[4 * p + 2] = masked<-4>(line, 0x03030303);
            codes[4 * p + 3] = masked<-6>(line, 0x03030303);
        }
    }
    if constexpr (layout.highBits == 1) {
        constexpr int to = static_cast<int>(layout.lowBits);
        constexpr std::uint32_t mask = 0x01010101U << to;
        const VU line = loadLine(at, highLine);
        codes[0] = hn::Or(codes[0], masked<to>(line, mask));
        codes[1] = hn::Or(codes[1], masked<to - 1>(line, mask));
        codes[2] = hn::Or(codes[2], masked<to - 2>(line, mask));
        codes[3] = hn::Or(codes[3], masked<to - 3>(line, mask));
        codes[4] = hn::Or(codes[4], masked<to - 4>(line, mask));
        codes[5] = hn::Or(codes[5], masked<to - 5>(line, mask));
        codes[6] = hn::Or(codes[6], masked<to - 6>(line, mask));
        codes[7] = hn::Or(codes[7], masked<to - 7>(line, mask));
    } else if constexpr (layout.highBits == 2) {
        HWY_UNROLL(2)
        for (std::size_t p = 0; p < 2; ++p) {
            const VU line = loadLine(at, highLine + p);
            codes[4 * p] = hn::Or(codes[4 * p], masked<4>(line, 0x30303030));
            codes[4 * p + 1] = hn::Or(codes[4 * p + 1], masked<2>(line, 0x30303030));
            codes[4 * p + 2] = hn::Or(codes[4 * p + 2], masked<0>(line, 0x30303030));
            codes[4 * p + 3] = hn::Or(codes[4 * p + 3], masked<-2>(line, 0x30303030));
        }
    }
}

/// Whether a type has integer scales inside its super-block, and for how many quads each.
template <TensorType kType>
constexpr bool kHasScales = packedLayout(kType).scaleBytes != 0;
template <TensorType kType>
constexpr int kQuadsPerScale = (kType == TensorType::Q2_K || kType == TensorType::Q3_K ||
                                kType == TensorType::Q6_K)
                                   ? 4
                                   : 8;

/// Integer scales and minima of one part of a super-block as bytes, in the order of the columns, 4
/// of a row in a dword: 8 of each for Q4_K and Q5_K, 16 for the others. Signed for Q3_K and Q6_K.
template <TensorType kType>
HWY_INLINE void unpackScales(const std::uint8_t* super, std::size_t laneBytes, VU (&scale)[4],
                             VU (&minimum)[4]) {
    const std::uint8_t* at = super + packedLayout(kType).scalesAt() + laneBytes;
    const TagU d;
    const VU low4 = hn::Set(d, 0x0F0F0F0F);
    if constexpr (kType == TensorType::Q4_K || kType == TensorType::Q5_K) {
        const VU a = loadLine(at, 0);
        const VU b = loadLine(at, 1);
        const VU c = loadLine(at, 2);
        const VU low6 = hn::Set(d, 0x3F3F3F3F);
        const VU top2 = hn::Set(d, 0x30303030);
        scale[0] = hn::And(a, low6);
        minimum[0] = hn::And(b, low6);
        scale[1] = hn::Or(hn::And(c, low4), hn::And(hn::ShiftRight<2>(a), top2));
        minimum[1] =
            hn::Or(hn::And(hn::ShiftRight<4>(c), low4), hn::And(hn::ShiftRight<2>(b), top2));
    } else if constexpr (kType == TensorType::Q2_K) {
        HWY_UNROLL(4)
        for (std::size_t k = 0; k < 4; ++k) {
            const VU line = loadLine(at, k);
            scale[k] = hn::And(line, low4);
            minimum[k] = hn::And(hn::ShiftRight<4>(line), low4);
        }
    } else if constexpr (kType == TensorType::Q3_K) {
        const VU a = loadLine(at, 0);
        const VU b = loadLine(at, 1);
        const VU c = loadLine(at, 2);
        const VU two = hn::Set(d, 0x30303030);
        const TagU8 d8;
        const VU8 bias = hn::Set(d8, 32);
        const VU s0 = hn::Or(hn::And(a, low4), hn::And(hn::ShiftLeft<4>(c), two));
        const VU s1 = hn::Or(hn::And(b, low4), hn::And(hn::ShiftLeft<2>(c), two));
        const VU s2 = hn::Or(hn::And(hn::ShiftRight<4>(a), low4), hn::And(c, two));
        const VU s3 =
            hn::Or(hn::And(hn::ShiftRight<4>(b), low4), hn::And(hn::ShiftRight<2>(c), two));
        scale[0] = hn::BitCast(d, hn::Sub(hn::BitCast(d8, s0), bias));
        scale[1] = hn::BitCast(d, hn::Sub(hn::BitCast(d8, s1), bias));
        scale[2] = hn::BitCast(d, hn::Sub(hn::BitCast(d8, s2), bias));
        scale[3] = hn::BitCast(d, hn::Sub(hn::BitCast(d8, s3), bias));
    } else if constexpr (kType == TensorType::Q6_K) {
        HWY_UNROLL(4)
        for (std::size_t k = 0; k < 4; ++k) {
            scale[k] = loadLine(at, k);
        }
    }
}

/// Byte kIndex of every dword as a number: signed for the types with signed scales.
template <TensorType kType, int kIndex>
HWY_INLINE VI scaleNumber(VU dwords) {
    if constexpr (kType == TensorType::Q3_K || kType == TensorType::Q6_K) {
        return hn::ShiftRight<24>(hn::BitCast(TagI(), hn::ShiftLeft<24 - 8 * kIndex>(dwords)));
    } else {
        return byteOf<kIndex>(dwords);
    }
}

/// Byte kIndex of every dword in both of its 16-bit lanes, for mulAddWords.
template <TensorType kType, int kIndex>
HWY_INLINE VI16 scaleWords(VU dwords) {
    constexpr bool isSigned = kType == TensorType::Q3_K || kType == TensorType::Q6_K;
    constexpr std::uint8_t none = 0x80;
    constexpr auto at = static_cast<std::uint8_t>(kIndex);
    constexpr auto next = [](std::uint8_t byte, int lane) {
        return byte == none ? none : static_cast<std::uint8_t>(byte + 4 * lane);
    };
    constexpr std::uint8_t low = isSigned ? none : at;
    constexpr std::uint8_t high = isSigned ? at : none;
    alignas(16) static constexpr std::uint8_t index[16] = {
        next(low, 0), next(high, 0), next(low, 0), next(high, 0), next(low, 1), next(high, 1),
        next(low, 1), next(high, 1), next(low, 2), next(high, 2), next(low, 2), next(high, 2),
        next(low, 3), next(high, 3), next(low, 3), next(high, 3)};
    const TagU8 d8;
    const VU8 words = hn::TableLookupBytesOr0(hn::BitCast(d8, dwords), hn::LoadDup128(d8, index));
    const VI16 result = hn::BitCast(TagI16(), words);
    if constexpr (isSigned) {
        return hn::ShiftRight<8>(result);
    } else {
        return result;
    }
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
