// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/backend/vulkan/pipelines.h"
#include "inference/backend/vulkan/tuning.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// Whether the outputs of a workgroup must be whole heads.
enum class Outputs : std::uint8_t {
    Any,
    WholeHeads, ///< so that both numbers of a rotated pair are at hand
};

/// A product, as far as a kernel is chosen by it.
struct ProductShape {
    std::uint32_t typeA = 0;
    std::uint32_t typeB = kNone; ///< of the second term; kNone: there is none
    std::uint32_t superA = 1;    ///< super-blocks of a row
    std::uint32_t superB = 1;
    std::uint32_t groups = 0; ///< of kGroupRows outputs, all parts together
    std::uint32_t rows = 1;   ///< of the step
    Outputs outputs = Outputs::Any;
    std::uint32_t epilogue = kNone; ///< of all parts; kNone: each has its own
};

/// How a product is dispatched.
struct ProductKernel {
    PipelineKey key;
    std::uint32_t groups = 1; ///< of kGroupRows outputs that a workgroup makes
    std::uint32_t rows = 1;   ///< of the step that a workgroup takes
    /// Whether the last workgroup can compute the norm of the rows that were added to.
    bool computesNorm = false;
};

/// The kernel of a product; the one place that chooses. Of more than kFewRows rows it depends on
/// their number by its power of two up to 128, and by whether there are workgroups enough to keep a
/// device busy.
[[nodiscard]] ProductKernel productKernel(const Tuning& tuning, std::uint32_t headSize,
                                          std::uint32_t rotary, const ProductShape& shape);

} // namespace phidelity::vulkan
