// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "chat/prompt_format.h"
#include "engine/opened_model.h"
#include "inference/model/generator.h"
#include "inference/result.h"

namespace phidelity {

inline constexpr std::uint32_t kMostSamples = 256;

enum class SamplesForm { Text, Json };

/// Writes `count` continuations of one request to standard output, the first with its seed, each of
/// the others with the next one, and where `record` is no empty path, the record of each to that
/// file. Ctrl+C ends all and keeps what is there; so does a device that fails, and the error is
/// returned. Errors: those of generateSideBySide; WriteFailed; those of hashing the model's file.
[[nodiscard]] Result<void> writeSeveralSamples(const OpenedModel& opened,
                                               const GenerationRequest& request,
                                               std::uint32_t count, const PromptFormat& format,
                                               SamplesForm form, const std::string& record);

} // namespace phidelity
