// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "inference/file/utf8_check.h"
#include "inference/sample/sampler.h"
#include "inference/sample/stages.h"

namespace phidelity {

namespace {

constexpr std::array<std::string_view, kStageKinds> kNames = {
    "logit_bias", "penalties", "dry", "top_n_sigma", "top_k",       "typical",
    "top_p",      "min_p",     "xtc", "temperature", "mirostat_v2", "greedy",
};

/// The shortest text that gives the number back.
std::string shortest(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

tl::unexpected<Error> outOfRange(std::string_view name, const std::string& allowed,
                                 const std::string& found) {
    return fail(ErrorCode::BadArgument,
                std::string(name) + ": expected " + allowed + ", found " + found);
}

/// NaN lies in no range.
Result<void> inRange(std::string_view name, float value, float least, float most) {
    if (value >= least && value <= most) {
        return {};
    }
    return outOfRange(name, shortest(least) + " to " + shortest(most), shortest(value));
}

Result<void> atLeast(std::string_view name, std::int32_t value, std::int32_t least) {
    if (value >= least) {
        return {};
    }
    return outOfRange(name, std::to_string(least) + " or more", std::to_string(value));
}

Result<void> validateOrder(const std::vector<StageKind>& order) {
    std::array<bool, kStageKinds> seen{};
    for (std::size_t index = 0; index < order.size(); ++index) {
        const auto kind = static_cast<std::size_t>(order[index]);
        if (kind >= kStageKinds) {
            return outOfRange("order", "known stages", std::to_string(kind));
        }
        if (seen[kind]) {
            return fail(ErrorCode::BadArgument,
                        "order: the stage " + std::string(kNames[kind]) + " appears twice");
        }
        seen[kind] = true;
        const bool selects =
            order[index] == StageKind::MirostatV2 || order[index] == StageKind::Greedy;
        if (selects && index + 1 != order.size()) {
            return fail(ErrorCode::BadArgument, "order: the stage " + std::string(kNames[kind]) +
                                                    " selects and must be the last");
        }
    }
    return {};
}

template <class... Parts>
std::string joined(const Parts&... parts) {
    std::string text;
    (text.append(parts), ...);
    return text;
}

/// The values of a stage that is on, each after a space.
std::string valuesOf(StageKind kind, const SamplerSettings& s) {
    switch (kind) {
    case StageKind::LogitBias: {
        std::string text;
        for (const auto& [id, bias] : s.logitBias) {
            text.append(joined(" ", std::to_string(id), ":", shortest(bias)));
        }
        return text;
    }
    case StageKind::Penalties:
        return joined(" repeat ", shortest(s.repeatPenalty), " frequency ",
                      shortest(s.frequencyPenalty), " presence ", shortest(s.presencePenalty),
                      " window ", std::to_string(s.penaltyWindow));
    case StageKind::Dry:
        return joined(" ", shortest(s.dryMultiplier), " base ", shortest(s.dryBase), " allowed ",
                      std::to_string(s.dryAllowedLength), " window ", std::to_string(s.dryWindow));
    case StageKind::TopNSigma:
        return joined(" ", shortest(s.topNSigma));
    case StageKind::TopK:
        return joined(" ", std::to_string(s.topK));
    case StageKind::Typical:
        return joined(" ", shortest(s.typicalP));
    case StageKind::TopP:
        return joined(" ", shortest(s.topP));
    case StageKind::MinP:
        return joined(" ", shortest(s.minP));
    case StageKind::Xtc:
        return joined(" ", shortest(s.xtcProbability), " threshold ", shortest(s.xtcThreshold));
    case StageKind::Temperature:
        return joined(" ", shortest(s.temperature));
    case StageKind::MirostatV2:
        return joined(" tau ", shortest(s.mirostatTau), " eta ", shortest(s.mirostatEta));
    case StageKind::Greedy:
        break;
    }
    return {};
}

} // namespace

std::string_view stageName(StageKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return index < kNames.size() ? kNames[index] : std::string_view("unknown");
}

Result<StageKind> stageFromName(std::string_view name) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
        std::string known;
        for (const std::string_view each : kNames) {
            known.append(known.empty() ? "" : ", ").append(each);
        }
        return fail(ErrorCode::BadArgument,
                    "sampler stage: expected one of " + known + "; found " + forMessage(name));
    }
    return static_cast<StageKind>(found - kNames.begin());
}

Result<void> validate(const SamplerSettings& s) {
    PHIDELITY_CHECK(validateOrder(s.order));
    for (const auto& [id, bias] : s.logitBias) {
        if (bias != -std::numeric_limits<float>::infinity()) {
            PHIDELITY_CHECK(
                inRange("logit bias of token " + std::to_string(id), bias, -1e6F, 1e6F));
        }
    }
    PHIDELITY_CHECK(inRange("repeat penalty", s.repeatPenalty, 0.01F, 100));
    PHIDELITY_CHECK(inRange("frequency penalty", s.frequencyPenalty, -100, 100));
    PHIDELITY_CHECK(inRange("presence penalty", s.presencePenalty, -100, 100));
    PHIDELITY_CHECK(atLeast("penalty window", s.penaltyWindow, -1));
    PHIDELITY_CHECK(inRange("dry multiplier", s.dryMultiplier, 0, 1000));
    PHIDELITY_CHECK(inRange("dry base", s.dryBase, 1, 1000));
    PHIDELITY_CHECK(atLeast("dry allowed length", s.dryAllowedLength, 1));
    PHIDELITY_CHECK(atLeast("dry window", s.dryWindow, -1));
    PHIDELITY_CHECK(inRange("top-n-sigma", s.topNSigma, 0, 1000));
    PHIDELITY_CHECK(atLeast("top-k", s.topK, 0));
    PHIDELITY_CHECK(inRange("typical p", s.typicalP, 0, 1));
    PHIDELITY_CHECK(inRange("top-p", s.topP, 0, 1));
    PHIDELITY_CHECK(inRange("min-p", s.minP, 0, 1));
    PHIDELITY_CHECK(inRange("xtc probability", s.xtcProbability, 0, 1));
    PHIDELITY_CHECK(inRange("xtc threshold", s.xtcThreshold, 0, 1));
    if (s.temperature != 0) {
        const auto warm = inRange("temperature", s.temperature, 0.001F, 100);
        if (!warm) {
            return outOfRange("temperature", "0 or 0.001 to 100", shortest(s.temperature));
        }
    }
    PHIDELITY_CHECK(inRange("mirostat tau", s.mirostatTau, 0.01F, 100));
    PHIDELITY_CHECK(inRange("mirostat eta", s.mirostatEta, 0, 1));
    return {};
}

std::string describe(const SamplerSettings& settings) {
    std::string line;
    for (const StageKind kind : settings.order) {
        const bool selects = kind == StageKind::MirostatV2 || kind == StageKind::Greedy;
        if (selects || !isOn(kind, settings) || (settings.mirostat && truncates(kind))) {
            continue;
        }
        line.append(stageName(kind)).append(valuesOf(kind, settings)).append(" > ");
    }
    const bool greedy = settings.temperature == 0 ||
                        (!settings.order.empty() && settings.order.back() == StageKind::Greedy);
    if (settings.mirostat) {
        line.append(stageName(StageKind::MirostatV2))
            .append(valuesOf(StageKind::MirostatV2, settings));
    } else {
        line.append(greedy ? "greedy" : "draw");
    }
    return line.append(", seed ").append(std::to_string(settings.seed));
}

} // namespace phidelity
