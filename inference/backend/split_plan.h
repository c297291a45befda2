// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "inference/backend/backend.h"

namespace phidelity {

/// How a model's parts are shared between a device and the CPU: the first `onDevice` of them lie on
/// the device, and the rest on the CPU. Between 1 and partCount(layers) - 1: the embedding, of
/// which a token reads one row, is the CPU's.
struct Split {
    std::uint32_t layers = 0; ///< of the model
    std::uint32_t onDevice = 1;

    [[nodiscard]] std::uint32_t deviceLayers() const {
        return onDevice < layers ? onDevice : layers;
    }
    [[nodiscard]] std::uint32_t cpuLayers() const { return layers - deviceLayers(); }
    [[nodiscard]] bool headOnDevice() const { return onDevice > headPart(layers); }
    bool operator==(const Split&) const = default;
};

/// What a load asks of each of the two where a whole model would ask for `whole`. Matrices, vectors
/// and verbs stay in their order; both have the same pages and activations.
[[nodiscard]] LoadPlan devicePlan(const LoadPlan& whole, const Split& split);
[[nodiscard]] LoadPlan cpuPlan(const LoadPlan& whole, const Split& split);

} // namespace phidelity
