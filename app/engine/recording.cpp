// SPDX-License-Identifier: MIT
#include "engine/recording.h"

#include <algorithm>
#include <string>

#include <QCoreApplication>
#include <QStringList>

#include "engine/build_id.h"
#include "engine/model_source.h"
#include "engine/sampler_settings.h"
#include "engine/utf8_text.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Replay", text);
}

/// Name, driver and what kernels are chosen by.
QString describeDevice(const DeviceInfo& device) {
    QStringList parts{fromUtf8(device.name)};
    if (!device.driver.empty()) {
        parts.append(fromUtf8(device.driver));
    }
    for (const std::string& feature : device.features) {
        parts.append(fromUtf8(feature));
    }
    return parts.join(QStringLiteral(", "));
}

tl::unexpected<Error> notWhole(const std::string& what) {
    return fail(ErrorCode::BadArgument, "record: " + what);
}

Result<Schedule> scheduleOf(const GenerationRecord& record) {
    Schedule schedule;
    for (const RecordedSteps& steps : record.chunks) {
        if (steps.times < 1 || steps.rows < 1 || steps.kept < 1 || steps.beside < 1 ||
            steps.place < 0 || steps.kept > steps.rows) {
            return notWhole("chunks: expected steps of at least one row that is kept");
        }
        const StepRun run{
            static_cast<std::uint32_t>(steps.times), static_cast<std::uint32_t>(steps.rows),
            static_cast<std::uint32_t>(steps.kept), static_cast<std::uint32_t>(steps.beside),
            static_cast<std::uint32_t>(steps.place)};
        schedule.add(run);
    }
    return schedule;
}

/// Empty where they do not say the text.
std::vector<TokenId> recordedPrompt(const QList<quint32>& tokens, std::string_view text,
                                    const Tokenizer& tokenizer) {
    std::vector<TokenId> prompt;
    prompt.reserve(static_cast<std::size_t>(tokens.size()));
    std::string said;
    for (const quint32 id : tokens) {
        if (id >= tokenizer.size()) {
            return {};
        }
        prompt.push_back(id);
        said += tokenizer.bytes(id);
    }
    while (prompt.size() > 1 && tokenizer.bytes(prompt.back()).empty()) {
        prompt.pop_back();
    }
    if (said != text) {
        prompt.clear();
    }
    return prompt;
}

} // namespace

GenerationRecord originOf(const Model& model) {
    GenerationRecord record;
    record.modelName = fromUtf8(model.checkpoint().name());
    record.modelTypes = fromUtf8(model.checkpoint().typeSummary());
    record.device = fromUtf8(model.device().id);
    record.deviceName = describeDevice(model.device());
    record.build = buildId();
    record.threads = static_cast<int>(model.device().threads);
    return record;
}

void addGeneration(const FinishedGeneration& generation, GenerationRecord& record) {
    record.settings.randomSeed = false;
    record.settings.seed = generation.sampler.seed;
    record.randomPosition = static_cast<qint64>(generation.samplingBefore.drawn);
    record.mirostatBefore = generation.samplingBefore.mirostatMu;
    record.mirostatAfter = generation.samplingAfter.mirostatMu;
    record.prompt = QList<quint32>(generation.prompt.begin(), generation.prompt.end());
    record.chunks.reserve(static_cast<qsizetype>(generation.schedule.runs().size()));
    for (const StepRun& run : generation.schedule.runs()) {
        record.chunks.append({static_cast<int>(run.times), static_cast<int>(run.rows),
                              static_cast<int>(run.kept), static_cast<int>(run.beside),
                              static_cast<int>(run.place)});
    }
    const auto count = static_cast<qsizetype>(generation.tokens.size());
    record.tokens.reserve(count);
    record.logprobs.reserve(count);
    for (const GeneratedToken& token : generation.tokens) {
        record.tokens.append(token.id);
        record.logprobs.append(token.logprob);
        if (record.alternativesAsked > 0) {
            QList<RecordedAlternative> alternatives;
            alternatives.reserve(static_cast<qsizetype>(token.alternatives.size()));
            for (const Candidate& candidate : token.alternatives) {
                alternatives.append({candidate.id, candidate.logprob});
            }
            record.alternatives.append(std::move(alternatives));
        }
    }
    record.reason = fromUtf8(finishReasonName(generation.finish));
    record.reusedTokens = static_cast<int>(generation.timings.reusedTokens);
    record.promptMs = generation.timings.promptMs;
    record.generateMs = generation.timings.generateMs;
}

Result<ReplayTask> taskOf(const GenerationRecord& record) {
    if (record.prompt.isEmpty() || record.tokens.isEmpty()) {
        return notWhole("expected tokens of a prompt and of a reply");
    }
    if (record.logprobs.size() != record.tokens.size() ||
        (!record.alternatives.isEmpty() && record.alternatives.size() != record.tokens.size())) {
        return notWhole("expected as many log-probabilities and alternatives as tokens");
    }
    ReplayTask task;
    PHIDELITY_TRY(task.schedule, scheduleOf(record));
    const auto prompt = static_cast<std::uint64_t>(record.prompt.size());
    const auto all = prompt + static_cast<std::uint64_t>(record.tokens.size());
    if (task.schedule.positions() < prompt || task.schedule.positions() > all) {
        return notWhole("chunks: expected steps of " + std::to_string(prompt) + " to " +
                        std::to_string(all) + " tokens, found " +
                        std::to_string(task.schedule.positions()));
    }
    task.prompt.assign(record.prompt.begin(), record.prompt.end());
    PHIDELITY_TRY(task.sampler, toSamplerSettings(record.settings, record.settings.seed));
    task.start = {static_cast<std::uint64_t>(record.randomPosition), record.mirostatBefore};
    task.alternatives = static_cast<std::uint32_t>(record.alternativesAsked);
    task.tokens.reserve(static_cast<std::size_t>(record.tokens.size()));
    for (qsizetype index = 0; index < record.tokens.size(); ++index) {
        RecordedToken token{record.tokens[index], record.logprobs[index], {}};
        for (const RecordedAlternative& one : record.alternatives.value(index)) {
            token.alternatives.emplace_back(one.id, one.logprob);
        }
        task.tokens.push_back(std::move(token));
    }
    return task;
}

QString cautionOf(const GenerationRecord& record, const GenerationRecord& here) {
    QStringList sentences;
    if (record.modelSha256.isEmpty()) {
        sentences.append(translated("The record does not say which file of the model wrote the "
                                    "reply; another one writes another reply."));
    }
    if (record.device != here.device || record.deviceName != here.deviceName ||
        record.threads != here.threads) {
        sentences.append(translated("The reply was written on another device (%1); this is %2, "
                                    "which may round differently.")
                             .arg(record.deviceName, here.deviceName));
    }
    if (record.build != here.build) {
        sentences.append(translated("The reply was written by another build of Phidelity (%1); "
                                    "this is %2.")
                             .arg(record.build, here.build));
    }
    return sentences.join(u' ');
}

std::vector<TokenId> promptFor(const QList<quint32>& recorded, std::string_view text,
                               const Model& model) {
    std::vector<TokenId> prompt = recordedPrompt(recorded, text, model.tokenizer());
    return !prompt.empty() && checkPromptFits(prompt.size(), model.context())
               ? prompt
               : encodePrompt(model.tokenizer(), text);
}

Continuation continuationOf(const GenerationRecord& before, std::string_view text,
                            const Model& model) {
    Continuation next;
    next.prompt = promptFor(before.prompt + before.tokens, text, model);
    next.seed = before.settings.seed;
    next.sampling = {static_cast<std::uint64_t>(before.randomPosition) +
                         static_cast<std::uint64_t>(before.tokens.size()),
                     before.mirostatAfter};
    return next;
}

} // namespace phidelity
