// SPDX-License-Identifier: MIT
// The sizes of panels that depend on the registers of an instruction set. Compiled once per target.

#if defined(PHIDELITY_KERNELS_PANEL_SHAPE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PHIDELITY_KERNELS_PANEL_SHAPE_INL
#undef PHIDELITY_KERNELS_PANEL_SHAPE_INL
#else
#define PHIDELITY_KERNELS_PANEL_SHAPE_INL
#endif

#include "inference/backend/cpu/kernels/panel.h"
#include "inference/backend/cpu/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {

/// 32 vector registers hold 12 sums of 16 rows and more; 16 registers 6 times 2 vectors of 8 rows,
/// beside two of weights and one of inputs; 128-bit vectors 3 times 4.
constexpr std::size_t kTokens = kLanes == 16 ? 12 : kLanes == 8 ? 6 : 3;
constexpr std::size_t kPairs = kPanelBlock / 2;

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
