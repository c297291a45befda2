// SPDX-License-Identifier: MIT
#pragma once

// Which instruction sets the kernels are compiled for; included before any Highway header. SSSE3
// without SSE4 is not worth the compile time. Highway shuns its portable set on GCC before 12.3
// because of a fault in vectorised high halves of products (GCC 106322), which these kernels do not
// compute.
#define HWY_DISABLED_TARGETS (HWY_SSSE3)
#define HWY_BROKEN_EMU128 0
#define HWY_WANT_AVX3_DL
