// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/model_source.h"
#include "inference/file/tensor_table.h"
#include "interrupt.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "reference_logits.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

/// Differences allowed, as a share of the largest published logit. The published numbers were
/// computed in F32 throughout; ours keep keys and values in F16.
constexpr double kTolerance = 2e-3;

struct VerifyOptions {
    std::string model;
    std::string modelOption;
    DeviceOptions device;
    bool json = false;
};

/// Whether the matrices hold the published weights or rounded ones.
enum class Precision { Exact, Rounded };

Precision precisionOf(const Checkpoint& checkpoint) {
    for (const TensorSpec& spec : tensorTable()) {
        const std::uint32_t copies = spec.perLayer ? checkpoint.shape().layers : 1;
        for (std::uint32_t layer = 0; layer < copies; ++layer) {
            const TensorType type = checkpoint.tensor(spec.role, layer).type;
            if (type != TensorType::F32 && type != TensorType::F16) {
                return Precision::Rounded;
            }
        }
    }
    return Precision::Exact;
}

double toleranceFor(const ReferenceLogits& reference) {
    float largest = 0;
    for (const auto& position : reference.logits) {
        for (const float logit : position) {
            largest = std::max(largest, std::abs(logit));
        }
    }
    return kTolerance * static_cast<double>(largest);
}

double largestDifference(std::span<const float> logits, std::size_t columns,
                         const ReferenceLogits& reference) {
    double largest = 0;
    for (std::size_t position = 0; position < kReferencePositions; ++position) {
        for (std::size_t column = 0; column < kReferenceColumns; ++column) {
            const double difference = static_cast<double>(logits[position * columns + column]) -
                                      static_cast<double>(reference.logits[position][column]);
            largest = std::max(largest, std::abs(difference));
        }
    }
    return largest;
}

struct Comparison {
    const ReferenceLogits* reference = nullptr; ///< null: there is none for this model
    double difference = std::numeric_limits<double>::infinity();
    double tolerance = 0;
    Precision precision = Precision::Exact;

    [[nodiscard]] bool matches() const { return difference <= tolerance; }
};

/// References whose model has the shape of this one; Phi-1 and Phi-1.5 share theirs.
std::vector<const ReferenceLogits*> candidatesFor(const ModelShape& shape) {
    std::vector<const ReferenceLogits*> candidates;
    for (const ReferenceLogits& reference : referenceLogits()) {
        const Result<ModelShape> published = shapeByName(reference.shape);
        if (published && *published == shape) {
            candidates.push_back(&reference);
        }
    }
    return candidates;
}

Result<Comparison> compare(const VerifyOptions& options) {
    const std::string& path = options.model.empty() ? options.modelOption : options.model;
    PHIDELITY_TRY(const auto checkpoint, openCheckpoint(path));
    const auto candidates = candidatesFor(checkpoint->shape());
    Comparison best;
    if (candidates.empty()) {
        return best;
    }
    PHIDELITY_TRY(const LoadedModel loaded, loadModel(checkpoint, options.device));
    Sequence sequence(*loaded.model);
    PHIDELITY_TRY(const auto logits,
                  sequence.extend(kReferenceIds, LogitRows::All, &interruptFlag()));
    const std::size_t columns = checkpoint->shape().vocabulary;
    if (logits.size() < kReferencePositions * columns) {
        return fail(ErrorCode::BadArgument, "stopped");
    }
    for (const ReferenceLogits* reference : candidates) {
        const double difference = largestDifference(logits, columns, *reference);
        if (difference < best.difference) {
            best.reference = reference;
            best.difference = difference;
        }
    }
    best.precision = precisionOf(*checkpoint);
    best.tolerance = toleranceFor(*best.reference);
    return best;
}

std::string sentence(const Comparison& result) {
    if (result.reference == nullptr) {
        return "There is no published reference for this model: nothing was checked. References "
               "exist for Phi-1, Phi-1.5 and Phi-2.";
    }
    char numbers[128];
    std::snprintf(numbers, sizeof numbers, "the largest difference of %zu logits is %.5f",
                  kReferencePositions * kReferenceColumns, result.difference);
    const std::string model(result.reference->model);
    if (result.precision == Precision::Rounded) {
        return "Compared with " + model + ": " + numbers +
               "; the weights are rounded, so that some difference is to be expected.";
    }
    char limit[64];
    std::snprintf(limit, sizeof limit, " (allowed: %.4f)", result.tolerance);
    return (result.matches() ? "Match with " : "No match with ") + model + ": " + numbers + limit +
           '.';
}

Json resultJson(const Comparison& result) {
    Json json{{"reference", nullptr}, {"match", nullptr}, {"message", sentence(result)}};
    if (result.reference != nullptr) {
        json["reference"] = result.reference->model;
        json["largest_difference"] = result.difference;
        if (result.precision != Precision::Rounded) {
            json["match"] = result.matches();
            json["tolerance"] = result.tolerance;
        }
    }
    return json;
}

Result<void> verify(const VerifyOptions& options) {
    PHIDELITY_TRY(const Comparison result, compare(options));
    Output output;
    PHIDELITY_CHECK(
        output.write(options.json ? jsonText(resultJson(result)) : sentence(result) + '\n'));
    if (result.reference != nullptr && result.precision != Precision::Rounded &&
        !result.matches()) {
        return fail(ErrorCode::BadFile, "largest difference " + std::to_string(result.difference));
    }
    return {};
}

} // namespace

void addVerify(CommandLine& line) {
    auto options = std::make_shared<VerifyOptions>();
    Command command = line.add(
        "verify",
        "Check real Phi weights against published numbers.\nRuns the model on ten tokens and "
        "compares 60 logits with those that were published for Phi-1, Phi-1.5 and Phi-2. Says "
        "match or the largest difference; of files with rounded weights (BF16 and quantised) only "
        "the difference. A mismatch of F32 or F16 weights fails. For other models there is no "
        "reference, and nothing is checked.");
    command.text("PATH", options->model, "",
                 "A GGUF file or a Hugging Face folder; without it, the demo model.");
    addModelOption(command, options->modelOption);
    addDeviceOptions(command, options->device);
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli verify phi-2.F16.gguf");
    command.run([options] { return verify(*options); });
}

} // namespace phidelity
