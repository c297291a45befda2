// SPDX-License-Identifier: MIT
#include "sampler_options.h"

#include <algorithm>
#include <limits>
#include <random>
#include <sstream>

#include "engine/sampler_settings.h"
#include "numbers.h"

namespace phidelity {

namespace {

constexpr std::int32_t kMany = 1'000'000;

Result<std::pair<TokenId, float>> parseBias(const std::string& text) {
    const std::size_t equals = text.find('=');
    TokenId id = 0;
    float value = 0;
    if (equals == std::string::npos || !parseNumber(std::string_view(text).substr(0, equals), id) ||
        !parseNumber(std::string_view(text).substr(equals + 1), value) ||
        value == std::numeric_limits<float>::infinity()) {
        return fail(ErrorCode::BadArgument,
                    "--logit-bias: expected ID=VALUE such as 50256=-2.5 or 11=-inf, found '" +
                        text + "'");
    }
    return std::pair(id, value);
}

Result<std::vector<StageKind>> parseOrder(const std::string& text) {
    std::vector<StageKind> order;
    std::istringstream stream(text);
    std::string name;
    while (std::getline(stream, name, ',')) {
        std::ranges::replace(name, '-', '_');
        PHIDELITY_TRY(const StageKind stage, stageFromName(name));
        order.push_back(stage);
    }
    return order;
}

std::string stageNames() {
    std::string names;
    for (int index = 0; index < kStageKinds; ++index) {
        names += names.empty() ? "" : ", ";
        names += stageName(static_cast<StageKind>(index));
    }
    return names;
}

void addTruncation(Command& command, SamplerSettings& settings) {
    command.number("--temperature", settings.temperature, 0, 100,
                   "How freely to draw: 0 always takes the most likely token, 1 draws as the model "
                   "predicts, more is wilder.");
    command.number("--top-k", settings.topK, 0, kMany,
                   "Draw among the N most likely tokens only; 0 is off.");
    command.number(
        "--top-p", settings.topP, 0, 1,
        "Draw among the likeliest tokens that together reach this probability; 1 is off.");
    command.number("--min-p", settings.minP, 0, 1,
                   "Drop tokens less likely than this share of the likeliest one; 0 is off.");
    command.number(
        "--typical-p", settings.typicalP, 0, 1,
        "Keep the tokens whose surprise is nearest to the expected, up to this probability; "
        "1 is off.");
    command.number(
        "--top-n-sigma", settings.topNSigma, 0, 100,
        "Keep tokens whose score is within this many standard deviations of the best; 0 is "
        "off.");
    command.number(
        "--xtc-probability", settings.xtcProbability, 0, 1,
        "How often to drop all but the least likely of the good candidates, for less common "
        "words; 0 is off.");
    command.number("--xtc-threshold", settings.xtcThreshold, 0, 1,
                   "The probability from which XTC calls a candidate good; above 0.5 is off.");
}

void addPenalties(Command& command, SamplerSettings& settings) {
    command.number("--repeat-penalty", settings.repeatPenalty, 0, 100,
                   "Make tokens that came lately less likely by this factor; 1 is off.");
    command.number("--frequency-penalty", settings.frequencyPenalty, -100, 100,
                   "Take this from a token's score for each time it came lately; 0 is off.");
    command.number("--presence-penalty", settings.presencePenalty, -100, 100,
                   "Take this from a token's score once if it came lately; 0 is off.");
    command.number("--penalty-window", settings.penaltyWindow, -1, kMany,
                   "How many tokens 'lately' is; -1 is everything, 0 is off.");
    command.number("--dry-multiplier", settings.dryMultiplier, 0, 100,
                   "Strength of DRY, which keeps whole phrases from repeating; 0 is off.");
    command.number("--dry-base", settings.dryBase, 1, 100,
                   "How fast DRY grows with the length of the repeated phrase.");
    command.number("--dry-allowed-length", settings.dryAllowedLength, 1, kMany,
                   "Phrases up to this many tokens may repeat freely under DRY.");
    command.number("--dry-window", settings.dryWindow, -1, kMany,
                   "How many tokens DRY looks back; -1 is everything.");
}

} // namespace

SamplerOptions::SamplerOptions() {
    // The defaults stand in one place, the window's; they are in range.
    if (auto defaults = toSamplerSettings(GenerationSettings(), 0)) {
        settings = std::move(*defaults);
    }
}

void addSamplerOptions(Command& command, SamplerOptions& options) {
    addTruncation(command, options.settings);
    addPenalties(command, options.settings);
    command.flag("--mirostat", options.settings.mirostat,
                 "Steer the surprise of the text (mirostat 2) instead of cutting by top-k, top-p "
                 "and the like.");
    command.number("--mirostat-tau", options.settings.mirostatTau, 0, 100,
                   "The surprise that mirostat steers to, in bits.");
    command.number("--mirostat-eta", options.settings.mirostatEta, 0, 1,
                   "How fast mirostat steers.");
    command.texts("--logit-bias", options.biases, "ID=VALUE",
                  "Add VALUE to the score of token ID; -inf forbids it. May be given several "
                  "times.");
    command.text("--sampler-order", options.order, "STAGES",
                 "Stages in the order in which they apply, separated by commas; those left out do "
                 "nothing. All of them: " +
                     stageNames() + ".");
    command.number("--seed", options.seed,
                   "The same seed, model, prompt, settings and device give the same text. Without "
                   "it, each run takes a new one, which --json reports.");
}

Result<SamplerSettings> samplerFrom(const SamplerOptions& options) {
    SamplerSettings settings = options.settings;
    for (const std::string& text : options.biases) {
        PHIDELITY_TRY(const auto bias, parseBias(text));
        settings.logitBias.push_back(bias);
    }
    if (!options.order.empty()) {
        PHIDELITY_TRY(settings.order, parseOrder(options.order));
    }
    if (options.seed) {
        settings.seed = *options.seed;
    } else {
        std::random_device device;
        settings.seed = (static_cast<std::uint64_t>(device()) << 32) | device();
    }
    PHIDELITY_CHECK(validate(settings));
    return settings;
}

} // namespace phidelity
