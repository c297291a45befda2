// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace phidelity::test {

/// Norm of the difference over norm of what was expected.
inline double relativeError(std::span<const float> found, std::span<const float> expected) {
    if (found.size() != expected.size()) {
        return INFINITY;
    }
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double d = double{found[i]} - double{expected[i]};
        difference += d * d;
        norm += double{expected[i]} * double{expected[i]};
    }
    return std::sqrt(difference / norm);
}

} // namespace phidelity::test
