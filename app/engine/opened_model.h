// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "engine/engine.h"
#include "engine/messages.h"
#include "inference/model/model.h"

namespace phidelity {

/// A model that is open, with the request that opened it. The cache dies before the model.
struct OpenedModel {
    OpenModelRequest request;
    std::shared_ptr<const Checkpoint> checkpoint;
    std::unique_ptr<Model> model;
    std::unique_ptr<PrefixCache> cache;
    ModelOpened facts;
    QString device; ///< name of the one that was opened, whatever of the model the CPU holds
    int rebuilds = 0; ///< times that it was loaded again after its device had failed

    OpenedModel() = default;
    OpenedModel(OpenedModel&&) = default;
    /// The old cache goes before the old model here too: member by member it would go after it.
    OpenedModel& operator=(OpenedModel&& other) noexcept;
    ~OpenedModel() = default;

    [[nodiscard]] bool isOnCpu() const;
};

/// A failure that another device, or the same one started anew, need not have.
[[nodiscard]] bool isDeviceFailure(const Error& error);

/// Opens the file and loads it on the device of the request; where that says so, the CPU takes the
/// layers that do not fit. `stop` and `progress`: see
/// LoadOptions.
Result<OpenedModel> load(const OpenModelRequest& request, const BackendFactory& openDevice,
                         const StopFlag* stop = nullptr,
                         const std::function<void(double)>& progress = {});

/// As load; where no device was asked for and the best one fails, the CPU takes over.
Result<OpenedModel> loadSomewhere(const OpenModelRequest& request, const BackendFactory& openDevice,
                                  const StopFlag* stop,
                                  const std::function<void(double)>& progress);

/// Loads an opened file on a device that may be another than that of the request.
Result<OpenedModel> loadOn(std::string_view device, const OpenModelRequest& request,
                           std::shared_ptr<const Checkpoint> checkpoint,
                           const BackendFactory& openDevice, const LoadOptions& options = {});

} // namespace phidelity
