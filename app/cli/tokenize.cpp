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

struct TokenizeOptions {
    std::string model;
    bool special = false;
    bool json = false;
};

Result<void> tokenize(const TokenizeOptions& options) {
    PHIDELITY_TRY(const auto tokenizer, openTokenizer(options.model));
    PHIDELITY_TRY(const std::string text, readStandardInput());
    const std::vector<TokenId> ids =
        tokenizer->encode(text, options.special ? SpecialTokens::Parse : SpecialTokens::Plain);
    Output output;
    if (options.json) {
        return output.write(jsonText({{"ids", ids}}));
    }
    std::string line;
    for (const TokenId id : ids) {
        line += line.empty() ? "" : " ";
        line += std::to_string(id);
    }
    return output.write(line + '\n');
}

} // namespace

void addTokenize(CommandLine& line) {
    auto options = std::make_shared<TokenizeOptions>();
    Command command =
        line.add("tokenize", "Turn text into token ids.\nReads text from standard input and prints "
                             "its token ids on one line, separated by spaces. Every byte counts, "
                             "the last line end too.");
    addModelOption(command, options->model);
    command.flag("--special", options->special,
                 "Read <|endoftext|> in the text as the token that ends a document. Without it, it "
                 "is thirteen plain characters.");
    addJsonOption(command, options->json);
    command.footer("Example: printf 'Hello world' | phidelity-cli tokenize");
    command.run([options] { return tokenize(*options); });
}

} // namespace phidelity
