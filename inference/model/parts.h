// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/model/forward.h"
#include "inference/model/model.h"
#include "inference/model/page_pool.h"

namespace phidelity {

/// What a model consists of; for the files of the model room and their tests. Order is destruction
/// order: the backend may read the checkpoint's bytes to its end.
struct Model::Parts {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::shared_ptr<const Tokenizer> tokenizer;
    std::unique_ptr<Backend> backend;
    Weights weights;
    Scratch scratch;
    std::optional<PagePool> pool;
    std::uint32_t context = 0;
    std::uint64_t bytesPerToken = 0;

    /// The step in hand. They keep their memory, so that a decode step allocates nothing.
    std::vector<StepRow> rows;
    std::vector<std::span<const PageId>> pages;
    std::vector<std::uint32_t> logitRows;
    TopRequest top;               ///< a wish, of this step alone
    std::vector<NextLogits> next; ///< what extendTogetherToNext returned

    /// Runs the step in hand. Nothing if stopped; NotFinite if a logit is NaN or infinite. Where
    /// the wish for the largest logits came true, these are the backend's top(), and there are no
    /// others.
    Result<std::optional<std::span<const float>>> runStep(const StopFlag* stop);
};

} // namespace phidelity
