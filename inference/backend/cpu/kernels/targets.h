// SPDX-License-Identifier: MIT
#pragma once

// Which instruction sets the kernels are compiled for; included before any Highway header. On
// x86-64 the lowest is SSE4.2 (x86-64-v2, 2009): Highway's portable set below it takes GCC minutes
// to compile for fixed_products.cpp alone and would be too slow to use.
#define HWY_DISABLE_PCLMUL_AES
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Under sanitizers each set costs GCC minutes; these two are the ones that most machines run.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_EMU128 | HWY_AVX3 | HWY_AVX3_DL)
#elif defined(__x86_64__)
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_EMU128)
#endif
#define HWY_WANT_AVX3_DL
