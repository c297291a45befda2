// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace phidelity {

/// Index of a vocabulary entry: a row of the embedding and of the head.
using TokenId = std::uint32_t;

} // namespace phidelity
