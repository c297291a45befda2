// SPDX-License-Identifier: MIT
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QDateTime>
#include <QFile>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "chat/format_json.h"
#include "chat/prompt_format.h"
#include "engine/model_hash.h"
#include "engine/model_source.h"
#include "engine/sampler_settings.h"
#include "inference/model/generator.h"
#include "inference/sample/settings_json.h"
#include "interrupt.h"
#include "json_text.h"
#include "lasting_generation.h"
#include "numbers.h"
#include "options.h"
#include "output.h"
#include "record_file.h"
#include "sampler_options.h"
#include "several_samples.h"
#include "token_json.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kMostTokens = 1'000'000;
constexpr std::uint32_t kMostGuessed = 15;

struct GenerateOptions {
    std::string model;
    DeviceOptions device;
    std::optional<std::string> prompt;
    std::string dash; ///< "-" in the place of --prompt
    std::string format = "raw";
    std::string formatFile; ///< a path, or empty
    std::string formatName; ///< of those in the file
    std::uint32_t maxTokens = 256;
    std::uint32_t alternatives = 0;
    std::vector<std::string> stops;
    SamplerOptions sampler;
    bool json = false;
    std::string record; ///< a path, or empty
    std::uint32_t samples = 1;
    std::uint32_t draft = 0;
};

Result<std::string> readPrompt(const GenerateOptions& options) {
    if (options.prompt && !options.dash.empty()) {
        return fail(ErrorCode::BadArgument, "--prompt and -: expected one of them, found both");
    }
    if (options.prompt && options.prompt != "-") {
        return *options.prompt;
    }
    if (::isatty(STDIN_FILENO) == 1) {
        std::fputs("Type the prompt; Ctrl+D on an empty line ends it.\n", stderr);
    }
    return readStandardInput();
}

/// BadArgument where the file cannot be read, or holds no such format.
Result<PromptFormat> chosenFormat(const GenerateOptions& options) {
    if (options.formatFile.empty()) {
        return PromptFormat(formatFromKey(QString::fromStdString(options.format), nullptr));
    }
    const FormatFile file = readFormatFileAt(QFile::decodeName(options.formatFile.c_str()));
    if (!file.problem.isEmpty()) {
        return fail(ErrorCode::BadArgument, "--format-file: " + file.problem.toStdString());
    }
    const QString wanted = QString::fromStdString(options.formatName);
    QStringList names;
    for (const PromptFormat& format : file.formats) {
        names.append(formatTitle(format));
        if (names.last() == wanted || (wanted.isEmpty() && file.formats.size() == 1)) {
            return format;
        }
    }
    return fail(ErrorCode::BadArgument, "--format-name: expected one of \"" +
                                            names.join(QLatin1String("\", \"")).toStdString() +
                                            "\", found \"" + options.formatName + "\"");
}

/// The exact text for the model. Raw text does not go through QString, which would have to replace
/// bytes that are not UTF-8.
std::string formatPrompt(const PromptFormat& format, const std::string& text) {
    if (format == FormatId::Raw) {
        return text;
    }
    return buildPrompt(format, {{Speaker::User, QString::fromStdString(text)}}).toStdString();
}

/// Which tokens were computed where.
Json partsJson(const std::vector<ReplyPart>& parts) {
    Json list = Json::array();
    std::size_t from = 1;
    for (const ReplyPart& part : parts) {
        list.push_back({{"from_token", from},
                        {"tokens", part.generation.tokens.size()},
                        {"device", part.origin.device.toStdString()},
                        {"device_name", part.origin.deviceName.toStdString()}});
        from += part.generation.tokens.size();
    }
    return list;
}

Result<Json> replyJson(const OpenedModel& opened, const LastingReply& reply) {
    // Hashing reads the whole file, so it waits until the text is there.
    PHIDELITY_TRY(const std::string hash, opened.model->checkpoint().sha256());
    const FinishedGeneration& record = reply.whole;
    const Timings& timings = record.timings;
    return Json{{"text", record.text},
                {"tokens", tokensJson(opened.model->tokenizer(), record)},
                {"finish_reason", finishReasonName(record.finish)},
                {"cut", record.cut},
                {"seed", record.sampler.seed},
                {"sampler", Json::parse(toJson(record.sampler))},
                {"device", opened.model->device().id},
                {"device_name", opened.model->device().name},
                {"parts", partsJson(reply.parts)},
                {"layers", opened.model->shape().layers},
                {"gpu_layers", layersOnGpu(*opened.model)},
                {"model", opened.model->checkpoint().name()},
                {"model_sha256", hash},
                {"prompt_ids", record.prompt},
                {"timings",
                 {{"load_ms", opened.facts.loadMs},
                  {"prompt_tokens", timings.promptTokens},
                  {"prompt_ms", timings.promptMs},
                  {"generated_tokens", timings.generatedTokens},
                  {"generate_ms", timings.generateMs},
                  {"guessed_tokens", timings.guessedTokens},
                  {"guessed_right", timings.guessedRight}}}};
}

/// Writes what `replay` needs. WriteFailed.
Result<void> writeRecord(const GenerateOptions& options, const Model& model,
                         const GenerationRequest& request, const LastingReply& reply,
                         qint64 startedMs) {
    PHIDELITY_TRY(const QString hash, sha256Of(model.checkpoint()));
    QList<GenerationRecord> parts = recordsOf(reply, request);
    for (GenerationRecord& record : parts) {
        record.modelSha256 = hash;
        record.startedMs = startedMs;
    }
    return writeRecordedReply(options.record, parts);
}

/// Writes text as it comes, without the space that the model puts before an answer.
class Stream {
public:
    Stream(Output& output, const PromptFormat& format) : m_output(output), m_format(format) {}

    void push(std::string_view text) {
        if (text.empty() || !m_result) {
            return;
        }
        std::string shown(text);
        if (!m_started) {
            shown = displayedReply(m_format, QString::fromStdString(shown)).toStdString();
        }
        m_started = true;
        m_endsLine = text.back() == '\n';
        m_result = m_output.writeModelText(shown);
        if (!m_result) {
            interruptFlag().store(true);
        }
    }
    Result<void> finish() { return m_result && !m_endsLine ? m_output.write("\n") : m_result; }

private:
    Output& m_output;
    PromptFormat m_format;
    bool m_started = false;
    bool m_endsLine = false;
    Result<void> m_result;
};

Result<void> generateVerb(const GenerateOptions& options) {
    PHIDELITY_TRY(const SamplerSettings sampler, samplerFrom(options.sampler));
    PHIDELITY_TRY(const PromptFormat format, chosenFormat(options));
    PHIDELITY_TRY(const std::string text, readPrompt(options));
    PHIDELITY_TRY(LastingModel lasting, openModel(options.model, options.device));
    const Model& model = *lasting.opened.model;

    GenerationRequest request;
    request.prompt = encodePrompt(model.tokenizer(), formatPrompt(format, text));
    PHIDELITY_CHECK(checkPromptFits(request.prompt.size(), model.context()));
    request.sampler = sampler;
    request.maxTokens = options.maxTokens;
    request.alternatives = options.alternatives;
    request.mostGuessed = options.draft;
    for (const QString& stop : stopStrings(format)) {
        request.stops.push_back(stop.toStdString());
    }
    request.stops.insert(request.stops.end(), options.stops.begin(), options.stops.end());

    if (options.samples > 1) {
        return writeSeveralSamples(lasting.opened, request, options.samples, format,
                                   options.json ? SamplesForm::Json : SamplesForm::Text,
                                   options.record);
    }

    const qint64 startedMs = QDateTime::currentMSecsSinceEpoch();
    Output output;
    Stream stream(output, format);
    const auto listener = [&](const GenerationEvent& event) {
        if (!options.json) {
            stream.push(event.text);
        }
    };
    auto reply = generateToTheEnd(lasting.opened, request, lasting.openDevice, &interruptFlag(),
                                  listener, warn);
    if (!options.json) {
        PHIDELITY_CHECK(stream.finish());
    }
    if (!reply) {
        return tl::unexpected<Error>(std::move(reply).error());
    }
    if (!options.record.empty()) {
        PHIDELITY_CHECK(writeRecord(options, *lasting.opened.model, request, *reply, startedMs));
    }
    if (!options.json) {
        return {};
    }
    PHIDELITY_TRY(const Json json, replyJson(lasting.opened, *reply));
    return output.write(jsonText(json));
}

} // namespace

void addGenerate(CommandLine& line) {
    auto options = std::make_shared<GenerateOptions>();
    Command command = line.add(
        "generate", "Continue a text, answer a question, chat or write code.\nStreams the model's "
                    "text to standard output. Ctrl+C ends it and keeps what is there.");
    addModelOption(command, options->model);
    command.text("-p,--prompt", options->prompt, "TEXT",
                 "The text to start from. With - or without this option it is read from standard "
                 "input.");
    command.choice("stdin", options->dash, {"-"}, "", "-: read the prompt from standard input.");
    command.choice("--format", options->format, {"raw", "qa", "chat", "code"}, "FORMAT",
                   "How the prompt is put to the model: raw as it stands; qa as \"Instruct: "
                   "...\\nOutput:\"; chat as \"Alice: ...\\nBob:\"; code as a signature and "
                   "docstring whose body is wanted. Each but raw ends where the model begins to "
                   "invent a next turn.");
    command.text(
        "--format-file", options->formatFile, "FILE",
        "A prompt format of your own in place of --format: a file that the window's editor "
        "of formats has exported.");
    command.text("--format-name", options->formatName, "NAME",
                 "Which one of the formats in --format-file, where it holds several.");
    command.number("--max-tokens", options->maxTokens, 0, kMostTokens,
                   "Most tokens to generate; 0 goes on until the context is full.");
    command.texts("--stop", options->stops, "TEXT",
                  "End when this text comes up; it is cut off. May be given several times.");
    command.number("--top-alternatives", options->alternatives, 0, kMostTokens,
                   "With --json: how many of the likeliest tokens to list at each place.");
    command.text(
        "--record", options->record, "FILE",
        "Write the record of the reply, or of each with --samples, to this file: what 'replay' "
        "needs to run it again.");
    command.number("--samples", options->samples, 1, kMostSamples,
                   "So many continuations of the prompt, written side by side in little more time "
                   "than one; each with the next seed, and each as it would come alone with it. "
                   "They are shown when all have ended.");
    command.number(
        "--draft", options->draft, 0, kMostGuessed,
        "Guess up to so many tokens ahead from what the text says already and check them "
        "together: quicker where an answer repeats its prompt, as edits of code do. What "
        "comes out stays the same to the bit; where a device cannot promise that, "
        "nothing is guessed. 7 is a good number.");
    addSamplerOptions(command, options->sampler);
    addDeviceOptions(command, options->device);
    addJsonOption(command, options->json);
    command.footer("Log-probabilities are natural logarithms under the model, before any sampler\n"
                   "option.\n"
                   "Example: phidelity-cli generate --format qa --prompt \"What is 17 + 25?\"");
    command.run([options] { return generateVerb(*options); });
}

} // namespace phidelity
