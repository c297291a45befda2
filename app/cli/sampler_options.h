// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command_line.h"
#include "inference/result.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// The options that shape a draw, beginning with what the window begins with.
struct SamplerOptions {
    SamplerOptions();

    SamplerSettings settings;
    std::optional<std::uint64_t> seed; ///< none: a new one for each run
    std::vector<std::string> biases;   ///< "ID=VALUE"
    std::string order;                 ///< "top_k,temperature"; empty: the default
};

/// Adds every sampler option to a command; `options` must outlive parsing.
void addSamplerOptions(Command& command, SamplerOptions& options);

/// The chain that the options mean, with the seed to use. BadArgument names the option.
[[nodiscard]] Result<SamplerSettings> samplerFrom(const SamplerOptions& options);

} // namespace phidelity
