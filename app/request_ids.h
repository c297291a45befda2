// SPDX-License-Identifier: MIT
#pragma once

#include "engine/messages.h"
#include "store/store_messages.h"

namespace phidelity {

/// A number that no other request to the engine has had. Window's thread only.
[[nodiscard]] inline RequestId nextRequestId() {
    static RequestId last = 0;
    return ++last;
}

/// The same for requests to the store.
[[nodiscard]] inline StoreRequestId nextStoreRequestId() {
    static StoreRequestId last = 0;
    return ++last;
}

[[nodiscard]] inline SharedStop newStop() {
    return std::make_shared<std::atomic<bool>>(false);
}

inline void raiseStop(const SharedStop& stop) {
    if (stop) {
        stop->store(true, std::memory_order_relaxed);
    }
}

} // namespace phidelity
