// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "inference/model/model.h"

namespace phidelity {

// What the loops that make tokens share; for the files of the model room.

class Stopwatch {
public:
    [[nodiscard]] double milliseconds() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_start)
            .count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

[[nodiscard]] inline bool isSet(const StopFlag* stop) {
    return stop != nullptr && stop->load(std::memory_order_relaxed);
}

/// Errors that interrupt a run which has tokens, so that what was written is kept.
[[nodiscard]] inline bool isOfDevice(const Error& error) {
    return error.code == ErrorCode::DeviceLost || error.code == ErrorCode::OutOfMemory;
}

} // namespace phidelity
