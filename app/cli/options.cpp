// SPDX-License-Identifier: MIT
#include "options.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "engine/model_source.h"
#include "inference/backend/choose.h"
#include "inference/model/device_share.h"
#include "interrupt.h"
#include "lasting_generation.h"
#include "numbers.h"
#include "terminal_text.h"

namespace phidelity {

namespace {

constexpr std::uint32_t kMostPositions = 1'000'000;

Result<DeviceShare> shareFrom(const DeviceOptions& options) {
    DeviceShare share;
    if (options.gpuLayers == "all") {
        return share;
    }
    const auto wrong = [](const std::string& expected, const std::string& found) {
        return fail(ErrorCode::BadArgument,
                    "--gpu-layers: expected " + expected + ", found " + found);
    };
    if (options.gpuLayers == "auto") {
        share.kind = DeviceShare::Kind::AsFits;
    } else if (parseNumber(options.gpuLayers, share.layers)) {
        share.kind = DeviceShare::Kind::Layers;
    } else {
        return wrong("a number of layers, auto or all", "'" + options.gpuLayers + "'");
    }
    if (options.device.starts_with("cpu")) {
        return wrong("a --device other than the CPU", options.device);
    }
    return share;
}

BackendFactory openerFor(std::shared_ptr<const Checkpoint> checkpoint,
                         const DeviceOptions& device) {
    return [checkpoint = std::move(checkpoint),
            device](std::string_view spec, std::uint32_t threads) -> Result<ChosenBackend> {
        PHIDELITY_TRY(DeviceShare share, shareFrom(device));
        if (spec == "cpu" && device.device != "cpu") { // it takes over, all of the model
            share = {};
        }
        PHIDELITY_TRY(ChosenBackend chosen, chooseBackend(spec, threads));
        PHIDELITY_TRY(chosen.backend, shareModel(std::move(chosen.backend), *checkpoint, share,
                                                 device.context, threads));
        return chosen;
    };
}

OpenModelRequest requestOf(const DeviceOptions& device) {
    OpenModelRequest request;
    request.device = QString::fromStdString(device.device);
    request.threads = static_cast<int>(device.threads);
    request.context = static_cast<int>(device.context);
    return request;
}

} // namespace

Result<std::vector<TokenId>> parseTokenIds(std::string_view text) {
    constexpr std::string_view kSeparators = ", \t\r\n";
    std::vector<TokenId> ids;
    std::size_t begin = 0;
    while ((begin = text.find_first_not_of(kSeparators, begin)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(kSeparators, begin), text.size());
        const std::string_view word = text.substr(begin, end - begin);
        TokenId id = 0;
        if (!parseNumber(word, id)) {
            return fail(ErrorCode::BadArgument,
                        "token ids: expected whole numbers, found '" + std::string(word) + "'");
        }
        ids.push_back(id);
        begin = end;
    }
    return ids;
}

Result<TensorType> parseTensorType(std::string_view name) {
    std::string wanted(name);
    std::ranges::transform(wanted, wanted.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    std::string known;
    for (const TensorType type : kTensorTypes) {
        if (tensorTypeName(type) == wanted) {
            return type;
        }
        known += known.empty() ? "" : ", ";
        known += tensorTypeName(type);
    }
    return fail(ErrorCode::BadArgument,
                "--type: expected one of " + known + ", found '" + std::string(name) + "'");
}

void addModelOption(Command& command, std::string& path) {
    command.text("-m,--model", path, "PATH",
                 "The model: a GGUF file or a Hugging Face folder. Without it, the small demo "
                 "model that is part of this program.");
}

void addJsonOption(Command& command, bool& json) {
    command.flag("--json", json, "Print the result as one JSON object.");
}

void addDeviceOptions(Command& command, DeviceOptions& options) {
    command.text("--device", options.device, "DEVICE",
                 "Where to compute: auto, cpu, vulkan, vulkan:N, cuda or cuda:N, as listed by "
                 "'phidelity-cli devices'.");
    command.text("--gpu-layers", options.gpuLayers, "N|auto|all",
                 "For a model that is larger than the device's memory: compute the first N layers "
                 "there and the rest on the CPU; auto takes as many as fit.");
    command.number("--threads", options.threads, 0, 1024,
                   "Threads on the CPU; 0 takes one for each core.");
    command.number("--context", options.context, 0, kMostPositions,
                   "Tokens to make room for, prompt and output together; 0 takes as many as the "
                   "model was made for. A shorter context needs less memory.");
}

Result<LoadedModel> loadModel(const std::string& path, const DeviceOptions& device) {
    const auto start = std::chrono::steady_clock::now();
    PHIDELITY_TRY(auto checkpoint, openCheckpoint(path));
    const std::chrono::duration<double, std::milli> opening =
        std::chrono::steady_clock::now() - start;
    PHIDELITY_TRY(LoadedModel loaded, loadModel(std::move(checkpoint), device));
    loaded.loadMs += opening.count();
    return loaded;
}

Result<LoadedModel> loadModel(std::shared_ptr<const Checkpoint> checkpoint,
                              const DeviceOptions& device) {
    const BackendFactory openDevice = openerFor(checkpoint, device);
    PHIDELITY_TRY(OpenedModel opened,
                  loadToLast(requestOf(device), checkpoint, openDevice, &interruptFlag(), warn));
    opened.cache.reset(); // dies before the model
    return LoadedModel{std::move(opened.model), opened.facts.loadMs};
}

Result<LastingModel> openModel(const std::string& path, const DeviceOptions& device) {
    const auto start = std::chrono::steady_clock::now();
    PHIDELITY_TRY(const auto checkpoint, openCheckpoint(path));
    LastingModel model;
    model.openDevice = openerFor(checkpoint, device);
    PHIDELITY_TRY(model.opened, loadToLast(requestOf(device), checkpoint, model.openDevice,
                                           &interruptFlag(), warn));
    model.opened.facts.loadMs =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return model;
}

void warn(const std::string& sentence) {
    const std::string line = "phidelity-cli: " + oneLine(sentence) + "\n";
    std::fputs(line.c_str(), stderr);
}

std::uint32_t layersOnGpu(const Model& model) {
    const DeviceInfo& device = model.device();
    return device.kind == DeviceKind::Cpu ? 0 : model.shape().layers - device.cpuLayers;
}

Result<void> checkOutputIsNotRead(const Checkpoint& checkpoint, const std::filesystem::path& out) {
    std::error_code ignored; // an output that does not exist yet is the usual case
    for (const std::filesystem::path& file : checkpoint.files()) {
        if (std::filesystem::equivalent(file, out, ignored)) {
            return fail(ErrorCode::BadArgument,
                        "output: expected another file than the one that is read, found " +
                            out.string());
        }
    }
    return {};
}

Result<std::string> readStandardInput() {
    std::string text;
    char buffer[1 << 16];
    while (true) {
        const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count > 0) {
            text.append(buffer, static_cast<std::size_t>(count));
        } else if (count == 0) {
            return text;
        } else if (errno == EINTR && interruptFlag().load()) {
            return fail(ErrorCode::BadArgument, "stopped");
        } else if (errno != EINTR) {
            return fail(ErrorCode::FileUnreadable,
                        std::string("standard input: ") + std::strerror(errno));
        }
    }
}

} // namespace phidelity
