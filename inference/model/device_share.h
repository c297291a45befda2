// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "inference/backend/backend.h"
#include "inference/file/checkpoint.h"

namespace phidelity {

/// How much of a model is to lie on a device other than the CPU, which takes the rest.
struct DeviceShare {
    enum class Kind : std::uint8_t {
        All,    ///< everything, else it does not load
        AsFits, ///< everything, or as many layers as there is room for
        Layers, ///< the first `layers`, without embedding and head
    };
    Kind kind = Kind::All;
    std::uint32_t layers = 0;
    bool operator==(const DeviceShare&) const = default;
};

/// How many parts of a model (see ModelPart) fit into `available` bytes of a device, with the cache
/// of one full sequence: partCount() = the whole model. To the byte where the device's bytesFor is.
/// Tens of milliseconds. DeviceLost, OutOfMemory of the backend's making.
[[nodiscard]] Result<std::uint32_t> partsThatFit(const Checkpoint& checkpoint, Backend& device,
                                                 std::uint32_t context, std::uint64_t available);

/// What a model is loaded on so that it is shared in this way: `device` itself, the CPU alone, or
/// both as one. `context`: positions, 0 = the model's own; `threads`: of the CPU, 0 = one per core.
/// BadArgument where the model has fewer layers or the device is the CPU; else errors of the
/// backends.
[[nodiscard]] Result<std::unique_ptr<Backend>>
shareModel(std::unique_ptr<Backend> device, const Checkpoint& checkpoint, const DeviceShare& share,
           std::uint32_t context = 0, std::uint32_t threads = 0);

} // namespace phidelity
