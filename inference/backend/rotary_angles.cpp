// SPDX-License-Identifier: MIT
#include "inference/backend/rotary_angles.h"

#include <cmath>

namespace phidelity {

std::vector<float> rotaryAngles(const AttentionShape& shape) {
    std::vector<float> angles(std::size_t{shape.context} * shape.rotary);
    const std::uint32_t half = shape.rotary / 2;
    for (std::uint32_t position = 0; position < shape.context; ++position) {
        for (std::uint32_t i = 0; i < half; ++i) {
            const double angle =
                position * std::pow(double{shape.ropeTheta}, -2.0 * i / shape.rotary);
            angles[std::size_t{position} * shape.rotary + i] = static_cast<float>(std::cos(angle));
            angles[std::size_t{position} * shape.rotary + half + i] =
                static_cast<float>(std::sin(angle));
        }
    }
    return angles;
}

} // namespace phidelity
