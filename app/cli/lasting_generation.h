// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <QList>

#include "chat/generation_record.h"
#include "engine/opened_model.h"
#include "inference/model/generator.h"

namespace phidelity {

/// Loads an opened file on the device of the request. Where none was asked for and the best one
/// fails, the CPU takes over, and `say` is told so; a device that was asked for is an error.
Result<OpenedModel> loadToLast(const OpenModelRequest& request,
                               const std::shared_ptr<const Checkpoint>& checkpoint,
                               const BackendFactory& openDevice, const StopFlag* stop,
                               const std::function<void(const std::string&)>& say);

/// What one device wrote of a reply: a generation of its own, whose prompt holds what was written
/// before.
struct ReplyPart {
    GenerationRecord origin; ///< as originOf()
    FinishedGeneration generation;
};

struct LastingReply {
    FinishedGeneration whole;     ///< its schedule is that of the last part
    std::vector<ReplyPart> parts; ///< in order, each with tokens; one where nothing failed
};

/// As generate(), but where the device fails the model is loaded again, on the device once and then
/// on the CPU, and the run goes on from the last token, drawing as it would have: `opened` is then
/// the model where it ended, and `say` is told what happened, one sentence each time. Text that the
/// failure set free early is not looked through for a stop string that would have ended in it.
/// Errors: those of generate(); the failure where the model could be loaded nowhere, after which
/// `opened` is empty.
Result<LastingReply> generateToTheEnd(OpenedModel& opened, const GenerationRequest& request,
                                      const BackendFactory& openDevice, const StopFlag* stop,
                                      const std::function<void(const GenerationEvent&)>& listener,
                                      const std::function<void(const std::string&)>& say);

/// The record of each part, for a reply to this request; without the model's hash and the time.
[[nodiscard]] QList<GenerationRecord> recordsOf(const LastingReply& reply,
                                                const GenerationRequest& request);

} // namespace phidelity
