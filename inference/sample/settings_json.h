// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "inference/result.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// All settings as one JSON object, keys in snake case, numbers as short as they come back exactly.
/// A logit bias is `[id, value]`, a ban `[id, null]`.
[[nodiscard]] std::string toJson(const SamplerSettings& settings);

/// The settings of such an object; what it leaves out has its default. BadArgument for what is not
/// JSON, for unknown keys (a chain with something missing would not be the same chain), wrong types
/// and bad values.
[[nodiscard]] Result<SamplerSettings> samplerSettingsFromJson(std::string_view json);

} // namespace phidelity
