// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/fixed_products.h"

#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/fixed_products.cpp"
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>

#include "inference/backend/cpu/kernels/fixed_dots-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

/// Distance in bytes at which weights are fetched ahead of use: 200 ns at 40 GB/s a core, what a
/// busy memory takes to answer. Nearer, several rows of input halve the stream; farther, the L1
/// cache gets too small.
constexpr std::size_t kPrefetch = 8192;

/// Running sums of one input row and one part: of the high bytes, the low bytes and the minima,
/// before the factors of the super-block; `total` has them.
struct Sums {
    VF total, high, low, minimum;
};

/// The end of one block of 32 of a type without scales inside: `dot` is that of the codes.
template <TensorType kType>
HWY_INLINE void addSimple(VI dot, const FixedBlock& x, VF d, VF m, Sums& sums) {
    if constexpr (kType == TensorType::Q8_0) {
        dot = hn::Sub(dot, hn::ShiftLeft<7>(broadcastDword(&x.sum)));
    } else if constexpr (codeOffset(kType) == 8) {
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

HWY_INLINE VI wholeOf(Dots dots) {
    return hn::Add(hn::ShiftLeft<8>(dots.high), dots.low);
}

/// The minima of sub-block kSub (of the four under one dword of 8 scales, two under one of 16) of a
/// K type.
template <TensorType kType, int kSub>
HWY_INLINE void addMinima(const FixedBlock& x, VU minima, Sums& sums) {
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
}

HWY_INLINE void addScaledBlock(Dots dots, const FixedBlock& x, Sums& sums) {
    const TagF f;
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

/// Sums of all inputs for the rows of one group.
template <std::uint32_t kRows>
using GroupSums = Sums[kRows == 0 ? kSmallBatch : kRows][kParts];

template <std::uint32_t kRows>
HWY_INLINE void clearTotals(GroupSums<kRows> (&sums)[2], std::uint32_t count) {
    for (std::uint32_t r = 0; r < count; ++r) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            sums[0][r][part].total = sums[1][r][part].total = zeroF();
        }
    }
}

template <std::uint32_t kRows>
HWY_INLINE void storeTotals(const GroupSums<kRows> (&sums)[2], std::uint32_t count,
                            std::uint32_t firstRow, GroupProducts (&out)[2]) {
    for (std::uint32_t r = 0; r < count; ++r) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            hn::StoreU(sums[0][r][part].total, TagF(), out[0][firstRow + r] + part * kLanes);
            hn::StoreU(sums[1][r][part].total, TagF(), out[1][firstRow + r] + part * kLanes);
        }
    }
}

/// One block of 32 of one part, for `count` inputs that lie `stride` blocks apart.
template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void simpleRows(const std::uint8_t* lines, std::size_t stride, const FixedBlock* x,
                           std::uint32_t count, VF d, VF m, std::size_t part,
                           GroupSums<kRows>& sums) {
    if constexpr (kType == TensorType::Q8_0) {
        for (std::uint32_t r = 0; r < count; ++r) {
            signedBlock(lines, x[r * stride], d, sums[r][part]);
        }
    } else {
        const VI16 one = hn::Set(TagI16(), 1);
        if constexpr (kRows == 1) {
            addSimple<kType>(wholeOf(dotsOfLines<kType>(lines, *x, one, one)), *x, d, m,
                             sums[0][part]);
        } else {
            VU8 codes[8];
            unpackCodes<kType>(lines, codes);
            for (std::uint32_t r = 0; r < count; ++r) {
                const FixedBlock& own = x[r * stride];
                addSimple<kType>(wholeOf(dotsOfCodes<kType>(codes, own, one, one)), own, d, m,
                                 sums[r][part]);
            }
        }
    }
}

/// One block of 32 of both groups.
template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void simpleBlock(const std::uint8_t* at, std::size_t stride, const FixedBlock* x,
                            std::uint32_t count, GroupSums<kRows> (&sums)[2]) {
    constexpr PackedLayout layout = packedLayout(kType);
    constexpr std::size_t minimumAt = layout.hasMinimum ? 32 : 0;
#if PHIDELITY_HAVE_BYTE_DOTS
    const std::uint8_t* second = at + layout.superBytes();
    VU8 codes[2][8];
    unpackCodes<kType>(at + layout.headerBytes(), codes[0]);
    unpackCodes<kType>(second + layout.headerBytes(), codes[1]);
    const VF d[2] = {loadHalf(at), loadHalf(second)};
    const VF m[2] = {loadHalf(at + minimumAt), loadHalf(second + minimumAt)};
    HWY_UNROLL(4)
    for (std::uint32_t r = 0; r < count; ++r) {
        const FixedBlock& own = x[r * stride];
        VI dots[2];
        wholeDotsOfPair(codes, own, dots);
        addSimple<kType>(dots[0], own, d[0], m[0], sums[0][r][0]);
        addSimple<kType>(dots[1], own, d[1], m[1], sums[1][r][0]);
    }
#else
    for (GroupSums<kRows>& group : sums) {
        HWY_UNROLL(4)
        for (std::size_t part = 0; part < kParts; ++part) {
            const std::size_t lane = part * kLanes;
            simpleRows<kType, kRows>(at + layout.headerBytes() + 4 * lane, stride, x, count,
                                     loadHalf(at + 2 * lane), loadHalf(at + minimumAt + 2 * lane),
                                     part, group);
        }
        at += layout.superBytes();
    }
#endif
}

/// kRows inputs, whose sums stay in registers, or `rows` of them where it is 0.
template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void simplePair(const std::uint8_t* at, std::size_t blocks, const FixedBlock* x,
                           std::uint32_t rows, std::uint32_t firstRow, GroupProducts (&out)[2]) {
    constexpr std::size_t bytes = 2 * packedLayout(kType).superBytes();
    const std::uint32_t count = kRows == 0 ? rows : kRows;
    GroupSums<kRows> sums[2];
    clearTotals<kRows>(sums, count);
    for (std::size_t block = 0; block < blocks; ++block) {
        for (std::size_t ahead = 0; ahead < bytes; ahead += 64) {
            hwy::Prefetch(at + kPrefetch + ahead);
        }
        simpleBlock<kType, kRows>(at, blocks, x + block, count, sums);
        at += bytes;
    }
    storeTotals<kRows>(sums, count, firstRow, out);
}

template <TensorType kType, std::uint32_t kRows, int kSub>
HWY_INLINE void scaledRows(const std::uint8_t* lines, std::size_t stride, const FixedBlock* x,
                           std::uint32_t count, VU scales, VU minima, std::size_t part,
                           GroupSums<kRows>& sums) {
    if constexpr (kWholeDots<kType>) {
#if PHIDELITY_HAVE_BYTE_DOTS
        VU8 codes[8];
        unpackCodes<kType>(lines, codes);
        const VI scale = scaleNumber<kType, kSub>(scales);
        HWY_UNROLL(4)
        for (std::uint32_t r = 0; r < count; ++r) {
            const FixedBlock& own = x[r * stride];
            const VI dot = hn::Mul(wholeDots(codes, own), scale);
            Sums& sum = sums[r][part];
            sum.low = hn::MulAdd(hn::ConvertTo(TagF(), dot), broadcastFloat(&own.scale), sum.low);
            addMinima<kType, kSub>(own, minima, sum);
        }
#endif
    } else {
        constexpr bool fine = kQuadsPerScale<kType> == 4;
        constexpr int first = fine ? 2 * (kSub % 2) : kSub;
        constexpr int second = fine ? first + 1 : first;
        const VI16 scale0 = scaleWords<kType, first>(scales);
        const VI16 scale1 = fine ? scaleWords<kType, second>(scales) : scale0;
        if constexpr (kRows == 1) {
            addScaledBlock(dotsOfLines<kType>(lines, *x, scale0, scale1), *x, sums[0][part]);
            addMinima<kType, kSub>(*x, minima, sums[0][part]);
        } else {
            VU8 codes[8];
            unpackCodes<kType>(lines, codes);
            for (std::uint32_t r = 0; r < count; ++r) {
                const FixedBlock& own = x[r * stride];
                addScaledBlock(dotsOfCodes<kType>(codes, own, scale0, scale1), own, sums[r][part]);
                addMinima<kType, kSub>(own, minima, sums[r][part]);
            }
        }
    }
}

/// Sub-block kSub under dword `dword` of the scales, all 16 rows. An eighth of a super-block,
/// header included, is fetched ahead each time: in larger portions the processor's few places for
/// misses run out.
template <TensorType kType, std::uint32_t kRows, int kSub>
HWY_INLINE void scaledSub(const std::uint8_t* lines, std::size_t stride, const FixedBlock* x,
                          std::uint32_t count, const VU (&scale)[kParts][4],
                          const VU (&minimum)[kParts][4], std::size_t dword,
                          GroupSums<kRows>& sums) {
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

/// One super-block of one group; `x` is the first input's.
template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void scaledSuper(const std::uint8_t* at, std::size_t stride, const FixedBlock* x,
                            std::uint32_t count, GroupSums<kRows>& sums) {
    constexpr PackedLayout layout = packedLayout(kType);
    constexpr std::size_t subsPerDword = kQuadsPerScale<kType> == 8 ? 4 : 2;
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
            const VF both = kWholeDots<kType>
                                ? own.low
                                : hn::MulAdd(own.high, hn::Set(TagF(), 256.0F), own.low);
            own.total = hn::MulAdd(d, both, own.total);
            if constexpr (layout.hasMinimum) {
                own.total =
                    hn::NegMulAdd(loadHalf(at + 32 + 2 * part * kLanes), own.minimum, own.total);
            }
        }
    }
}

template <TensorType kType, std::uint32_t kRows>
HWY_INLINE void scaledPair(const std::uint8_t* at, std::size_t supers, const FixedBlock* x,
                           std::uint32_t rows, std::uint32_t firstRow, GroupProducts (&out)[2]) {
    const std::uint32_t count = kRows == 0 ? rows : kRows;
    GroupSums<kRows> sums[2];
    clearTotals<kRows>(sums, count);
    for (std::size_t super = 0; super < supers; ++super) {
        for (GroupSums<kRows>& group : sums) {
            scaledSuper<kType, kRows>(at, 8 * supers, x + 8 * super, count, group);
            at += packedLayout(kType).superBytes();
        }
    }
    storeTotals<kRows>(sums, count, firstRow, out);
}

template <TensorType kType, std::uint32_t kRows>
void productsOfRows(const std::uint8_t* pair, std::size_t columns, const FixedBlock* x,
                    std::uint32_t rows, std::uint32_t firstRow, GroupProducts (&out)[2]) {
    const std::size_t supers = columns / packedLayout(kType).columns;
    if constexpr (kHasScales<kType>) {
        scaledPair<kType, kRows>(pair, supers, x, rows, firstRow, out);
    } else {
        simplePair<kType, kRows>(pair, supers, x, rows, firstRow, out);
    }
}

template <TensorType kType>
void productsOf(const std::uint8_t* pair, std::size_t columns, const FixedBlock* x,
                std::uint32_t rows, GroupProducts (&out)[2]) {
    if constexpr (kWholeDots<kType>) {
        // Four at a time have room in the registers; the pair is in the cache when it is read
        // again for the next ones.
        const std::size_t stride = columns / 32;
        std::uint32_t r = 0;
        for (; r + 4 <= rows; r += 4) {
            productsOfRows<kType, 4>(pair, columns, x + r * stride, 4, r, out);
        }
        if (r + 2 <= rows) {
            productsOfRows<kType, 2>(pair, columns, x + r * stride, 2, r, out);
            r += 2;
        }
        if (r < rows) {
            productsOfRows<kType, 1>(pair, columns, x + r * stride, 1, r, out);
        }
    } else if (rows == 1) {
        productsOfRows<kType, 1>(pair, columns, x, rows, 0, out);
    } else {
        productsOfRows<kType, 0>(pair, columns, x, rows, 0, out);
    }
}

} // namespace

void fixedProductsOn(TensorType type, const std::byte* pair, std::size_t columns,
                     const FixedBlock* x, std::uint32_t rows, GroupProducts (&sums)[2]) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(pair);
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

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace phidelity::kernels {

HWY_EXPORT(fixedProductsOn);

void fixedProducts(TensorType type, const std::byte* pair, std::size_t columns, const FixedBlock* x,
                   std::uint32_t rows, GroupProducts (&sums)[2]) {
    HWY_DYNAMIC_DISPATCH(fixedProductsOn)(type, pair, columns, x, rows, sums);
}

} // namespace phidelity::kernels
#endif
