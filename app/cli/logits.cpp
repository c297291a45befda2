// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <string>

#include "interrupt.h"
#include "options.h"
#include "output.h"
#include "verbs.h"

namespace phidelity {

namespace {

/// Positions whose logits are held at once: 256 rows of Phi-2 are 50 MiB.
constexpr std::size_t kRowsAtOnce = 256;

struct LogitsOptions {
    std::string model;
    DeviceOptions device;
    std::string tokens;
    std::string output;
    bool decode = false;
};

Result<void> writeRows(Output& output, std::span<const float> rows) {
    static_assert(std::endian::native == std::endian::little, "the file is little-endian");
    const auto bytes = std::as_bytes(rows);
    return output.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<void> logits(const LogitsOptions& options) {
    PHIDELITY_TRY(const std::vector<TokenId> ids, parseTokenIds(options.tokens));
    if (ids.empty()) {
        return fail(ErrorCode::BadArgument, "--tokens: expected at least one token id, found none");
    }
    PHIDELITY_TRY(const LoadedModel loaded, loadModel(options.model, options.device));
    if (ids.size() > loaded.model->context()) {
        return fail(ErrorCode::ContextFull, "--tokens: expected at most " +
                                                std::to_string(loaded.model->context()) +
                                                " ids, found " + std::to_string(ids.size()));
    }
    const std::uint32_t vocabulary = loaded.model->shape().vocabulary;
    if (const auto wrong = std::ranges::find_if(ids, [=](TokenId id) { return id >= vocabulary; });
        wrong != ids.end()) {
        return fail(ErrorCode::BadArgument, "--tokens: expected ids below " +
                                                std::to_string(vocabulary) + ", found " +
                                                std::to_string(*wrong));
    }
    PHIDELITY_CHECK(checkOutputIsNotRead(loaded.model->checkpoint(), options.output));
    // Opening empties what is there: from here on only the disk or a person can stop it.
    PHIDELITY_TRY(Output output, Output::open(options.output));
    Sequence sequence(*loaded.model);
    const std::size_t step = options.decode ? 1 : kRowsAtOnce;
    for (std::size_t begin = 0; begin < ids.size(); begin += step) {
        const auto part = std::span(ids).subspan(begin, std::min(step, ids.size() - begin));
        PHIDELITY_TRY(const auto rows, sequence.extend(part, LogitRows::All, &interruptFlag()));
        if (rows.size() != part.size() * vocabulary) {
            return fail(ErrorCode::BadArgument, "stopped");
        }
        PHIDELITY_CHECK(writeRows(output, rows));
        if (output.readerGone()) {
            return {};
        }
    }
    return output.close();
}

} // namespace

void addLogits(CommandLine& line) {
    auto options = std::make_shared<LogitsOptions>();
    Command command = line.add(
        "logits",
        "Write the raw scores of every token at every position.\nRuns the model over token ids and "
        "writes, for each of them in turn, the scores (logits) of all rows of the vocabulary for "
        "the token that follows: 32-bit little-endian floats, one row a position, no header. "
        "What checks and other programs compare with.");
    addModelOption(command, options->model);
    command.text("--tokens", options->tokens, "IDS",
                 "Token ids, separated by commas: 1212,318,281.", Need::Required);
    command.text("-o,--output", options->output, "FILE",
                 "File to write; an existing one is replaced; - is standard output.",
                 Need::Required);
    command.flag("--decode", options->decode,
                 "Compute one token at a time, as when generating, instead of all together. "
                 "Results agree up to rounding.");
    addDeviceOptions(command, options->device);
    command.footer("Example: phidelity-cli logits --tokens 10,20,30 --output scores.f32");
    command.run([options] { return logits(*options); });
}

} // namespace phidelity
