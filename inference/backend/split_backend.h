// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "inference/backend/backend.h"
#include "inference/backend/cpu/host_backend.h"
#include "inference/backend/split_plan.h"

namespace phidelity {

/// Two backends as one, for a model that does not fit on a device: the CPU embeds, the device runs
/// the first layers in one submission, and the CPU goes on with the rest. The residual stream
/// crosses once each way; where the head lies on the device, only thither. Nothing is on both but
/// scratch; keys and values live where their layer does.
///
/// Both must be fresh. expectLoad must come before the first matrix or vector, and these in its
/// order: that is how each finds its place. The device's errors are those of the whole.
[[nodiscard]] std::unique_ptr<Backend> createSplitBackend(std::unique_ptr<Backend> device,
                                                          std::unique_ptr<HostBackend> cpu,
                                                          const Split& split);

} // namespace phidelity
