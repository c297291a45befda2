// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "chat/generation_settings.h"
#include "inference/result.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// The sampler chain that a user's settings mean, drawing with `seed`. BadArgument names the value
/// that is out of range or the stage that does not exist.
[[nodiscard]] Result<SamplerSettings> toSamplerSettings(const GenerationSettings& settings,
                                                        std::uint64_t seed);

/// The other way about, for the record of a chain: toSamplerSettings of it with the chain's seed is
/// the chain again, to the bit.
[[nodiscard]] GenerationSettings fromSamplerSettings(const SamplerSettings& sampler);

} // namespace phidelity
