// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <QStringList>
#include <nlohmann/json.hpp>

#include "chat/generation_record.h"
#include "engine/model_hash.h"
#include "engine/model_source.h"
#include "engine/replay_report.h"
#include "interrupt.h"
#include "json_text.h"
#include "numbers.h"
#include "options.h"
#include "output.h"
#include "record_file.h"
#include "terminal_text.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

struct ReplayOptions {
    std::string file;
    std::string model;
    std::optional<std::string> device;
    std::uint32_t threads = 0;
    std::uint32_t context = 0;
    bool json = false;
};

constexpr std::uint32_t kMostPositions = 1'000'000;

/// The model on the device that a record names, or on the one that was asked for; loaded again only
/// where the next record names another.
class Loader {
public:
    explicit Loader(const ReplayOptions& options) : m_options(options) {}

    Result<Model*> modelFor(const GenerationRecord& record) {
        DeviceOptions wanted;
        wanted.context = m_options.context;
        wanted.device = m_options.device.value_or(record.device.toStdString());
        wanted.threads = m_options.threads;
        if (!m_options.device && m_options.threads == 0) {
            wanted.threads = static_cast<std::uint32_t>(record.threads);
        }
        if (wanted.device.empty()) {
            wanted.device = "auto";
        }
        if (!m_checkpoint) {
            PHIDELITY_TRY(m_checkpoint, openCheckpoint(m_options.model));
            PHIDELITY_TRY(m_sha256, sha256Of(*m_checkpoint, &interruptFlag()));
        }
        if (!m_loaded.model || wanted.device != m_now.device || wanted.threads != m_now.threads) {
            m_loaded.model.reset();
            PHIDELITY_TRY(m_loaded, loadModel(m_checkpoint, wanted));
            m_now = wanted;
        }
        return m_loaded.model.get();
    }
    [[nodiscard]] const QString& sha256() const { return m_sha256; }

private:
    const ReplayOptions& m_options;
    std::shared_ptr<const Checkpoint> m_checkpoint;
    QString m_sha256;
    LoadedModel m_loaded;
    DeviceOptions m_now;
};

std::string_view verdictName(ReplayVerdict verdict) {
    switch (verdict) {
    case ReplayVerdict::Identical:
        return "identical";
    case ReplayVerdict::Differs:
        return "differs";
    case ReplayVerdict::Refused:
        return "refused";
    case ReplayVerdict::Partly:
        return "partly";
    case ReplayVerdict::Stopped:
        return "stopped";
    case ReplayVerdict::Failed:
        break;
    }
    return "failed";
}

Json candidateJson(const ReplayCandidate& candidate) {
    return {{"id", candidate.id},
            {"text", candidate.text.toStdString()},
            {"logprob", asWritten(candidate.logprob)}};
}

Json endJson(const ReplayEnded& end) {
    Json json{{"verdict", verdictName(end.verdict)},
              {"message", end.sentence.toStdString()},
              {"caution", end.caution.toStdString()},
              {"tokens", end.total},
              {"same", end.same},
              {"first_difference", nullptr}};
    if (end.verdict == ReplayVerdict::Differs) {
        json["first_difference"] = Json{{"index", end.firstDifference},
                                        {"expected", candidateJson(end.expected)},
                                        {"found", candidateJson(end.found)},
                                        {"logit_gap", end.logitGap}};
    }
    return json;
}

std::string endText(const ReplayEnded& end, std::size_t index, std::size_t count) {
    std::string text;
    if (count > 1) {
        text = "Reply " + std::to_string(index + 1) + " of " + std::to_string(count) + ": ";
    }
    if (end.verdict == ReplayVerdict::Identical) {
        text += "Identical. ";
    }
    for (const QString& words : {end.sentence, end.caution}) {
        const QStringList lines = words.split(u'\n', Qt::SkipEmptyParts);
        for (const QString& line : lines) {
            text += oneLine(line.toStdString()) + '\n';
        }
    }
    return text;
}

/// Each part on its own device, up to one that stopped.
Result<ReplayEnded> replayReply(Loader& loader, const RecordedReply& recorded) {
    const RecordedReply reply = partsToReplay(recorded);
    QList<ReplayEnded> ends;
    for (const GenerationRecord& part : reply) {
        PHIDELITY_TRY(Model* const model, loader.modelFor(part));
        ends.append(replayRecord(*model, loader.sha256(), part, &interruptFlag()));
        if (ends.last().verdict == ReplayVerdict::Stopped) {
            break;
        }
    }
    return endOfParts(reply, ends);
}

Result<int> replayVerb(const ReplayOptions& options) {
    PHIDELITY_TRY(const std::vector<RecordedReply> replies, readRecordedReplies(options.file));
    Output output;
    Json all = Json::array();
    std::size_t identical = 0;
    Loader loader(options);
    for (std::size_t index = 0; index < replies.size(); ++index) {
        PHIDELITY_TRY(const ReplayEnded end, replayReply(loader, replies[index]));
        identical += end.verdict == ReplayVerdict::Identical ? 1 : 0;
        if (options.json) {
            all.push_back(endJson(end));
        } else {
            PHIDELITY_CHECK(output.write(endText(end, index, replies.size())));
        }
        if (interruptFlag().load()) {
            break;
        }
    }
    if (options.json) {
        PHIDELITY_CHECK(output.write(
            jsonText({{"identical", identical == replies.size()}, {"replies", std::move(all)}})));
    } else if (replies.size() > 1) {
        PHIDELITY_CHECK(output.write(std::to_string(identical) + " of " +
                                     std::to_string(replies.size()) + " replies are identical.\n"));
    }
    return identical == replies.size() ? 0 : 1;
}

} // namespace

void addReplay(CommandLine& line) {
    auto options = std::make_shared<ReplayOptions>();
    Command command = line.add(
        "replay",
        "Run recorded replies again and say whether they come out the same.\nOn the same model, "
        "device and build a reply comes out identical to the bit, whatever ran before it. If not, "
        "the first token that differs is shown: what was recorded, what came now, and how far "
        "their scores are apart.");
    command.text("FILE", options->file, "",
                 "What 'generate --record' wrote, or a transcript exported as JSON; - reads "
                 "standard input.",
                 Need::Required);
    addModelOption(command, options->model);
    command.text("--device", options->device, "DEVICE",
                 "Where to compute; without it, on the device that the record names.");
    command.number("--threads", options->threads, 0, 1024,
                   "Threads on the CPU; 0 takes as many as the record says.");
    command.number("--context", options->context, 0, kMostPositions,
                   "Tokens to make room for; 0 takes as many as the model was made for.");
    addJsonOption(command, options->json);
    command.footer("Exit codes: 0 identical, 1 not identical or not run, 2 wrong usage.\n"
                   "Example: phidelity-cli generate --prompt \"Once\" --record reply.json\n"
                   "         phidelity-cli replay reply.json");
    command.runForCode([options] { return replayVerb(*options); });
}

} // namespace phidelity
