// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QString>

#include "engine/opened_model.h"

namespace phidelity {

/// Where a model went on after its device had failed.
struct Recovery {
    std::optional<OpenedModel> opened; ///< nothing: it could be loaded nowhere
    QString sentence;                  ///< for the window: what happened and what can be done
};

/// Frees the device and loads the model again: on the same device the first time, else, and where
/// that fails, on the CPU. Takes as long as a load; `stop` ends it with nothing.
Recovery recover(OpenedModel failed, const Error& error, const BackendFactory& openDevice,
                 const StopFlag* stop);

/// Why a reply ends in the middle, to stand under it.
[[nodiscard]] QString describeInterruption(const Error& error);

} // namespace phidelity
