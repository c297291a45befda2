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

/// One block of 32 of Q4_0, Q4_1, Q5_0, Q5_1.
template <TensorType kType>
HWY_INLINE void simpleBlock(const VU8 (&codes)[8], const FixedBlock& x, VF d, VF m, Sums& sums) {
    const VI16 one = hn::Set(TagI16(), 1);
    const VI high = scaledProducts<kType, 0, 8>(codes, x.high, x.highSums, one);
    const VI low = scaledProducts<kType, 0, 8>(codes, x.low, x.lowSums, one);
    VI dot = hn::Add(hn::ShiftLeft<8>(high), low);
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

/// Sub-block kSub (of the four under one dword of 8 scales, two under one of 16) of a K type.
template <TensorType kType, int kSub>
HWY_INLINE void scaledBlock(const VU8 (&codes)[8], const FixedBlock& x, VU scales, VU minima,
                            Sums& sums) {
    const TagF f;
    VI high;
    VI low;
    if constexpr (kQuadsPerScale<kType> == 8) {
        const VI16 scale = scaleWords<kType, kSub>(scales);
        high = scaledProducts<kType, 0, 8>(codes, x.high, x.highSums, scale);
        low = scaledProducts<kType, 0, 8>(codes, x.low, x.lowSums, scale);
        sums.minimum = hn::MulAdd(hn::ConvertTo(f, byteOf<kSub>(minima)),
                                  broadcastFloat(&x.scaledSum), sums.minimum);
    } else {
        constexpr int first = 2 * (kSub % 2);
        const VI16 scale0 = scaleWords<kType, first>(scales);
        const VI16 scale1 = scaleWords<kType, first + 1>(scales);
        high = hn::Add(scaledProducts<kType, 0, 4>(codes, x.high, x.highSums, scale0),
                       scaledProducts<kType, 4, 4>(codes, x.high, x.highSums, scale1));
        low = hn::Add(scaledProducts<kType, 0, 4>(codes, x.low, x.lowSums, scale0),
                      scaledProducts<kType, 4, 4>(codes, x.low, x.lowSums, scale1));
        if constexpr (packedLayout(kType).hasMinimum) {
            sums.minimum = hn::MulAdd(hn::ConvertTo(f, byteOf<first>(minima)),
                                      broadcastFloat(&x.scaledHalf[0]), sums.minimum);
            sums.minimum = hn::MulAdd(hn::ConvertTo(f, byteOf<first + 1>(minima)),
                                      broadcastFloat(&x.scaledHalf[1]), sums.minimum);
        }
    }
    const VF scale = broadcastFloat(&x.scale);
    sums.high = hn::MulAdd(hn::ConvertTo(f, high), scale, sums.high);
    sums.low = hn::MulAdd(hn::ConvertTo(f, low), scale, sums.low);
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
                VU8 codes[8];
                unpackCodes<kType>(lines, codes);
                for (std::uint32_t r = 0; r < count; ++r) {
                    simpleBlock<kType>(codes, x[r * blocks + block], d, m, sums[r][part]);
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

template <TensorType kType, int kSub>
HWY_INLINE void scaledRows(const std::uint8_t* lines, std::size_t stride, const FixedBlock* x,
                           std::uint32_t count, VU scales, VU minima, std::size_t part,
                           Sums (*sums)[kParts]) {
    VU8 codes[8];
    unpackCodes<kType>(lines, codes);
    for (std::uint32_t r = 0; r < count; ++r) {
        scaledBlock<kType, kSub>(codes, x[r * stride], scales, minima, sums[r][part]);
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
            for (std::size_t ahead = 0; ahead < subsPerDword * layout.subBytes(); ahead += 64) {
                hwy::Prefetch(lines + kPrefetch + ahead);
            }
            HWY_UNROLL(4)
            for (std::size_t part = 0; part < kParts; ++part) {
                const std::uint8_t* own = lines + 4 * part * kLanes;
                const VU s = scale[part][dword];
                const VU m = minimum[part][dword];
                scaledRows<kType, 0>(own, stride, x, count, s, m, part, sums);
                scaledRows<kType, 1>(own + layout.subBytes(), stride, x + 1, count, s, m, part,
                                     sums);
                if constexpr (subsPerDword == 4) {
                    scaledRows<kType, 2>(own + 2 * layout.subBytes(), stride, x + 2, count, s, m,
                                         part, sums);
                    scaledRows<kType, 3>(own + 3 * layout.subBytes(), stride, x + 3, count, s, m,
                                         part, sums);
                }
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
        // Below the smallest block that F32 can still divide by, x counts as zero.
        const bool any = top > 1e-30F;
        const float scale = any ? top / 32639.0F : 0.0F;
        const VF inverse = hn::Set(f, any ? 32639.0F / top : 0.0F);
        alignas(64) std::int32_t fixed[32];
        for (std::size_t i = 0; i < 32; i += kLanes) {
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
        out->scale = scale + hn::GetLane(hn::SumOfLanes(f, poison));
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
