// SPDX-License-Identifier: MIT
#include "several_samples.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <QDateTime>
#include <nlohmann/json.hpp>

#include "engine/model_hash.h"
#include "engine/recording.h"
#include "inference/model/samples.h"
#include "inference/sample/settings_json.h"
#include "interrupt.h"
#include "json_text.h"
#include "lasting_generation.h"
#include "output.h"
#include "record_file.h"
#include "token_json.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

Result<void> writeText(Output& output, const std::vector<FinishedGeneration>& all,
                       const PromptFormat& format) {
    for (std::size_t index = 0; index < all.size(); ++index) {
        const FinishedGeneration& one = all[index];
        PHIDELITY_CHECK(output.write("--- " + std::to_string(index + 1) + " of " +
                                     std::to_string(all.size()) + ", seed " +
                                     std::to_string(one.sampler.seed) + " ---\n"));
        const std::string shown =
            displayedReply(format, QString::fromStdString(one.text)).toStdString();
        PHIDELITY_CHECK(output.writeModelText(shown));
        if (!shown.ends_with('\n')) {
            PHIDELITY_CHECK(output.write("\n"));
        }
    }
    return {};
}

Json samplesJson(const OpenedModel& opened, const std::vector<FinishedGeneration>& all) {
    Json samples = Json::array();
    double generateMs = 0;
    for (const FinishedGeneration& one : all) {
        samples.push_back({{"text", one.text},
                           {"tokens", tokensJson(opened.model->tokenizer(), one)},
                           {"finish_reason", finishReasonName(one.finish)},
                           {"cut", one.cut},
                           {"seed", one.sampler.seed}});
        generateMs = std::max(generateMs, one.timings.generateMs);
    }
    return Json{{"samples", std::move(samples)},
                {"sampler", Json::parse(toJson(all.front().sampler))},
                {"device", opened.model->device().id},
                {"device_name", opened.model->device().name},
                {"model", opened.model->checkpoint().name()},
                {"prompt_ids", all.front().prompt},
                {"timings",
                 {{"load_ms", opened.facts.loadMs},
                  {"prompt_tokens", all.front().timings.promptTokens},
                  {"prompt_ms", all.front().timings.promptMs},
                  {"generate_ms", generateMs}}}};
}

Result<void> writeRecords(const OpenedModel& opened, const std::vector<GenerationRequest>& requests,
                          const std::vector<FinishedGeneration>& all, qint64 startedMs,
                          const std::string& path) {
    // Hashing reads the whole file, so it waits until the texts are there.
    PHIDELITY_TRY(const QString hash, sha256Of(opened.model->checkpoint()));
    const GenerationRecord origin = originOf(*opened.model);
    std::vector<RecordedReply> samples;
    for (std::size_t index = 0; index < all.size(); ++index) {
        RecordedReply reply = recordsOf({all[index], {{origin, all[index]}}}, requests[index]);
        for (GenerationRecord& part : reply) {
            part.modelSha256 = hash;
            part.startedMs = startedMs;
        }
        samples.push_back(std::move(reply));
    }
    return writeRecordedSamples(path, samples);
}

} // namespace

Result<void> writeSeveralSamples(const OpenedModel& opened, const GenerationRequest& request,
                                 std::uint32_t count, const PromptFormat& format, SamplesForm form,
                                 const std::string& record) {
    const qint64 startedMs = QDateTime::currentMSecsSinceEpoch();
    std::vector<GenerationRequest> requests(count, request);
    for (std::uint32_t index = 0; index < count; ++index) {
        requests[index].sampler.seed += index;
    }
    PHIDELITY_TRY(const std::vector<FinishedGeneration> all,
                  generateSideBySide(*opened.model, *opened.cache, requests, &interruptFlag()));
    Output output;
    if (form == SamplesForm::Json) {
        PHIDELITY_CHECK(output.write(jsonText(samplesJson(opened, all))));
    } else {
        PHIDELITY_CHECK(writeText(output, all, format));
    }
    if (!record.empty()) {
        PHIDELITY_CHECK(writeRecords(opened, requests, all, startedMs, record));
    }
    for (const FinishedGeneration& one : all) {
        if (one.failure) {
            return tl::unexpected<Error>(*one.failure);
        }
    }
    return {};
}

} // namespace phidelity
