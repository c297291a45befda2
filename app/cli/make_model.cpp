// SPDX-License-Identifier: MIT
#include <limits>
#include <memory>
#include <string>

#include "inference/file/random_model.h"
#include "options.h"
#include "verbs.h"
#include "written_file.h"

namespace phidelity {

namespace {

struct MakeModelOptions {
    std::string shape;
    std::string type = "F16";
    std::uint64_t seed = 1;
    std::string out;
    bool json = false;
};

Result<void> makeModel(const MakeModelOptions& options) {
    PHIDELITY_TRY(const ModelShape shape, shapeByName(options.shape));
    const ReportStyle style = options.json ? ReportStyle::Json : ReportStyle::Sentence;
    auto type = parseTensorType(options.type);
    if (type) {
        PHIDELITY_TRY(const auto rows, randomRows(shape, *type, options.seed));
        return writeAndReport(*rows, options.out, QuantPreset::Keep, style);
    }
    const auto preset = presetFromName(options.type);
    if (!preset) {
        return tl::unexpected<Error>(std::move(type).error());
    }
    // A mix of types is made by quantising, from weights as a training would give them.
    PHIDELITY_TRY(const auto rows, randomRows(shape, TensorType::F16, options.seed));
    return writeAndReport(*rows, options.out, *preset, style);
}

} // namespace

void addMakeModel(CommandLine& line) {
    auto options = std::make_shared<MakeModelOptions>();
    Command command = line.add(
        "make-model",
        "Write a model with random weights.\nFor tests and measurements: a GGUF file of the size "
        "and form of a real model, whose text is noise. The same shape, type and seed give the "
        "same file.");
    command.choice("--shape", options->shape, kShapeNames, "SHAPE",
                   "The size: phi-2, phi-1.5, phi-1 or tiny.", Need::Required);
    command.text("--type", options->type, "TYPE",
                 "How its matrices are stored: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, "
                 "Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, or a mix as of 'quantize'.");
    command.number("--seed", options->seed, "Other seeds give other weights.");
    command.text("OUT", options->out, "", "The GGUF file to write.", Need::Required);
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli make-model --shape tiny --type F16 --seed 7 tiny.gguf");
    command.run([options] { return makeModel(*options); });
}

} // namespace phidelity
