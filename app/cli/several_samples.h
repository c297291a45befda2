// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "chat/prompt_format.h"
#include "engine/opened_model.h"
#include "inference/model/generator.h"
#include "inference/result.h"

namespace phidelity {

inline constexpr std::uint32_t kMostSamples = 256;

enum class SamplesForm { Text, Json };

/// Writes `count` continuations of one request to standard output, the first with its seed, each of
/// the others with the next one. Ctrl+C ends all and keeps what is there. Errors: those of
/// generateSideBySide; WriteFailed.
[[nodiscard]] Result<void> writeSeveralSamples(const OpenedModel& opened,
                                               const GenerationRequest& request,
                                               std::uint32_t count, const PromptFormat& format,
                                               SamplesForm form);

} // namespace phidelity
