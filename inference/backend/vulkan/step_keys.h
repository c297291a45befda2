// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/pipelines.h"
#include "inference/backend/vulkan/product_kernels.h"
#include "inference/backend/vulkan/tuning.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// Which pipeline does what in a step: for the recorder, and for those who make pipelines before
/// anything is recorded.
class StepKeys {
public:
    StepKeys(const Tuning& tuning, const AttentionShape& attention)
        : m_tuning(tuning), m_attention(attention) {}

    [[nodiscard]] PipelineKey embed(TensorType type) const;
    [[nodiscard]] PipelineKey norm() const;
    [[nodiscard]] ProductKernel product(const ProductShape& shape) const;
    /// `attendRows`: rows that share their keys.
    [[nodiscard]] PipelineKey attend(std::uint32_t attendRows) const;
    /// `keep`: see keptOf; `pass`: 0 or 1.
    [[nodiscard]] PipelineKey topCandidates(std::uint32_t keep, std::uint32_t pass) const;

private:
    const Tuning& m_tuning;
    const AttentionShape& m_attention;
};

/// The pipelines that decoding and reading a prompt will need, those of the prompt first.
[[nodiscard]] std::vector<PipelineKey> keysFor(const LoadPlan& plan, const Tuning& tuning);

} // namespace phidelity::vulkan
