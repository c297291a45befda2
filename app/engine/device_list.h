// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

#include "engine/engine.h"
#include "engine/messages.h"
#include "inference/backend/choose.h"
#include "inference/model/memory_plan.h"

namespace phidelity {

/// Devices as a window shows them.
[[nodiscard]] DevicesListed describeDevices(std::span<const DeviceChoice> devices);

/// What a device that was picked at another time means now. Its number may have changed, so that
/// the name counts; where it is gone, "auto", and a sentence that says so.
struct FoundPick {
    QString device;
    QString notice; ///< empty where it was found
};
[[nodiscard]] FoundPick findPick(const DevicePick& pick, std::span<const DeviceChoice> devices);

/// Why a model does not fit on the device of a request, and what would.
struct MemoryAdvice {
    QString sentence;
    int fittingContext = 0; ///< a context with which it fits; 0 = none does
    int fittingLayers = 0;  ///< layers with which it fits, the rest on the CPU; 0 = none
    int layers = 0;         ///< of the model
};
/// `other`: a device where it would fit, or empty.
[[nodiscard]] MemoryAdvice describeShortfall(const MemoryPlan& plan, const QString& device,
                                             const QString& other);
/// Nothing where it fits, or where file or device cannot be opened. Opens both: tens of
/// milliseconds to a second.
[[nodiscard]] std::optional<MemoryAdvice> adviseOnMemory(const OpenModelRequest& request,
                                                         const BackendFactory& openDevice);

} // namespace phidelity
