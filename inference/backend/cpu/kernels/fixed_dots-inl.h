// SPDX-License-Identifier: MIT
// Products of 32 packed columns of kLanes rows with inputs in fixed point, in whole numbers: from
// unpacked codes for several inputs, or straight from the lines for one. Compiled once per target.

#if defined(PHIDELITY_KERNELS_FIXED_DOTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PHIDELITY_KERNELS_FIXED_DOTS_INL
#undef PHIDELITY_KERNELS_FIXED_DOTS_INL
#else
#define PHIDELITY_KERNELS_FIXED_DOTS_INL
#endif

#include "inference/backend/cpu/kernels/fixed_block.h"
#include "inference/backend/cpu/kernels/unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

/// Byte products of kQuads quads from kFirst on, in 16-bit lanes: at most 8 of 4 bits, 4 of 5, 2
/// of 6.
template <int kFirst, int kQuads>
HWY_INLINE VI16 quadProducts(const VU8 (&codes)[8], const std::int8_t* bytes) {
    const TagI8 d8;
    VI16 sum = mulAddBytes(codes[kFirst], hn::BitCast(d8, broadcastDword(bytes + 4 * kFirst)));
    if constexpr (kQuads > 1) {
        sum = hn::Add(sum, quadProducts<kFirst + 1, kQuads - 1>(codes, bytes));
    }
    return sum;
}

template <TensorType kType>
HWY_INLINE VI16 withoutOffset(VI16 sum, VI16 inputs) {
    if constexpr (codeOffset(kType) == 32) {
        return hn::Sub(sum, hn::ShiftLeft<5>(inputs));
    } else if constexpr (codeOffset(kType) == 4) {
        return hn::Sub(sum, hn::ShiftLeft<2>(inputs));
    } else {
        return sum;
    }
}

/// Products of quads kFirst .. kFirst + kQuads - 1 under one scale, in 32-bit lanes. `sums` are the
/// input's byte sums, two quads each.
template <TensorType kType, int kFirst, int kQuads>
HWY_INLINE VI scaledProducts(const VU8 (&codes)[8], const std::int8_t* bytes,
                             const std::int16_t (*sums)[2], VI16 scale) {
    constexpr int bits =
        static_cast<int>(packedLayout(kType).lowBits + packedLayout(kType).highBits);
    constexpr int depth = bits == 6 ? 2 : bits == 5 ? 4 : 8;
    constexpr int run = kQuads < depth ? kQuads : depth;
    const TagI16 d16;
    VI16 part = quadProducts<kFirst, run>(codes, bytes);
    if constexpr (kHasScales<kType> && codeOffset(kType) != 0) {
        VI16 inputs = hn::BitCast(d16, broadcastDword(sums[kFirst / 2]));
        if constexpr (run == 4) {
            inputs = hn::Add(inputs, hn::BitCast(d16, broadcastDword(sums[kFirst / 2 + 1])));
        }
        part = withoutOffset<kType>(part, inputs);
    }
    const VI product = mulAddWords(part, scale);
    if constexpr (kQuads > run) {
        return hn::Add(
            product, scaledProducts<kType, kFirst + run, kQuads - run>(codes, bytes, sums, scale));
    } else {
        return product;
    }
}

/// Products of 32 columns with the high and the low bytes of the inputs, in 32-bit lanes.
struct Dots {
    VI high, low;
};

/// Whether products of a type are taken by wholeDots.
template <TensorType kType>
constexpr bool kWholeDots = PHIDELITY_HAVE_BYTE_DOTS &&
                            (!kHasScales<kType> ||
                             (kQuadsPerScale<kType> == 8 && codeOffset(kType) == 0));

#if PHIDELITY_HAVE_BYTE_DOTS
/// Products of unpacked codes with whole inputs, by byte dots: the same whole numbers as by the
/// other ways in half of the instructions. They stay below 2^25, with a scale below 2^31.
HWY_INLINE VI wholeDots(const VU8 (&codes)[8], const FixedBlock& x) {
    VI high = hn::Zero(TagI());
    VI low = hn::Zero(TagI());
    HWY_UNROLL(8)
    for (int quad = 0; quad < 8; ++quad) {
        high = accumulateBytes(high, codes[quad], x.high + 4 * quad);
        low = accumulateBytes(low, codes[quad], x.low + 4 * quad);
    }
    return hn::Add(hn::ShiftLeft<8>(high), low);
}

/// The same for both groups of a pair: each input is loaded once for two products, since loads are
/// what these products otherwise wait for. In its own words, or GCC loads all inputs beforehand.
HWY_INLINE void wholeDotsOfPair(const VU8 (&codes)[2][8], const FixedBlock& x, VI (&dots)[2]) {
    VI high[2] = {hn::Zero(TagI()), hn::Zero(TagI())};
    VI low[2] = {hn::Zero(TagI()), hn::Zero(TagI())};
    HWY_UNROLL(8)
    for (int quad = 0; quad < 8; ++quad) {
        accumulateTwice(high, codes[0][quad], codes[1][quad], x.high + 4 * quad);
        accumulateTwice(low, codes[0][quad], codes[1][quad], x.low + 4 * quad);
    }
    dots[0] = hn::Add(hn::ShiftLeft<8>(high[0]), low[0]);
    dots[1] = hn::Add(hn::ShiftLeft<8>(high[1]), low[1]);
}
#endif

/// From unpacked codes, for several inputs. scale0 is that of the first 16 columns, scale1 of the
/// others.
template <TensorType kType>
HWY_INLINE Dots dotsOfCodes(const VU8 (&codes)[8], const FixedBlock& x, VI16 scale0, VI16 scale1) {
    if constexpr (kQuadsPerScale<kType> == 8) {
        return {scaledProducts<kType, 0, 8>(codes, x.high, x.highSums, scale0),
                scaledProducts<kType, 0, 8>(codes, x.low, x.lowSums, scale0)};
    } else {
        return {hn::Add(scaledProducts<kType, 0, 4>(codes, x.high, x.highSums, scale0),
                        scaledProducts<kType, 4, 4>(codes, x.high, x.highSums, scale1)),
                hn::Add(scaledProducts<kType, 0, 4>(codes, x.low, x.lowSums, scale0),
                        scaledProducts<kType, 4, 4>(codes, x.low, x.lowSums, scale1))};
    }
}

/// Four input bytes as an operand of an instruction.
struct Quad {
    std::int8_t bytes[4];
};

/// 16-bit sums of the products with high and low bytes.
struct ShortSums {
    VI16 high, low;
};

template <int kQuad>
HWY_INLINE void addQuad(VU8 codes, const FixedBlock& x, ShortSums& sums) {
#if HWY_TARGET == HWY_AVX2
    // As one unit: GCC 12 otherwise keeps all 16 inputs of a block in vectors for the second half
    // of the rows and turns the sums into trees, and spends half of the time on spilling what does
    // not fit.
    __m256i scratch;
    asm("vpbroadcastd %[h], %[t]\n\t"
        "vpmaddubsw %[t], %[w], %[t]\n\t"
        "vpaddw %[t], %[high], %[high]\n\t"
        "vpbroadcastd %[l], %[t]\n\t"
        "vpmaddubsw %[t], %[w], %[t]\n\t"
        "vpaddw %[t], %[low], %[low]"
        : [high] "+x"(sums.high.raw), [low] "+x"(sums.low.raw), [t] "=&x"(scratch)
        : [w] "x"(codes.raw), [h] "m"(*reinterpret_cast<const Quad*>(x.high + 4 * kQuad)),
          [l] "m"(*reinterpret_cast<const Quad*>(x.low + 4 * kQuad)));
#else
    const TagI8 d8;
    sums.high =
        hn::Add(sums.high, mulAddBytes(codes, hn::BitCast(d8, broadcastDword(x.high + 4 * kQuad))));
    sums.low =
        hn::Add(sums.low, mulAddBytes(codes, hn::BitCast(d8, broadcastDword(x.low + 4 * kQuad))));
#endif
}

HWY_INLINE ShortSums noSums() {
    return {hn::Zero(TagI16()), hn::Zero(TagI16())};
}

template <TensorType kType>
HWY_INLINE void addScaled(ShortSums sums, VI16 scale, Dots& dots) {
    dots.high = hn::Add(dots.high, mulAddWords(sums.high, scale));
    dots.low = hn::Add(dots.low, mulAddWords(sums.low, scale));
}

/// The offset of kQuads quads from kFirst on, as far as it is not taken off later.
template <TensorType kType, int kFirst, int kQuads>
HWY_INLINE ShortSums offsetSums(const FixedBlock& x) {
    if constexpr (kHasScales<kType> && codeOffset(kType) != 0) {
        const TagI16 d16;
        VI16 high = hn::BitCast(d16, broadcastDword(x.highSums[kFirst / 2]));
        VI16 low = hn::BitCast(d16, broadcastDword(x.lowSums[kFirst / 2]));
        if constexpr (kQuads == 4) {
            high = hn::Add(high, hn::BitCast(d16, broadcastDword(x.highSums[kFirst / 2 + 1])));
            low = hn::Add(low, hn::BitCast(d16, broadcastDword(x.lowSums[kFirst / 2 + 1])));
        }
        const VI16 none = hn::Zero(d16);
        return {withoutOffset<kType>(none, high), withoutOffset<kType>(none, low)};
    } else {
        return noSums();
    }
}

/// Quads kLine and kLine + 4 of a 4-bit plane (with the planes above it) onto `lower` and `upper`.
template <TensorType kType, int kLine>
HWY_INLINE void addLine(const std::uint8_t* at, const FixedBlock& x, ShortSums& lower,
                        ShortSums& upper) {
    constexpr PackedLayout layout = packedLayout(kType);
    const VU line = loadLine(at, kLine);
    VU8 low = masked<0>(line, 0x0F0F0F0F);
    VU8 high = masked<-4>(line, 0x0F0F0F0F);
    if constexpr (layout.highBits == 1) {
        const VU bits = loadLine(at, 4);
        low = hn::Or(low, masked<4 - kLine>(bits, 0x10101010));
        high = hn::Or(high, masked<-kLine>(bits, 0x10101010));
    } else if constexpr (layout.highBits == 2) {
        low = hn::Or(low, masked<4 - 2 * kLine>(loadLine(at, 4), 0x30303030));
        high = hn::Or(high, masked<4 - 2 * kLine>(loadLine(at, 5), 0x30303030));
    }
    addQuad<kLine>(low, x, lower);
    addQuad<kLine + 4>(high, x, upper);
}

/// Quads 4 p .. 4 p + 3 of a 2-bit plane (with the bit above it).
template <TensorType kType, int kLine>
HWY_INLINE void addQuarters(const std::uint8_t* at, const FixedBlock& x, ShortSums& sums) {
    const VU line = loadLine(at, kLine);
    VU8 codes[4] = {masked<0>(line, 0x03030303), masked<-2>(line, 0x03030303),
                    masked<-4>(line, 0x03030303), masked<-6>(line, 0x03030303)};
    if constexpr (packedLayout(kType).highBits == 1) {
        constexpr int to = 2 - 4 * kLine;
        const VU bits = loadLine(at, 2);
        codes[0] = hn::Or(codes[0], masked<to>(bits, 0x04040404));
        codes[1] = hn::Or(codes[1], masked<to - 1>(bits, 0x04040404));
        codes[2] = hn::Or(codes[2], masked<to - 2>(bits, 0x04040404));
        codes[3] = hn::Or(codes[3], masked<to - 3>(bits, 0x04040404));
    }
    addQuad<4 * kLine>(codes[0], x, sums);
    addQuad<4 * kLine + 1>(codes[1], x, sums);
    addQuad<4 * kLine + 2>(codes[2], x, sums);
    addQuad<4 * kLine + 3>(codes[3], x, sums);
}

/// Straight from the lines, for one input: each code is used as soon as it is unpacked, since eight
/// vectors of codes and the sums together do not fit 16 registers.
template <TensorType kType>
HWY_INLINE Dots dotsOfLines(const std::uint8_t* at, const FixedBlock& x, VI16 scale0, VI16 scale1) {
    constexpr PackedLayout layout = packedLayout(kType);
    Dots dots{hn::Zero(TagI()), hn::Zero(TagI())};
    if constexpr (layout.lowBits == 2) {
        ShortSums first = offsetSums<kType, 0, 4>(x);
        addQuarters<kType, 0>(at, x, first);
        addScaled<kType>(first, scale0, dots);
        ShortSums second = offsetSums<kType, 4, 4>(x);
        addQuarters<kType, 1>(at, x, second);
        addScaled<kType>(second, scale1, dots);
    } else if constexpr (layout.highBits == 0) {
        ShortSums sums = noSums();
        addLine<kType, 0>(at, x, sums, sums);
        addLine<kType, 1>(at, x, sums, sums);
        addLine<kType, 2>(at, x, sums, sums);
        addLine<kType, 3>(at, x, sums, sums);
        addScaled<kType>(sums, scale0, dots);
    } else if constexpr (layout.highBits == 1) {
        ShortSums lower = noSums();
        ShortSums upper = noSums();
        addLine<kType, 0>(at, x, lower, upper);
        addLine<kType, 1>(at, x, lower, upper);
        addLine<kType, 2>(at, x, lower, upper);
        addLine<kType, 3>(at, x, lower, upper);
        addScaled<kType>(lower, scale0, dots);
        addScaled<kType>(upper, scale0, dots);
    } else {
        ShortSums lower = offsetSums<kType, 0, 2>(x);
        ShortSums upper = offsetSums<kType, 4, 2>(x);
        addLine<kType, 0>(at, x, lower, upper);
        addLine<kType, 1>(at, x, lower, upper);
        addScaled<kType>(lower, scale0, dots);
        addScaled<kType>(upper, scale1, dots);
        lower = offsetSums<kType, 2, 2>(x);
        upper = offsetSums<kType, 6, 2>(x);
        addLine<kType, 2>(at, x, lower, upper);
        addLine<kType, 3>(at, x, lower, upper);
        addScaled<kType>(lower, scale0, dots);
        addScaled<kType>(upper, scale1, dots);
    }
    return dots;
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
