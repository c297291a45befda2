// SPDX-License-Identifier: MIT
#include "inference/model/forward.h"

#include <cstdint>

namespace phidelity {

Result<std::optional<std::span<const float>>> forward(Backend& backend, const Weights& weights,
                                                      const Scratch& scratch, const Step& step,
                                                      const std::atomic<bool>* stop) {
    const auto& [x, query, context, hidden] = scratch;
    PHIDELITY_CHECK(backend.begin(step));
    backend.embed(x, weights.embedding);

    std::uint32_t index = 0;
    for (const LayerWeights& layer : weights.layers) {
        // A long prompt on a slow device spends seconds in one step: stopping must not wait for it.
        if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
            return std::nullopt;
        }
        const Part parts[] = {
            {layer.query, Epilogue::RotateQuery, query},
            {layer.key, Epilogue::RotateToKeys, {}},
            {layer.value, Epilogue::ToValues, {}},
            {layer.up, Epilogue::Gelu, hidden},
        };
        const Term terms[] = {{context, layer.dense}, {hidden, layer.down}};

        backend.project(x, layer.norm, parts, index);
        backend.attend(context, query, index);
        backend.merge(x, terms);
        ++index;
    }

    if (!step.logitRows.empty()) {
        backend.head(x, weights.finalNorm, weights.head);
    }
    PHIDELITY_TRY(const std::span<const float> logits, backend.submit());
    return logits;
}

} // namespace phidelity
