// SPDX-License-Identifier: MIT
#include "lasting_generation.h"

#include <iterator>
#include <optional>
#include <utility>

#include "engine/recording.h"
#include "engine/recovery.h"
#include "engine/sampler_settings.h"

namespace phidelity {

namespace {

/// What is left of a request after a run that was interrupted.
GenerationRequest restOf(const GenerationRequest& request, const FinishedGeneration& done) {
    GenerationRequest rest = request;
    for (const GeneratedToken& token : done.tokens) {
        rest.prompt.push_back(token.id);
    }
    rest.sampling = done.samplingAfter;
    if (rest.maxTokens != 0) {
        rest.maxTokens -= static_cast<std::uint32_t>(done.tokens.size());
    }
    return rest;
}

/// The run that `first` began and `second` went on with.
FinishedGeneration joined(FinishedGeneration first, FinishedGeneration second) {
    second.samplingBefore = first.samplingBefore;
    second.prompt = std::move(first.prompt);
    second.timings.promptTokens = first.timings.promptTokens;
    second.timings.reusedTokens = first.timings.reusedTokens;
    second.timings.generateMs += first.timings.generateMs + second.timings.promptMs;
    second.timings.promptMs = first.timings.promptMs;
    second.timings.generatedTokens += first.timings.generatedTokens;
    second.timings.guessedTokens += first.timings.guessedTokens;
    second.timings.guessedRight += first.timings.guessedRight;
    first.tokens.insert(first.tokens.end(), std::make_move_iterator(second.tokens.begin()),
                        std::make_move_iterator(second.tokens.end()));
    second.tokens = std::move(first.tokens);
    second.text = first.text + second.text;
    return second;
}

} // namespace

Result<OpenedModel> loadToLast(const OpenModelRequest& request,
                               const std::shared_ptr<const Checkpoint>& checkpoint,
                               const BackendFactory& openDevice, const StopFlag* stop,
                               const std::function<void(const std::string&)>& say) {
    LoadOptions options;
    options.stop = stop;
    auto opened = loadOn(request.device.toStdString(), request, checkpoint, openDevice, options);
    if (opened || request.device != QLatin1String("auto") || !isDeviceFailure(opened.error())) {
        return opened;
    }
    auto onCpu = loadOn("cpu", request, checkpoint, openDevice, options);
    if (!onCpu) {
        return opened;
    }
    say("The CPU has taken over: " + opened.error().detail + '.');
    return onCpu;
}

Result<LastingReply> generateToTheEnd(OpenedModel& opened, const GenerationRequest& request,
                                      const BackendFactory& openDevice, const StopFlag* stop,
                                      const std::function<void(const GenerationEvent&)>& listener,
                                      const std::function<void(const std::string&)>& say) {
    GenerationRequest rest = request;
    std::optional<FinishedGeneration> before;
    std::vector<ReplyPart> parts;
    while (true) {
        auto run = generate(*opened.model, *opened.cache, rest, stop, listener);
        std::optional<Error> failure = run ? run->failure : std::optional(run.error());
        if (run) {
            rest = restOf(rest, *run);
            if (parts.empty() || !run->tokens.empty()) {
                parts.push_back({originOf(*opened.model), *run});
            }
            before = before ? joined(std::move(*before), std::move(*run)) : std::move(*run);
        }
        if (!failure) {
            return LastingReply{std::move(*before), std::move(parts)};
        }
        if (!isDeviceFailure(*failure) || opened.isOnCpu()) {
            return tl::unexpected<Error>(std::move(*failure));
        }
        Recovery recovery = recover(std::exchange(opened, {}), *failure, openDevice, stop);
        say(recovery.sentence.toStdString());
        if (!recovery.opened) {
            return tl::unexpected<Error>(std::move(*failure));
        }
        opened = std::move(*recovery.opened);
    }
}

QList<GenerationRecord> recordsOf(const LastingReply& reply, const GenerationRequest& request) {
    QList<GenerationRecord> records;
    for (const ReplyPart& part : reply.parts) {
        GenerationRecord record = part.origin;
        record.settings = fromSamplerSettings(request.sampler);
        record.settings.maxTokens = static_cast<int>(request.maxTokens);
        for (const std::string& stop : request.stops) {
            record.stops.append(QString::fromStdString(stop));
        }
        record.alternativesAsked = static_cast<int>(request.alternatives);
        addGeneration(part.generation, record);
        records.append(std::move(record));
    }
    return records;
}

} // namespace phidelity
