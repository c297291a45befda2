// SPDX-License-Identifier: MIT
// The inner loop of prefill: panels of weights times panels of inputs.
#include "inference/backend/cpu/kernels/panel.h"

#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/panel_multiply.cpp"
#include <hwy/foreach_target.h>

#include "inference/backend/cpu/kernels/panel_shape-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2
// clang-format off
#define PHIDELITY_STEP(PAIR, T, LOW, HIGH)                     \
    "vpbroadcastd " #PAIR "*24+" #T "*4(%[x]), %%ymm14\n\t"    \
    "vpmaddwd %%ymm14, %%ymm12, %%ymm15\n\t"                   \
    "vpmaddwd %%ymm14, %%ymm13, %%ymm14\n\t"                   \
    "vpaddd %%ymm15, %" #LOW ", %" #LOW "\n\t"                 \
    "vpaddd %%ymm14, %" #HIGH ", %" #HIGH "\n\t"
#define PHIDELITY_PAIR(PAIR)                                   \
    "vmovdqa " #PAIR "*64(%[w]), %%ymm12\n\t"                  \
    "vmovdqa " #PAIR "*64+32(%[w]), %%ymm13\n\t"               \
    PHIDELITY_STEP(PAIR, 0, 0, 1)                              \
    PHIDELITY_STEP(PAIR, 1, 2, 3)                              \
    PHIDELITY_STEP(PAIR, 2, 4, 5)                              \
    PHIDELITY_STEP(PAIR, 3, 6, 7)                              \
    PHIDELITY_STEP(PAIR, 4, 8, 9)                              \
    PHIDELITY_STEP(PAIR, 5, 10, 11)
#define PHIDELITY_CLEAR(SUM) "vpxor %" #SUM ", %" #SUM ", %" #SUM "\n\t"

/// acc[t][p] = sum over the block's pairs of weights and inputs. In its own words, since GCC 12 keeps some
/// of the sums in memory: 24 vector instructions for two loads of weights and six of inputs.
HWY_INLINE void multiplyPairs(const std::int32_t* weights, const std::int32_t* inputs,
                              VI (&acc)[kTokens][kParts]) {
    static_assert(kTokens == 6 && kParts == 2 && kPairs % 4 == 0);
    const std::int32_t* end = weights + kPairs * 16;
    asm volatile(
        PHIDELITY_CLEAR(0) PHIDELITY_CLEAR(1) PHIDELITY_CLEAR(2) PHIDELITY_CLEAR(3)
        PHIDELITY_CLEAR(4) PHIDELITY_CLEAR(5) PHIDELITY_CLEAR(6) PHIDELITY_CLEAR(7)
        PHIDELITY_CLEAR(8) PHIDELITY_CLEAR(9) PHIDELITY_CLEAR(10) PHIDELITY_CLEAR(11)
        ".p2align 5\n"
        "1:\n\t"
        PHIDELITY_PAIR(0) PHIDELITY_PAIR(1) PHIDELITY_PAIR(2) PHIDELITY_PAIR(3)
        "add $256, %[w]\n\t"
        "add $96, %[x]\n\t"
        "cmp %[end], %[w]\n\t"
        "jne 1b\n\t"
        : "=&x"(acc[0][0].raw), "=&x"(acc[0][1].raw), "=&x"(acc[1][0].raw), "=&x"(acc[1][1].raw),
          "=&x"(acc[2][0].raw), "=&x"(acc[2][1].raw), "=&x"(acc[3][0].raw), "=&x"(acc[3][1].raw),
          "=&x"(acc[4][0].raw), "=&x"(acc[4][1].raw), "=&x"(acc[5][0].raw), "=&x"(acc[5][1].raw),
          [w] "+r"(weights), [x] "+r"(inputs)
        : [end] "r"(end)
        : "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
}
#undef PHIDELITY_STEP
#undef PHIDELITY_PAIR
#undef PHIDELITY_CLEAR
// clang-format on
#else
HWY_INLINE void multiplyPairs(const std::int32_t* HWY_RESTRICT weights,
                              const std::int32_t* HWY_RESTRICT inputs, VI (&acc)[kTokens][kParts]) {
    const TagI d;
    const TagI16 d16;
    HWY_UNROLL(12)
    for (std::size_t t = 0; t < kTokens; ++t) {
        HWY_UNROLL(4)
        for (std::size_t p = 0; p < kParts; ++p) {
            acc[t][p] = hn::Zero(d);
        }
    }
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
        VI16 w[kParts];
        HWY_UNROLL(4)
        for (std::size_t p = 0; p < kParts; ++p) {
            w[p] = hn::BitCast(d16, hn::Load(d, weights + pair * 16 + p * kLanes));
        }
        HWY_UNROLL(12)
        for (std::size_t t = 0; t < kTokens; ++t) {
            const VI16 x = hn::BitCast(d16, hn::Set(d, inputs[pair * kTokens + t]));
            HWY_UNROLL(4)
            for (std::size_t p = 0; p < kParts; ++p) {
                acc[t][p] = accumulateWords(acc[t][p], w[p], x);
            }
        }
    }
}
#endif

/// Sum over kPanelBlock columns of weights[pair][16 rows] * inputs[pair][kTokens], times both
/// scales, onto sums.
HWY_INLINE void multiplyBlock(const std::int32_t* weights, const float* weightScales,
                              const std::int32_t* inputs, const float* inputScales,
                              float* HWY_RESTRICT sums) {
    const TagF f;
    VI acc[kTokens][kParts];
    multiplyPairs(weights, inputs, acc);
    HWY_UNROLL(4)
    for (std::size_t p = 0; p < kParts; ++p) {
        const VF scale = hn::Load(f, weightScales + p * kLanes);
        HWY_UNROLL(12)
        for (std::size_t t = 0; t < kTokens; ++t) {
            float* sum = sums + t * 16 + p * kLanes;
            const VF both = hn::Mul(scale, hn::Set(f, inputScales[t]));
            hn::Store(hn::MulAdd(hn::ConvertTo(f, acc[t][p]), both, hn::Load(f, sum)), f, sum);
        }
    }
}

} // namespace

void multiplyTileOn(const std::int32_t* weights, const float* weightScales,
                    const std::int32_t* inputs, const float* inputScales, std::size_t blocks,
                    TileStart start, float* sums) {
    if (start == TileStart::Overwrite) {
        std::memset(sums, 0, kTokens * 16 * sizeof(float));
    }
    for (std::size_t block = 0; block < blocks; ++block) {
        multiplyBlock(weights + block * kPairs * 16, weightScales + block * 16,
                      inputs + block * kPairs * kTokens, inputScales + block * kTokens, sums);
    }
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace phidelity::kernels {

HWY_EXPORT(multiplyTileOn);

void multiplyTile(const std::int32_t* weights, const float* weightScales,
                  const std::int32_t* inputs, const float* inputScales, std::size_t blocks,
                  TileStart start, float* sums) {
    HWY_DYNAMIC_DISPATCH(multiplyTileOn)
    (weights, weightScales, inputs, inputScales, blocks, start, sums);
}

} // namespace phidelity::kernels
#endif
