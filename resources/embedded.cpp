// SPDX-License-Identifier: MIT
#include "resources/embedded.h"

extern "C" {
extern const std::byte phidelityDemoModelBegin[];
extern const std::byte phidelityDemoModelEnd[];
}

namespace phidelity {

std::span<const std::byte> embeddedDemoModel() {
    return {phidelityDemoModelBegin, phidelityDemoModelEnd};
}

} // namespace phidelity
