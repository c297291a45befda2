// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "inference/backend/backend.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// One verb as it was called, with all its arguments: what a recording is made of and found by.
struct StepOp {
    enum class Verb : std::uint8_t { Embed, Project, Attend, Merge, Head, Receive, HandOver };
    static constexpr std::size_t kMostParts = 4;
    static constexpr std::size_t kMostTerms = 2;

    Verb verb = Verb::Embed;
    Activation x;     ///< residual stream; of attend: where the context goes
    Activation query; ///< attend
    Norm norm;        ///< project, head
    std::uint32_t layer = 0;
    MatrixId table{};        ///< embed
    Linear linear;           ///< head
    std::uint32_t count = 0; ///< of parts or terms
    std::array<Part, kMostParts> parts{};
    std::array<Term, kMostTerms> terms{};

    bool operator==(const StepOp&) const = default;
};

/// Largest logits that shaders keep of a row where `count` are wanted: few different numbers, so
/// that their pipelines are known before the first step.
constexpr std::uint32_t keptOf(std::uint32_t count) {
    return count == 1 ? 1 : kMostTop;
}

/// What makes two steps the same but for the numbers in their buffers.
struct StepShape {
    std::uint32_t rows = 0;
    std::uint32_t logitRows = 0;
    std::uint32_t splits = 0;     ///< of attention, at most
    std::uint32_t attendRows = 0; ///< rows that share their keys
    TopRequest top;               ///< largest logits that are picked in place of all
    bool operator==(const StepShape&) const = default;
};

} // namespace phidelity::vulkan
