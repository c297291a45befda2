// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/opened_model.h"
#include "inference/model/generator.h"

namespace phidelity {

/// Loads an opened file on the device of the request. Where none was asked for and the best one
/// fails, the CPU takes over, and `say` is told so; a device that was asked for is an error.
Result<OpenedModel> loadToLast(const OpenModelRequest& request,
                               const std::shared_ptr<const Checkpoint>& checkpoint,
                               const BackendFactory& openDevice, const StopFlag* stop,
                               const std::function<void(const std::string&)>& say);

/// As generate(), but where the device fails the model is loaded again, on the device once and then
/// on the CPU, and the run goes on from the last token, drawing as it would have: `opened` is then
/// the model where it ended, and `say` is told what happened, one sentence each time. Text that the
/// failure set free early is not looked through for a stop string that would have ended in it.
/// Errors: those of generate(); the failure where the model could be loaded nowhere, after which
/// `opened` is empty.
Result<FinishedGeneration>
generateToTheEnd(OpenedModel& opened, const GenerationRequest& request,
                 const BackendFactory& openDevice, const StopFlag* stop,
                 const std::function<void(const GenerationEvent&)>& listener,
                 const std::function<void(const std::string&)>& say);

} // namespace phidelity
