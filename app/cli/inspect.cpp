// SPDX-License-Identifier: MIT
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/model_source.h"
#include "inference/file/tensor_table.h"
#include "json_text.h"
#include "numbers.h"
#include "options.h"
#include "output.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

struct InspectOptions {
    std::string model;
    std::string modelOption;
    bool hash = false;
    bool json = false;
};

Json shapeJson(const ModelShape& shape) {
    return Json{{"layers", shape.layers},
                {"width", shape.width},
                {"heads", shape.heads},
                {"head_size", shape.headSize},
                {"hidden", shape.hidden},
                {"rotary", shape.rotary},
                {"vocabulary", shape.vocabulary},
                {"context", shape.context},
                {"norm_epsilon", asWritten(shape.normEpsilon)},
                {"rope_theta", asWritten(shape.ropeTheta)}};
}

Json tensorJson(const Checkpoint& checkpoint, const TensorSpec& spec, std::uint32_t layer) {
    const TensorView view = checkpoint.tensor(spec.role, layer);
    Json shape = Json::array({view.columns});
    if (!spec.isVector()) {
        shape.insert(shape.begin(), view.rows);
    }
    return Json{{"name", tensorName(spec.names.front(), layer, checkpoint.shape().layers)},
                {"type", tensorTypeName(view.type)},
                {"shape", std::move(shape)},
                {"bytes", view.bytes()}};
}

/// Every tensor by the name that GGUF gives it, in the order in which data pass them.
Json tensorsJson(const Checkpoint& checkpoint) {
    Json tensors = Json::array();
    tensors.push_back(tensorJson(checkpoint, tensorSpec(TensorRole::Embedding), 0));
    for (std::uint32_t layer = 0; layer < checkpoint.shape().layers; ++layer) {
        for (const TensorSpec& spec : tensorTable()) {
            if (spec.perLayer) {
                tensors.push_back(tensorJson(checkpoint, spec, layer));
            }
        }
    }
    for (const TensorSpec& spec : tensorTable()) {
        if (!spec.perLayer && spec.role != TensorRole::Embedding) {
            tensors.push_back(tensorJson(checkpoint, spec, 0));
        }
    }
    return tensors;
}

Result<Json> describe(const Checkpoint& checkpoint, const InspectOptions& options) {
    const ModelSize size = modelSize(checkpoint);
    Json files = Json::array();
    for (const std::filesystem::path& file : checkpoint.files()) {
        files.push_back(file.string());
    }
    Json facts{{"name", checkpoint.name()},         {"architecture", "phi2"},
               {"types", checkpoint.typeSummary()}, {"parameters", size.parameters},
               {"weight_bytes", size.bytes},        {"shape", shapeJson(checkpoint.shape())}};
    const auto tokenizer = Tokenizer::create(checkpoint.tokenizer());
    facts["tokenizer"] = tokenizer ? Json{{"tokens", (*tokenizer)->size()},
                                          {"merges", checkpoint.tokenizer().merges.size()},
                                          {"end_of_text", (*tokenizer)->endOfText()}}
                                   : Json{{"problem", tokenizer.error().detail}};
    facts["files"] = std::move(files);
    if (options.hash) {
        PHIDELITY_TRY(const std::string hash, checkpoint.sha256());
        facts["model_sha256"] = hash;
    }
    facts["tensors"] = tensorsJson(checkpoint);
    return facts;
}

std::string row(const std::string& label, const std::string& value) {
    std::string line = label;
    line.resize(16, ' ');
    return line + value + '\n';
}

std::string valueText(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string humanSize(double bytes) {
    constexpr std::array<const char*, 4> kUnits = {"bytes", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < kUnits.size()) {
        bytes /= 1024;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.2f %s", bytes, kUnits[unit]);
    return text;
}

std::string table(const Json& facts) {
    std::string text = row("Name", valueText(facts["name"])) +
                       row("Architecture", valueText(facts["architecture"])) +
                       row("Types", valueText(facts["types"])) +
                       row("Parameters", valueText(facts["parameters"])) +
                       row("Weights", humanSize(facts["weight_bytes"].get<double>()));
    for (const auto& [key, value] : facts["shape"].items()) {
        text += row("  " + key, valueText(value));
    }
    text += row("Tokenizer", "");
    for (const auto& [key, value] : facts["tokenizer"].items()) {
        text += row("  " + key, valueText(value));
    }
    for (const Json& file : facts["files"]) {
        text += row("File", valueText(file));
    }
    if (facts.contains("model_sha256")) {
        text += row("SHA-256", valueText(facts["model_sha256"]));
    }
    text += "\n";
    for (const Json& tensor : facts["tensors"]) {
        std::string line = valueText(tensor["name"]);
        line.resize(std::max<std::size_t>(line.size() + 1, 32), ' ');
        line += valueText(tensor["type"]);
        line.resize(std::max<std::size_t>(line.size() + 1, 40), ' ');
        text += line + tensor["shape"].dump() + '\n';
    }
    return text;
}

Result<void> inspect(const InspectOptions& options) {
    const std::string& path = options.model.empty() ? options.modelOption : options.model;
    PHIDELITY_TRY(const auto checkpoint, openCheckpoint(path));
    PHIDELITY_TRY(const Json facts, describe(*checkpoint, options));
    Output output;
    if (options.json) {
        return output.write(jsonText(facts));
    }
    return output.writeModelText(table(facts));
}

} // namespace

void addInspect(CommandLine& line) {
    auto options = std::make_shared<InspectOptions>();
    Command command = line.add(
        "inspect", "Say what is in a model file.\nOpens and checks the model as every other verb "
                   "does and prints its name, sizes, tokenizer, files and every tensor. Nothing is "
                   "computed.");
    command.text("PATH", options->model, "",
                 "A GGUF file or a Hugging Face folder; without it, the demo model.");
    addModelOption(command, options->modelOption);
    command.flag("--hash", options->hash, "Also the SHA-256 of the file, which reads all of it.");
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli inspect phi-2.Q4_K_M.gguf");
    command.run([options] { return inspect(*options); });
}

} // namespace phidelity
