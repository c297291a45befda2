// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/pipelines.h"
#include "inference/backend/vulkan/tuning.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// A product as far as its pipeline depends on it.
struct ProductKind {
    std::uint32_t typeA = 0; ///< TensorType
    std::uint32_t typeB = kNone;
    std::uint32_t superA = 1; ///< super-blocks of a row
    std::uint32_t superB = 1;
    std::uint32_t groups = 1; ///< of a workgroup
};

/// Which pipeline does what in a step: for the recorder, and for those who make pipelines before
/// anything is recorded.
class StepKeys {
public:
    StepKeys(const Tuning& tuning, const AttentionShape& attention)
        : m_tuning(tuning), m_attention(attention) {}

    [[nodiscard]] PipelineKey embed(TensorType type) const;
    [[nodiscard]] PipelineKey norm() const;
    [[nodiscard]] PipelineKey product(const ProductKind& kind, std::uint32_t rows) const;
    /// `attendRows`: rows that share their keys.
    [[nodiscard]] PipelineKey attend(std::uint32_t attendRows) const;
    /// `keep`: see keptOf; `pass`: 0 or 1.
    [[nodiscard]] PipelineKey topCandidates(std::uint32_t keep, std::uint32_t pass) const;

    /// Rows that a workgroup of a product takes, of a step of `rows`.
    [[nodiscard]] static std::uint32_t rowsOfKernel(std::uint32_t rows);
    /// Groups of rows of a matrix that a workgroup takes: of `groups` in all, or whole heads.
    [[nodiscard]] std::uint32_t groupsOfWorkgroup(std::uint32_t groups) const;
    [[nodiscard]] std::uint32_t groupsOfHead() const;

private:
    const Tuning& m_tuning;
    const AttentionShape& m_attention;
};

/// The pipelines that decoding and reading a prompt will need, those of the prompt first.
[[nodiscard]] std::vector<PipelineKey> keysFor(const LoadPlan& plan, const Tuning& tuning);

} // namespace phidelity::vulkan
