// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/fixed_products.h"

#include "inference/backend/cpu/kernels/prepared_input.h"
#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/fixed_products.cpp"
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>

#include "inference/backend/cpu/kernels/unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

/// Distance in bytes at which weights are fetched ahead of use: about 100 ns at 20 GB/s a core.
constexpr std::size_t kPrefetch = 2048;

/// Running sums of one input row and one part: of the high bytes, the low bytes and the minima,
/// before the factors of the super-block; `total` has them.
struct Sums {
    VF total, high, low, minimum;
};

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

/// The end of one block of 32 of Q4_0, Q4_1, Q5_0, Q5_1.
template <TensorType kType>
HWY_INLINE void addSimple(Dots dots, const FixedBlock& x, VF d, VF m, Sums& sums) {
    VI dot = hn::Add(hn::ShiftLeft<8>(dots.high), dots.low);
    if constexpr (codeOffset(kType) == 8) {
        dot = hn::Sub(dot, hn::ShiftLeft<3>(broadcastDword(&x.sum)));
    } else if constexpr (codeOffset(kType) == 16) {
        dot = hn::Sub(dot, hn::ShiftLeft<4>(broadcastDword(&x.sum)));
    }
    sums.total =
        hn::MulAdd(hn::ConvertTo(TagF(), dot), hn::Mul(d, broadcastFloat(&x.scale)), sums.total);
    if constexpr (packedLayout(kType).hasMinimum) {
        sums.total = hn::MulAdd(m, broadcastFloat(&x.scaledSum), sums.total);
    }
}

/// The end of sub-block kSub (of the four under one dword of 8 scales, two under one of 16) of a K
/// type.
template <TensorType kType, int kSub>
HWY_INLINE void addScaledBlock(Dots dots, const FixedBlock& x, VU minima, Sums& sums) {
    const TagF f;
    if constexpr (kQuadsPerScale<kType> == 8) {
        sums.minimum = hn::MulAdd(hn::ConvertTo(f, byteOf<kSub>(minima)),
                                  broadcastFloat(&x.scaledSum), sums.minimum);
    } else if constexpr (packedLayout(kType).hasMinimum) {
        constexpr int first = 2 * (kSub % 2);
        sums.minimum = hn::MulAdd(hn::ConvertTo(f, byteOf<first>(minima)),
                                  broadcastFloat(&x.scaledHalf[0]), sums.minimum);
        sums.minimum = hn::MulAdd(hn::ConvertTo(f, byteOf<first + 1>(minima)),
                                  broadcastFloat(&x.scaledHalf[1]), sums.minimum);
    }
    const VF scale = broadcastFloat(&x.scale);
    sums.high = hn::MulAdd(hn::ConvertTo(f, dots.high), scale, sums.high);
    sums.low = hn::MulAdd(hn::ConvertTo(f, dots.low), scale, sums.low);
}

/// One block of 32 of Q8_0: signed bytes times 16-bit inputs.
HWY_INLINE void signedBlock(const std::uint8_t* lines, const FixedBlock& x, VF d, Sums& sums) {
    const TagI16 d16;
    VI dot = hn::Zero(TagI());
    HWY_UNROLL(8)
    for (std::size_t g = 0; g < 8; ++g) {
        const VI16 pair = hn::BitCast(d16, loadLine(lines, g));
        const VI16 even = hn::ShiftRight<8>(hn::ShiftLeft<8>(pair));
        const VI16 odd = hn::ShiftRight<8>(pair);
        dot = accumulateWords(dot, even, hn::BitCast(d16, broadcastDword(x.evenOdd[g])));
        dot = accumulateWords(dot, odd, hn::BitCast(d16, broadcastDword(x.evenOdd[g] + 2)));
    }
    sums.total =
        hn::MulAdd(hn::ConvertTo(TagF(), dot), hn::Mul(d, broadcastFloat(&x.scale)), sums.total);
}

/// kRows is 1 where sums stay in registers, or 0 for `rows` of them.
template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void simpleGroup(const std::uint8_t* at, std::size_t blocks, const FixedBlock* x,
                            std::uint32_t rows, float (*out)[16]) {
    constexpr PackedLayout layout = packedLayout(kType);
    const std::uint32_t count = kRows == 0 ? rows : kRows;
    Sums sums[kRows == 0 ? kSmallBatch : kRows][kParts];
    for (std::uint32_t r = 0; r < count; ++r) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            sums[r][part].total = zeroF();
        }
    }
    for (std::size_t block = 0; block < blocks; ++block) {
        for (std::size_t ahead = 0; ahead < layout.superBytes(); ahead += 64) {
            hwy::Prefetch(at + kPrefetch + ahead);
        }
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            const std::size_t lane = part * kLanes;
            const VF d = loadHalf(at + 2 * lane);
            VF m = d;
            if constexpr (layout.hasMinimum) {
                m = loadHalf(at + 32 + 2 * lane);
            }
            const std::uint8_t* lines = at + layout.headerBytes() + 4 * lane;
            if constexpr (kType == TensorType::Q8_0) {
                for (std::uint32_t r = 0; r < count; ++r) {
                    signedBlock(lines, x[r * blocks + block], d, sums[r][part]);
                }
            } else {
                const VI16 one = hn::Set(TagI16(), 1);
                if constexpr (kRows == 1) {
                    const FixedBlock& own = x[block];
                    addSimple<kType>(dotsOfLines<kType>(lines, own, one, one), own, d, m,
                                     sums[0][part]);
                } else {
                    VU8 codes[8];
                    unpackCodes<kType>(lines, codes);
                    for (std::uint32_t r = 0; r < count; ++r) {
                        const FixedBlock& own = x[r * blocks + block];
                        addSimple<kType>(dotsOfCodes<kType>(codes, own, one, one), own, d, m,
                                         sums[r][part]);
                    }
                }
            }
        }
        at += layout.superBytes();
    }
    for (std::uint32_t r = 0; r < count; ++r) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            hn::StoreU(sums[r][part].total, TagF(), out[r] + part * kLanes);
        }
    }
}

template <TensorType kType, std::uint32_t kRows, int kSub>
HWY_INLINE void scaledRows(const std::uint8_t* lines, std::size_t stride, const FixedBlock* x,
                           std::uint32_t count, VU scales, VU minima, std::size_t part,
                           Sums (*sums)[kParts]) {
    constexpr bool fine = kQuadsPerScale<kType> == 4;
    constexpr int first = fine ? 2 * (kSub % 2) : kSub;
    const VI16 scale0 = scaleWords<kType, first>(scales);
    const VI16 scale1 = fine ? scaleWords < kType, fine ? first + 1 : first > (scales) : scale0;
    if constexpr (kRows == 1) {
        addScaledBlock<kType, kSub>(dotsOfLines<kType>(lines, *x, scale0, scale1), *x, minima,
                                    sums[0][part]);
    } else {
        VU8 codes[8];
        unpackCodes<kType>(lines, codes);
        for (std::uint32_t r = 0; r < count; ++r) {
            const FixedBlock& own = x[r * stride];
            addScaledBlock<kType, kSub>(dotsOfCodes<kType>(codes, own, scale0, scale1), own, minima,
                                        sums[r][part]);
        }
    }
}

/// Sub-block kSub under dword `dword` of the scales, all 16 rows. An eighth of a super-block,
/// header included, is fetched ahead each time: in larger portions the processor's few places for
/// misses run out.
template <TensorType kType, std::uint32_t kRows, int kSub>
HWY_INLINE void scaledSub(const std::uint8_t* lines, std::size_t stride, const FixedBlock* x,
                          std::uint32_t count, const VU (&scale)[kParts][4],
                          const VU (&minimum)[kParts][4], std::size_t dword, Sums (*sums)[kParts]) {
    constexpr PackedLayout layout = packedLayout(kType);
    const std::uint8_t* own = lines + kSub * layout.subBytes();
    for (std::size_t ahead = 0; ahead < layout.superBytes() / 8; ahead += 64) {
        hwy::Prefetch(own + kPrefetch + ahead);
    }
    HWY_UNROLL(4)
    for (std::size_t part = 0; part < kParts; ++part) {
        scaledRows<kType, kRows, kSub>(own + 4 * part * kLanes, stride, x + kSub, count,
                                       scale[part][dword], minimum[part][dword], part, sums);
    }
}

template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void scaledGroup(const std::uint8_t* at, std::size_t supers, const FixedBlock* x,
                            std::uint32_t rows, float (*out)[16]) {
    constexpr PackedLayout layout = packedLayout(kType);
    constexpr std::size_t subsPerDword = kQuadsPerScale<kType> == 8 ? 4 : 2;
    const std::uint32_t count = kRows == 0 ? rows : kRows;
    const std::size_t stride = 8 * supers;
    Sums sums[kRows == 0 ? kSmallBatch : kRows][kParts];
    for (std::uint32_t r = 0; r < count; ++r) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            sums[r][part].total = zeroF();
        }
    }
    for (std::size_t super = 0; super < supers; ++super) {
        VU scale[kParts][4];
        VU minimum[kParts][4];
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            unpackScales<kType>(at, 4 * part * kLanes, scale[part], minimum[part]);
        }
        for (std::uint32_t r = 0; r < count; ++r) {
            HWY_UNROLL(4)
            for (std::size_t part = 0; part < kParts; ++part) {
                sums[r][part].high = sums[r][part].low = sums[r][part].minimum = zeroF();
            }
        }
        const std::uint8_t* lines = at + layout.headerBytes();
        for (std::size_t dword = 0; dword < 8 / subsPerDword; ++dword) {
            scaledSub<kType, kRows, 0>(lines, stride, x, count, scale, minimum, dword, sums);
            scaledSub<kType, kRows, 1>(lines, stride, x, count, scale, minimum, dword, sums);
            if constexpr (subsPerDword == 4) {
                scaledSub<kType, kRows, 2>(lines, stride, x, count, scale, minimum, dword, sums);
                scaledSub<kType, kRows, 3>(lines, stride, x, count, scale, minimum, dword, sums);
            }
            lines += subsPerDword * layout.subBytes();
            x += subsPerDword;
        }
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            const VF d = loadHalf(at + 2 * part * kLanes);
            for (std::uint32_t r = 0; r < count; ++r) {
                Sums& own = sums[r][part];
                const VF both = hn::MulAdd(own.high, hn::Set(TagF(), 256.0F), own.low);
                own.total = hn::MulAdd(d, both, own.total);
                if constexpr (layout.hasMinimum) {
                    own.total = hn::NegMulAdd(loadHalf(at + 32 + 2 * part * kLanes), own.minimum,
                                              own.total);
                }
            }
        }
        at += layout.superBytes();
    }
    for (std::uint32_t r = 0; r < count; ++r) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            hn::StoreU(sums[r][part].total, TagF(), out[r] + part * kLanes);
        }
    }
}

template <TensorType kType>
void productsOf(const std::uint8_t* group, std::size_t columns, const FixedBlock* x,
                std::uint32_t rows, float (*out)[16]) {
    const std::size_t supers = columns / packedLayout(kType).columns;
    if constexpr (kHasScales<kType>) {
        if (rows == 1) {
            scaledGroup<kType, 1>(group, supers, x, rows, out);
        } else {
            scaledGroup<kType, 0>(group, supers, x, rows, out);
        }
    } else {
        if (rows == 1) {
            simpleGroup<kType, 1>(group, supers, x, rows, out);
        } else {
            simpleGroup<kType, 0>(group, supers, x, rows, out);
        }
    }
}

} // namespace

void fixedProductsOn(TensorType type, const std::byte* group, std::size_t columns,
                     const FixedBlock* x, std::uint32_t rows, float (*sums)[16]) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(group);
    switch (type) {
    case TensorType::Q4_0:
        return productsOf<TensorType::Q4_0>(bytes, columns, x, rows, sums);
    case TensorType::Q4_1:
        return productsOf<TensorType::Q4_1>(bytes, columns, x, rows, sums);
    case TensorType::Q5_0:
        return productsOf<TensorType::Q5_0>(bytes, columns, x, rows, sums);
    case TensorType::Q5_1:
        return productsOf<TensorType::Q5_1>(bytes, columns, x, rows, sums);
    case TensorType::Q8_0:
        return productsOf<TensorType::Q8_0>(bytes, columns, x, rows, sums);
    case TensorType::Q2_K:
        return productsOf<TensorType::Q2_K>(bytes, columns, x, rows, sums);
    case TensorType::Q3_K:
        return productsOf<TensorType::Q3_K>(bytes, columns, x, rows, sums);
    case TensorType::Q4_K:
        return productsOf<TensorType::Q4_K>(bytes, columns, x, rows, sums);
    case TensorType::Q5_K:
        return productsOf<TensorType::Q5_K>(bytes, columns, x, rows, sums);
    case TensorType::Q6_K:
        return productsOf<TensorType::Q6_K>(bytes, columns, x, rows, sums);
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
        return;
    }
}

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

HWY_EXPORT(fixedProductsOn);
HWY_EXPORT(toFixedOn);

void fixedProducts(TensorType type, const std::byte* group, std::size_t columns,
                   const FixedBlock* x, std::uint32_t rows, float (*sums)[16]) {
    HWY_DYNAMIC_DISPATCH(fixedProductsOn)(type, group, columns, x, rows, sums);
}

void toFixed(const float* x, std::size_t columns, FixedBlock* out) {
    HWY_DYNAMIC_DISPATCH(toFixedOn)(x, columns, out);
}

} // namespace phidelity::kernels
#endif
