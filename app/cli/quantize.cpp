// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "engine/model_source.h"
#include "options.h"
#include "verbs.h"
#include "written_file.h"

namespace phidelity {

namespace {

struct QuantizeOptions {
    std::string in;
    std::string out;
    std::string type;
    bool json = false;
};

Result<void> quantize(const QuantizeOptions& options) {
    const auto preset = presetFromName(options.type);
    if (!preset) {
        return fail(ErrorCode::BadArgument,
                    "--type: expected one of " + presetNames() + ", found '" + options.type + "'");
    }
    PHIDELITY_TRY(const auto checkpoint, openCheckpoint(options.in));
    return writeAndReport(*checkpoint, options.out, *preset,
                          options.json ? ReportStyle::Json : ReportStyle::Sentence);
}

} // namespace

void addQuantize(CommandLine& line) {
    auto options = std::make_shared<QuantizeOptions>();
    Command command = line.add(
        "quantize",
        "Write a model as GGUF, smaller if wanted.\nReads a GGUF file or a Hugging Face folder and "
        "writes one GGUF file whose matrices are stored in the given type. Q8_0 is nearly exact; "
        "Q4_K_M and Q4_0 take about a third and a quarter of F16, at some loss. The best result "
        "comes from F16 or F32. The file appears whole or not at all.");
    command.text("IN", options->in, "", "A GGUF file or a Hugging Face folder.", Need::Required);
    command.text("OUT", options->out, "", "The GGUF file to write.", Need::Required);
    command.text("--type", options->type, "TYPE", "One of " + presetNames() + ".", Need::Required);
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli quantize phi-2 phi-2.Q4_K_M.gguf --type Q4_K_M");
    command.run([options] { return quantize(*options); });
}

} // namespace phidelity
