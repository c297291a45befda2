// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
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

Result<QByteArray> readAll(const std::string& path) {
    if (path == "-") {
        PHIDELITY_TRY(const std::string text, readStandardInput());
        return QByteArray::fromStdString(text);
    }
    QFile file(QFile::decodeName(path.c_str()));
    if (!file.exists()) {
        return fail(ErrorCode::BadArgument, path + ": there is no such file");
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::FileUnreadable, path + ": " + file.errorString().toStdString());
    }
    return file.readAll();
}

/// Every record in a file, in order: it is one itself, or a transcript in whose messages they
/// stand.
void findRecords(const QJsonValue& value, std::vector<GenerationRecord>& found) {
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        for (const QJsonValue& item : array) {
            findRecords(item, found);
        }
        return;
    }
    const QJsonObject object = value.toObject();
    const bool isRecord = object.value(QLatin1String("prompt")).isArray() &&
                          object.value(QLatin1String("tokens")).isArray() &&
                          object.value(QLatin1String("settings")).isObject();
    if (isRecord) {
        found.push_back(recordFromJson(object));
        return;
    }
    for (const QJsonValue& member : object) {
        findRecords(member, found);
    }
}

Result<std::vector<GenerationRecord>> readRecords(const std::string& path) {
    PHIDELITY_TRY(const QByteArray bytes, readAll(path));
    const QJsonDocument document = QJsonDocument::fromJson(bytes);
    std::vector<GenerationRecord> records;
    findRecords(document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object()),
                records);
    if (records.empty()) {
        return fail(ErrorCode::BadArgument,
                    path + ": expected the record of a reply, or a transcript as JSON with "
                           "settings and probabilities; found none");
    }
    return records;
}

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
    text += oneLine(end.sentence.toStdString()) + '\n';
    if (!end.caution.isEmpty()) {
        text += oneLine(end.caution.toStdString()) + '\n';
    }
    return text;
}

Result<int> replayVerb(const ReplayOptions& options) {
    PHIDELITY_TRY(const std::vector<GenerationRecord> records, readRecords(options.file));
    Output output;
    Json all = Json::array();
    std::size_t identical = 0;
    Loader loader(options);
    for (std::size_t index = 0; index < records.size(); ++index) {
        PHIDELITY_TRY(Model* const model, loader.modelFor(records[index]));
        const ReplayEnded end =
            replayRecord(*model, loader.sha256(), records[index], &interruptFlag());
        identical += end.verdict == ReplayVerdict::Identical ? 1 : 0;
        if (options.json) {
            all.push_back(endJson(end));
        } else {
            PHIDELITY_CHECK(output.write(endText(end, index, records.size())));
        }
        if (interruptFlag().load()) {
            break;
        }
    }
    if (options.json) {
        PHIDELITY_CHECK(output.write(
            jsonText({{"identical", identical == records.size()}, {"replies", std::move(all)}})));
    } else if (records.size() > 1) {
        PHIDELITY_CHECK(output.write(std::to_string(identical) + " of " +
                                     std::to_string(records.size()) + " replies are identical.\n"));
    }
    return identical == records.size() ? 0 : 1;
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
