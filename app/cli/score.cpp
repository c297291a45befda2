// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "inference/model/scorer.h"
#include "interrupt.h"
#include "json_text.h"
#include "numbers.h"
#include "options.h"
#include "output.h"
#include "token_json.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kMostAlternatives = 1'000'000;

struct ScoreOptions {
    std::string model;
    DeviceOptions device;
    std::string file;
    std::uint32_t alternatives = 0;
    bool json = false;
};

Result<std::string> readText(const std::string& path) {
    if (path == "-") {
        return readStandardInput();
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file || file.bad()) {
        return fail(ErrorCode::FileUnreadable, path);
    }
    return text;
}

/// A token's text on one line of a table.
std::string quoted(std::string_view bytes) {
    Json object;
    putText(object, bytes);
    return object["text"].dump();
}

/// Sums that a text's perplexity is made of.
struct Total {
    double logprob = 0;
    std::size_t count = 0;

    void add(const TokenScore& score) {
        if (!std::isnan(score.logprob)) {
            logprob += static_cast<double>(score.logprob);
            ++count;
        }
    }
    [[nodiscard]] double perplexity() const {
        return std::exp(-logprob / static_cast<double>(count));
    }
};

Json scoreJson(const Tokenizer& tokenizer, const TokenScore& score) {
    Json entry{{"id", score.id}};
    putText(entry, tokenizer.bytes(score.id));
    if (!std::isnan(score.logprob)) { // all but the first token of the text
        entry["logprob"] = asWritten(score.logprob);
        entry["rank"] = score.rank;
        entry["entropy"] = asWritten(score.entropy);
        entry["alternatives"] = alternativesJson(tokenizer, score.alternatives);
    }
    return entry;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%9.4f", value);
    return text;
}

std::string line(const Tokenizer& tokenizer, const TokenScore& score) {
    std::string rank = score.rank < 0 ? "-" : std::to_string(score.rank);
    rank.insert(0, rank.size() < 6 ? 6 - rank.size() : 0, ' ');
    const bool known = !std::isnan(score.logprob);
    return (known ? number(double{score.logprob}) : "        -") + ' ' + rank + ' ' +
           (known ? number(double{score.entropy}) : "        -") + "  " +
           quoted(tokenizer.bytes(score.id)) + '\n';
}

Result<void> score(const ScoreOptions& options) {
    PHIDELITY_TRY(const std::string text, readText(options.file));
    PHIDELITY_TRY(const LoadedModel loaded, loadModel(options.model, options.device));
    Model& model = *loaded.model;
    const Tokenizer& tokenizer = model.tokenizer();
    const std::vector<TokenId> ids = tokenizer.encode(text);
    if (ids.size() < 2) {
        return fail(ErrorCode::BadArgument, options.file +
                                                ": expected a text of at least two tokens, found " +
                                                std::to_string(ids.size()));
    }
    PrefixCache cache(model, 1);
    Output output;
    Result<void> written;
    Json tokens = Json::array();
    Total total;
    if (!options.json) {
        PHIDELITY_CHECK(output.write("  logprob   rank   entropy  token\n"));
    }
    PHIDELITY_TRY(const std::size_t count,
                  scoreTokens(model, cache, ids, {0, options.alternatives}, &interruptFlag(),
                              [&](std::size_t, std::span<const TokenScore> scores) {
                                  for (const TokenScore& one : scores) {
                                      total.add(one);
                                      if (options.json) {
                                          tokens.push_back(scoreJson(tokenizer, one));
                                      } else if (written) {
                                          written = output.write(line(tokenizer, one));
                                      }
                                  }
                              }));
    PHIDELITY_CHECK(written);
    if (options.json) {
        Json json{{"tokens", std::move(tokens)},
                  {"scored", total.count},
                  {"complete", count == ids.size()},
                  {"device", model.device().id},
                  {"model", model.checkpoint().name()}};
        if (total.count > 0) {
            json["mean_logprob"] = total.logprob / static_cast<double>(total.count);
            json["perplexity"] = total.perplexity();
        }
        return output.write(jsonText(json));
    }
    if (total.count == 0) {
        return {};
    }
    return output.write("perplexity " + number(total.perplexity()) + " over " +
                        std::to_string(total.count) + " tokens\n");
}

} // namespace

void addScore(CommandLine& line) {
    auto options = std::make_shared<ScoreOptions>();
    Command command = line.add(
        "score", "Say how well the model foretells a text.\nPrints each token with its "
                 "log-probability, its rank (0: the most likely) and the entropy in its place, "
                 "then the perplexity. The first token is context alone. A text longer than the "
                 "context is read in windows: each begins half a context before its first token.");
    command.text("FILE", options->file, "", "The text; - reads it from standard input.",
                 Need::Required);
    addModelOption(command, options->model);
    command.number("--top-alternatives", options->alternatives, 0, kMostAlternatives,
                   "With --json: how many of the likeliest tokens to list at each place.");
    addDeviceOptions(command, options->device);
    addJsonOption(command, options->json);
    command.footer("Logarithms are natural, entropy is in nats.\n"
                   "Example: phidelity-cli score README.md");
    command.run([options] { return score(*options); });
}

} // namespace phidelity
