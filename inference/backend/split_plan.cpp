// SPDX-License-Identifier: MIT
#include "inference/backend/split_plan.h"

#include <algorithm>

namespace phidelity {
namespace {

/// What of a plan concerns the parts from `first` to before `end`.
LoadPlan planOf(const LoadPlan& whole, ModelPart first, ModelPart end) {
    const auto concerns = [&](ModelPart part) { return part >= first && part < end; };
    const std::uint32_t layers = whole.attention.layers;
    LoadPlan plan = whole;
    plan.attention.layers = std::min(end, layers) - std::min(first, layers);
    plan.outputs = concerns(headPart(layers)) ? whole.outputs : 0;
    plan.matrices.clear();
    plan.verbs.clear();
    std::erase_if(plan.vectors,
                  [&](const PlannedVector& vector) { return !concerns(vector.part); });
    std::vector<std::uint32_t> places(whole.matrices.size()); // in the new plan
    for (std::size_t index = 0; index < whole.matrices.size(); ++index) {
        places[index] = static_cast<std::uint32_t>(plan.matrices.size());
        if (concerns(whole.matrices[index].part)) {
            plan.matrices.push_back(whole.matrices[index]);
        }
    }
    for (const PlannedVerb& verb : whole.verbs) {
        if (concerns(whole.matrices[verb.matrices.front()].part)) {
            PlannedVerb& kept = plan.verbs.emplace_back(verb);
            for (std::uint32_t& matrix : kept.matrices) {
                matrix = places[matrix];
            }
        }
    }
    return plan;
}

} // namespace

LoadPlan devicePlan(const LoadPlan& whole, const Split& split) {
    LoadPlan plan = planOf(whole, 0, split.onDevice);
    const std::uint32_t width = whole.activations.front();
    plan.received = width;
    plan.handedOver = split.headOnDevice() ? 0 : width;
    return plan;
}

LoadPlan cpuPlan(const LoadPlan& whole, const Split& split) {
    return planOf(whole, split.onDevice, partCount(split.layers));
}

} // namespace phidelity
