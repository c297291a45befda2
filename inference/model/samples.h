// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "inference/model/generator.h"

namespace phidelity {

/// Several continuations of one prompt, written side by side: the prompt is computed once, its
/// pages are shared, and a step reads the weights once for a token of each. Each comes out as
/// generate() would make it of the same cache, tokens, text and record, to the bit where the
/// backend says so (Backend::rowsAsAlone), and each ends by itself. Those that need other parts of
/// the logits than others take steps of their own, on devices that make a difference. `listener`
/// hears the events of each by its index. `stop` ends all of them. Afterwards prompt and outputs
/// are in `cache`. Errors: those of generate(), and BadArgument for no requests or different
/// prompts; device failures interrupt all once there are tokens.
Result<std::vector<FinishedGeneration>> generateSideBySide(
    Model& model, PrefixCache& cache, std::span<const GenerationRequest> requests,
    const StopFlag* stop = nullptr,
    const std::function<void(std::size_t index, const GenerationEvent& event)>& listener = {});

} // namespace phidelity
