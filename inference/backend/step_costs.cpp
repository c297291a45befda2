// SPDX-License-Identifier: MIT
#include "inference/backend/backend.h"

namespace phidelity {

StepCosts operator-(const StepCosts& later, const StepCosts& earlier) {
    return {later.steps - earlier.steps,
            later.layers - earlier.layers,
            later.dispatches - earlier.dispatches,
            later.barriers - earlier.barriers,
            later.submits - earlier.submits,
            later.allocations - earlier.allocations,
            later.descriptorUpdates - earlier.descriptorUpdates,
            later.pipelines - earlier.pipelines,
            later.recordings - earlier.recordings,
            later.readbackBytes - earlier.readbackBytes};
}

} // namespace phidelity
