// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace phidelity {

/// Norm of the difference over norm of what was expected; infinity where sizes differ, no number
/// where one is none or nothing was expected.
[[nodiscard]] inline double relativeError(std::span<const float> found,
                                          std::span<const float> expected) {
    if (found.size() != expected.size()) {
        return std::numeric_limits<double>::infinity();
    }
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double apart = double{found[i]} - double{expected[i]};
        difference += apart * apart;
        norm += double{expected[i]} * double{expected[i]};
    }
    return std::sqrt(difference / norm);
}

} // namespace phidelity
