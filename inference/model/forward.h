// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/result.h"

namespace phidelity {

/// One block on a device. Shapes (outputs, inputs): see TensorRole.
struct LayerWeights {
    Norm norm;
    Linear query, key, value, dense; ///< (width, width)
    Linear up;                       ///< fc1, (hidden, width)
    Linear down;                     ///< fc2, (width, hidden)
};

/// A Phi model on a device; const after load.
struct Weights {
    MatrixId embedding{}; ///< (vocabulary, width)
    std::vector<LayerWeights> layers;
    Norm finalNorm;
    Linear head; ///< (vocabulary, width)
};

/// Intermediate results, (rows of a step, width).
struct Scratch {
    Activation x;       ///< residual stream, (rows, width)
    Activation query;   ///< (rows, width)
    Activation context; ///< what attention returns, (rows, width)
    Activation hidden;  ///< after GELU, (rows, hidden)
};

/// The forward pass of Phi's parallel block (PHI-2 reference section 1.2), written once for every
/// backend, for prefill, decode and sequences side by side. Logits: (logitRows, vocabulary), valid
/// until the next step. Nothing if `stop` was set on the way: then the cache holds no more than
/// before in any position that was valid. Errors: those of Backend::begin and submit.
Result<std::optional<std::span<const float>>> forward(Backend& backend, const Weights& weights,
                                                      const Scratch& scratch, const Step& step,
                                                      const std::atomic<bool>* stop = nullptr);

} // namespace phidelity
