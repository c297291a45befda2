// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "inference/backend/backend.h"

namespace phidelity {

/// What a device has room for, by what is free on it, in words that end a sentence: "Phi-2 up to
/// Q8_0 with its whole context". An estimate; a load plans exactly.
[[nodiscard]] std::string describeFit(const DeviceInfo& device);

} // namespace phidelity
