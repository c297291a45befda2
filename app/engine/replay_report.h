// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include <QString>

#include "engine/replay_messages.h"
#include "inference/model/model.h"

namespace phidelity {

/// Runs a record again on a model and says what came out, in values and in a sentence; what every
/// front end's replay is. `modelSha256`: of the open model; empty = not known, then no record is
/// refused for its model. A lost device and the like end as Failed with *error set. The id is left
/// to the caller. `progress`: tokens done and in all.
[[nodiscard]] ReplayEnded
replayRecord(Model& model, const QString& modelSha256, const GenerationRecord& record,
             const StopFlag* stop = nullptr,
             const std::function<void(std::size_t, std::size_t)>& progress = {},
             std::optional<Error>* error = nullptr);

} // namespace phidelity
