// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "inference/sample/sampler.h"
#include "interrupt.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kMostTokens = 1'000'000;
constexpr std::uint64_t kSeed = 1;

struct BenchOptions {
    std::string model;
    std::string shape;
    std::string type = "Q4_0";
    std::uint32_t promptTokens = 512;
    std::uint32_t generateTokens = 64;
    std::uint32_t repetitions = 3;
    DeviceOptions device;
    bool json = false;
};

struct Speeds {
    std::vector<double> prefill; ///< tokens/s of each repetition
    std::vector<double> decode;
    /// Of the last decode, where the device has a driver to ask.
    std::optional<StepCosts> decodeCosts;
};

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Bytes that this process had in memory at most, as the system counts (VmHWM); 0 if it does not.
std::uint64_t peakMemory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word == "VmHWM:") {
            std::uint64_t kibibytes = 0;
            status >> kibibytes;
            return kibibytes * 1024;
        }
    }
    return 0;
}

/// The device may pick the largest logit, as when text is generated greedily.
Result<void> extend(Model& model, Sequence& sequence, std::span<const TokenId> tokens) {
    const TopRequest largest{1, model.tokenizer().size()};
    PHIDELITY_TRY(const auto logits, sequence.extendToNext(tokens, largest, &interruptFlag()));
    if (logits.empty()) {
        return fail(ErrorCode::BadArgument, "stopped");
    }
    return {};
}

/// Reads a prompt; then, with an empty context, one token after the other. The tokens are fixed
/// beforehand: what is measured is the model, not how it is sampled. The context is empty since
/// the bytes of a token are those of the weights alone; other programs measure it so too.
Result<void> measureOnce(Model& model, const BenchOptions& options, std::span<const TokenId> tokens,
                         Speeds& speeds) {
    Sequence sequence(model);
    auto start = std::chrono::steady_clock::now();
    PHIDELITY_CHECK(extend(model, sequence, tokens.first(options.promptTokens)));
    speeds.prefill.push_back(options.promptTokens / secondsSince(start));
    sequence.truncate(0);
    const auto before = model.stepCosts();
    start = std::chrono::steady_clock::now();
    for (std::uint32_t index = 0; index < options.generateTokens; ++index) {
        PHIDELITY_CHECK(extend(model, sequence, tokens.subspan(options.promptTokens + index, 1)));
    }
    speeds.decode.push_back(options.generateTokens / secondsSince(start));
    if (const auto after = model.stepCosts()) {
        speeds.decodeCosts = *after - *before;
    }
    return {};
}

Result<Speeds> measure(Model& model, const BenchOptions& options) {
    std::vector<TokenId> tokens(options.promptTokens + options.generateTokens);
    for (std::size_t index = 0; index < tokens.size(); ++index) {
        tokens[index] = static_cast<TokenId>(counterUniform(kSeed, index, 0) *
                                             static_cast<double>(model.tokenizer().size()));
    }
    BenchOptions warmUp = options;
    warmUp.promptTokens = std::min(options.promptTokens, 16U);
    warmUp.generateTokens = 1;
    Speeds ignored;
    PHIDELITY_CHECK(measureOnce(model, warmUp, tokens, ignored));
    Speeds speeds;
    for (std::uint32_t repetition = 0; repetition < options.repetitions; ++repetition) {
        PHIDELITY_CHECK(measureOnce(model, options, tokens, speeds));
    }
    return speeds;
}

Result<LoadedModel> openModel(const BenchOptions& options) {
    if (!options.shape.empty() && !options.model.empty()) {
        return fail(ErrorCode::BadArgument,
                    "--model and --shape: expected one of them, found both");
    }
    if (options.shape.empty()) {
        return loadModel(options.model, options.device);
    }
    PHIDELITY_TRY(const ModelShape shape, shapeByName(options.shape));
    PHIDELITY_TRY(const TensorType type, parseTensorType(options.type));
    PHIDELITY_TRY(auto checkpoint, Checkpoint::random(shape, type, kSeed));
    return loadModel(std::move(checkpoint), options.device);
}

Result<void> checkLength(const BenchOptions& options, std::uint32_t context) {
    const std::pair<const char*, std::uint32_t> lengths[] = {
        {"--prompt-tokens", options.promptTokens}, {"--generate-tokens", options.generateTokens}};
    for (const auto& [name, length] : lengths) {
        if (length > context) {
            return fail(ErrorCode::BadArgument, std::string(name) + ": expected at most " +
                                                    std::to_string(context) + ", found " +
                                                    std::to_string(length));
        }
    }
    return {};
}

/// Multiply-adds of a token of a prompt, without attention and head.
double multiplyAddsOfToken(const ModelShape& shape) {
    const double width = shape.width;
    return shape.layers * (4 * width * width + 2 * width * shape.hidden);
}

/// What the device can do at most; zeros where that cannot be measured.
DeviceRates limitsOf(Model& model) {
    return model.measureRates().value_or(DeviceRates{});
}

/// `value`, or null where a limit is not known.
Json ratio(double value, double limit) {
    return limit > 0 ? Json(value / limit) : Json(nullptr);
}

/// What a decoded token asked of the device's driver; null where there is none.
void addCosts(Json& json, const std::optional<StepCosts>& costs) {
    const auto share = [&](std::uint64_t StepCosts::*of, std::uint64_t StepCosts::*per) {
        return costs && (*costs).*per > 0
                   ? Json(static_cast<double>((*costs).*of) / static_cast<double>((*costs).*per))
                   : Json(nullptr);
    };
    json["dispatches_per_layer"] = share(&StepCosts::dispatches, &StepCosts::layers);
    json["barriers_per_layer"] = share(&StepCosts::barriers, &StepCosts::layers);
    json["submits_per_token"] = share(&StepCosts::submits, &StepCosts::steps);
    json["allocations_per_token"] = share(&StepCosts::allocations, &StepCosts::steps);
    json["descriptor_updates_per_token"] = share(&StepCosts::descriptorUpdates, &StepCosts::steps);
    json["pipelines_per_token"] = share(&StepCosts::pipelines, &StepCosts::steps);
    json["recordings_per_token"] = share(&StepCosts::recordings, &StepCosts::steps);
    json["readback_bytes_per_token"] = share(&StepCosts::readbackBytes, &StepCosts::steps);
}

Json resultJson(const BenchOptions& options, const LoadedModel& loaded, const Speeds& speeds) {
    Model& model = *loaded.model;
    const std::uint64_t peak = peakMemory(); // before the bandwidth buffer
    const double decode = median(speeds.decode);
    const double achieved = decode * static_cast<double>(model.bytesPerToken());
    const DeviceRates limits = limitsOf(model);
    const double prefill = median(speeds.prefill);
    const double multiplied = prefill * multiplyAddsOfToken(model.shape());
    Json json{{"model", model.checkpoint().name()},
              {"types", model.checkpoint().typeSummary()},
              {"device", model.device().id},
              {"device_name", model.device().name},
              {"layers", model.shape().layers},
              {"gpu_layers", layersOnGpu(model)},
              {"threads", model.device().threads},
              {"prompt_tokens", options.promptTokens},
              {"generate_tokens", options.generateTokens},
              {"repetitions", options.repetitions},
              {"prefill_tokens_per_second", prefill},
              {"decode_tokens_per_second", decode},
              {"prefill_runs", speeds.prefill},
              {"decode_runs", speeds.decode},
              {"bytes_per_token", model.bytesPerToken()},
              {"achieved_gb_per_second", achieved / 1e9}};
    json["read_gb_per_second"] =
        limits.bytesPerSecond > 0 ? Json(limits.bytesPerSecond / 1e9) : Json(nullptr);
    json["share_of_read_bandwidth"] = ratio(achieved, limits.bytesPerSecond);
    json["achieved_gmac_per_second"] = multiplied / 1e9;
    json["gmac_per_second"] =
        limits.multiplyAddsPerSecond > 0 ? Json(limits.multiplyAddsPerSecond / 1e9) : Json(nullptr);
    json["arithmetic"] = limits.arithmetic;
    json["share_of_arithmetic"] = ratio(multiplied, limits.multiplyAddsPerSecond);

    addCosts(json, speeds.decodeCosts);
    json["load_ms"] = loaded.loadMs;
    json["peak_memory_bytes"] = peak;
    return json;
}

std::string formatted(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string table(const Json& result) {
    const auto number = [&](const char* key) { return result[key].get<double>(); };
    std::string text = "Model            " + result["model"].get<std::string>() + ", " +
                       result["types"].get<std::string>() + '\n' + "Device           " +
                       result["device_name"].get<std::string>() + '\n';
    text += "Prefill          " + formatted("%.2f tokens/s", number("prefill_tokens_per_second")) +
            formatted(" (median, %.0f tokens)\n", number("prompt_tokens"));
    text += "Decode           " + formatted("%.2f tokens/s", number("decode_tokens_per_second")) +
            formatted(" (median, %.0f tokens)\n", number("generate_tokens"));
    text += "Bytes per token  " + formatted("%.1f MB\n", number("bytes_per_token") / 1e6);
    text += "Achieved read    " + formatted("%.2f GB/s", number("achieved_gb_per_second"));
    if (!result["read_gb_per_second"].is_null()) {
        text += formatted(" of %.2f GB/s", number("read_gb_per_second")) +
                formatted(" that this machine can read (%.0f %%)",
                          100 * number("share_of_read_bandwidth"));
    }
    text += "\nAchieved product " +
            formatted("%.1f G multiply-adds/s", number("achieved_gmac_per_second"));
    if (!result["gmac_per_second"].is_null()) {
        text += formatted(" of %.1f", number("gmac_per_second")) + " in " +
                result["arithmetic"].get<std::string>();
    }
    text += "\nLoad time        " + formatted("%.0f ms\n", number("load_ms"));
    text += "Peak memory      " + formatted("%.0f MB\n", number("peak_memory_bytes") / 1e6);
    return text;
}

Result<void> bench(const BenchOptions& options) {
    PHIDELITY_TRY(const LoadedModel loaded, openModel(options));
    PHIDELITY_CHECK(checkLength(options, loaded.model->context()));
    PHIDELITY_TRY(const Speeds speeds, measure(*loaded.model, options));
    const Json result = resultJson(options, loaded, speeds);
    Output output;
    return output.write(options.json ? jsonText(result) : table(result));
}

} // namespace

void addBench(CommandLine& line) {
    auto options = std::make_shared<BenchOptions>();
    Command command = line.add(
        "bench",
        "Measure how fast this machine runs a model.\nReads a prompt (prefill) and then, from an "
        "empty context, token by token (decode), several times, and prints the medians in tokens a "
        "second. Each "
        "decoded token reads all weights once, so that decode is limited by how fast memory can "
        "be read; that limit is measured and shown beside what was reached. With --shape the "
        "weights are random and made in memory: nothing needs to be downloaded.");
    addModelOption(command, options->model);
    command.choice("--shape", options->shape, kShapeNames, "SHAPE",
                   "Instead of a file: random weights of the size of phi-2, phi-1.5, phi-1 or "
                   "tiny.");
    command.text("--type", options->type, "TYPE",
                 "How --shape stores its weights: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, "
                 "Q2_K, Q3_K, Q4_K, Q5_K or Q6_K.");
    command.number("--prompt-tokens", options->promptTokens, 1, kMostTokens,
                   "Length of the prompt.");
    command.number("--generate-tokens", options->generateTokens, 1, kMostTokens,
                   "Tokens to decode.");
    command.number("--repetitions", options->repetitions, 1, 1000,
                   "How often to measure; the median counts.");
    addDeviceOptions(command, options->device);
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli bench --shape phi-2 --type Q4_0");
    command.run([options] { return bench(*options); });
}

} // namespace phidelity
