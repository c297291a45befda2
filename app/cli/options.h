// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.h"
#include "engine/opened_model.h"
#include "inference/file/checkpoint.h"
#include "inference/model/model.h"
#include "inference/result.h"
#include "inference/text/token_id.h"

namespace phidelity {

/// "1,2,3" as token ids; spaces and line ends separate too. BadArgument names what is no id.
[[nodiscard]] Result<std::vector<TokenId>> parseTokenIds(std::string_view text);

/// A storage type by its name, upper or lower case. BadArgument lists all of them.
[[nodiscard]] Result<TensorType> parseTensorType(std::string_view name);

/// What shapeByName knows.
inline const std::vector<std::string> kShapeNames = {"phi-2", "phi-1.5", "phi-1", "tiny"};

/// --model: a path, or empty for the embedded demo model.
void addModelOption(Command& command, std::string& path);

/// --json, with what the object holds in a few words.
void addJsonOption(Command& command, bool& json);

/// --device, --gpu-layers, --threads and --context.
struct DeviceOptions {
    std::string device = "auto";
    std::string gpuLayers = "all"; ///< a number, "auto" or "all"
    std::uint32_t threads = 0;
    std::uint32_t context = 0; ///< positions; 0 = the model's own
};
void addDeviceOptions(Command& command, DeviceOptions& options);

/// A model that was opened and taken to a device, and how long that took.
struct LoadedModel {
    std::unique_ptr<Model> model;
    double loadMs = 0;
};
/// Opens `path` (empty: the demo model) on the device. Ctrl+C ends it. Where no device was asked
/// for and the best one fails, the CPU takes over, and standard error says so.
[[nodiscard]] Result<LoadedModel> loadModel(const std::string& path, const DeviceOptions& device);
[[nodiscard]] Result<LoadedModel> loadModel(std::shared_ptr<const Checkpoint> checkpoint,
                                            const DeviceOptions& device);

/// The same for a model that is loaded again where its device fails, with what opens devices for
/// it.
struct LastingModel {
    OpenedModel opened;
    BackendFactory openDevice;
};
[[nodiscard]] Result<LastingModel> openModel(const std::string& path, const DeviceOptions& device);

/// One line on standard error, in the program's name.
void warn(const std::string& sentence);

/// Layers that lie on a device other than the CPU.
[[nodiscard]] std::uint32_t layersOnGpu(const Model& model);

/// BadArgument where `out` is one of the files of a model that is being read: writing it would take
/// the weights away from under the reader.
[[nodiscard]] Result<void> checkOutputIsNotRead(const Checkpoint& checkpoint,
                                                const std::filesystem::path& out);

/// Everything that comes on standard input. FileUnreadable; Ctrl+C → Error{BadArgument,"stopped"}.
[[nodiscard]] Result<std::string> readStandardInput();

} // namespace phidelity
