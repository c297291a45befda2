// SPDX-License-Identifier: MIT
#pragma once

// Which instruction sets the kernels are compiled for; included before any Highway header. On
// x86-64 the lowest is SSE4.2 (x86-64-v2, 2009): Highway's portable set below it takes GCC minutes
// to compile for fixed_products.cpp alone and would be too slow to use. The highest is AVX3_DL
// (AVX-512 with VNNI): newer Highways also know AVX3_ZEN4, AVX3_SPR and AVX10_2, which have nothing
// more that the kernels use, and which simd-inl.h would serve with its portable operations. By
// their bits, as Highway 1.0.3 has no names for them.
#define HWY_DISABLE_PCLMUL_AES
#define PHIDELITY_UNUSED_TARGETS                                                                   \
    (HWY_SSSE3 | HWY_EMU128 | (1LL << 3) | (1LL << 4) | (1LL << 5) | (1LL << 6) | (1LL << 14))
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Under sanitizers each set costs GCC minutes; these two are the ones that most machines run.
#define HWY_DISABLED_TARGETS (PHIDELITY_UNUSED_TARGETS | HWY_AVX3 | HWY_AVX3_DL)
#elif defined(__x86_64__)
#define HWY_DISABLED_TARGETS PHIDELITY_UNUSED_TARGETS
#endif
#define HWY_WANT_AVX3_DL
