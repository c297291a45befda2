// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include <QString>

#include "engine/replay_messages.h"
#include "inference/model/model.h"

namespace phidelity {

/// Runs one record again on a model and says what came out, in values and in a sentence; what every
/// front end's replay is made of. `modelSha256`: of the open model; empty = not known, then no
/// record is refused for its model. A lost device and the like end as Failed with *error set. The
/// id is left to the caller. `progress`: tokens done and in all.
[[nodiscard]] ReplayEnded
replayRecord(Model& model, const QString& modelSha256, const GenerationRecord& record,
             const StopFlag* stop = nullptr,
             const std::function<void(std::size_t, std::size_t)>& progress = {},
             std::optional<Error>* error = nullptr);

/// The parts of a reply that leave something to compare: those that were stopped before they had a
/// token are left out, but for the last where that is all there is.
[[nodiscard]] QList<GenerationRecord> partsToReplay(const QList<GenerationRecord>& parts);

/// What is to be said of a reply from what came out of its parts, each of which was run by itself.
/// `ends`: of the first parts, up to one that stopped or failed, or of all. There is at least one
/// part.
[[nodiscard]] ReplayEnded endOfParts(const QList<GenerationRecord>& parts,
                                     const QList<ReplayEnded>& ends);

} // namespace phidelity
