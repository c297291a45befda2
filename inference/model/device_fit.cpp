// SPDX-License-Identifier: MIT
#include "inference/model/device_fit.h"

#include "inference/file/checkpoint.h"
#include "inference/model/memory_plan.h"

namespace phidelity {

std::string describeFit(const DeviceInfo& device) {
    const std::uint64_t room = device.memoryFree > 0 ? device.memoryFree : device.memory;
    const std::pair<const char*, const char*> models[] = {{"phi-2", "Phi-2"},
                                                          {"phi-1.5", "Phi-1 and Phi-1.5"}};
    for (const auto& [shapeName, name] : models) {
        const auto shape = shapeByName(shapeName);
        if (!shape) {
            continue;
        }
        if (const auto type = bestFittingType(*shape, shape->context, room)) {
            return std::string(name) + " up to " + std::string(tensorTypeName(*type)) +
                   " with its whole context";
        }
    }
    return "only the demo model and others as small";
}

} // namespace phidelity
