// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "engine/model_source.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "verbs.h"

namespace phidelity {

namespace {

struct DetokenizeOptions {
    std::string model;
    bool json = false;
};

Result<void> detokenize(const DetokenizeOptions& options) {
    PHIDELITY_TRY(const auto tokenizer, openTokenizer(options.model));
    PHIDELITY_TRY(const std::string input, readStandardInput());
    PHIDELITY_TRY(const std::vector<TokenId> ids, parseTokenIds(input));
    const std::string text = tokenizer->decode(ids);
    Output output;
    if (options.json) {
        return output.write(jsonText({{"text", text}}));
    }
    return output.writeModelText(text);
}

} // namespace

void addDetokenize(CommandLine& line) {
    auto options = std::make_shared<DetokenizeOptions>();
    Command command = line.add(
        "detokenize", "Turn token ids back into text.\nReads token ids from standard input, "
                      "separated by spaces, commas or line ends, and prints the text they stand "
                      "for, nothing added. Bytes that are not UTF-8 become U+FFFD.");
    addModelOption(command, options->model);
    addJsonOption(command, options->json);
    command.footer("Example: echo 15496 995 | phidelity-cli detokenize --model phi-2.gguf");
    command.run([options] { return detokenize(*options); });
}

} // namespace phidelity
