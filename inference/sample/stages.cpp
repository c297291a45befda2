// SPDX-License-Identifier: MIT
#include "inference/sample/stages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "inference/sample/dry.h"
#include "inference/sample/exp_sum.h"

namespace phidelity {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

/// A finite logit stays finite whatever arithmetic gives; a banned one stays banned.
float changed(float before, float after) {
    return before == -kInfinity ? before : std::clamp(after, -kLargest, kLargest);
}

std::span<const TokenId> lastOf(std::span<const TokenId> history, std::int32_t window) {
    const std::size_t count =
        window < 0 ? history.size() : std::min(history.size(), static_cast<std::size_t>(window));
    return history.last(count);
}

void addBias(const StageContext& context, Candidates& candidates) {
    for (const auto& [id, bias] : context.settings.logitBias) {
        if (const auto index = candidates.find(id)) {
            float& logit = candidates.logits()[*index];
            logit = bias == -kInfinity ? bias : changed(logit, logit + bias);
        }
    }
}

void penalize(const StageContext& context, Candidates& candidates) {
    const SamplerSettings& settings = context.settings;
    const auto window = lastOf(context.history, settings.penaltyWindow);
    std::vector<TokenId> seen(window.begin(), window.end());
    std::sort(seen.begin(), seen.end());
    for (auto run = seen.begin(); run != seen.end();) {
        const auto end = std::upper_bound(run, seen.end(), *run);
        if (const auto index = candidates.find(*run)) {
            float& logit = candidates.logits()[*index];
            const float repeated =
                logit > 0 ? logit / settings.repeatPenalty : logit * settings.repeatPenalty;
            const auto count = static_cast<float>(end - run);
            logit = changed(logit, repeated - count * settings.frequencyPenalty -
                                       settings.presencePenalty);
        }
        run = end;
    }
}

void penalizeRepeats(const StageContext& context, Candidates& candidates) {
    const SamplerSettings& settings = context.settings;
    const auto allowed = static_cast<std::uint32_t>(settings.dryAllowedLength);
    const auto repeats =
        longestRepeats(lastOf(context.history, settings.dryWindow), context.breakers, allowed);
    for (const auto& [id, length] : repeats) {
        if (const auto index = candidates.find(id)) {
            double penalty = double{settings.dryMultiplier};
            for (auto more = length - allowed; more > 0 && penalty < double{kLargest}; --more) {
                penalty *= double{settings.dryBase};
            }
            float& logit = candidates.logits()[*index];
            logit = changed(logit, logit - static_cast<float>(std::min(penalty, double{kLargest})));
        }
    }
}

void keepNearTheBest(float n, Candidates& candidates) {
    // Partial sums side by side in a fixed order, as in expSum.
    constexpr std::size_t kLanes = 8;
    const auto logits = std::as_const(candidates).logits();
    std::size_t finite = 0;
    const auto sum = [&](auto term) {
        std::array<double, kLanes> lanes{};
        finite = 0;
        for (std::size_t index = 0; index < logits.size(); ++index) {
            if (logits[index] != -kInfinity) {
                lanes[index % kLanes] += term(static_cast<double>(logits[index]));
                ++finite;
            }
        }
        double total = 0;
        for (const double lane : lanes) {
            total += lane;
        }
        return total;
    };
    const double total = sum([](double z) { return z; });
    const double mean = total / static_cast<double>(finite);
    const double squares = sum([mean](double z) { return (z - mean) * (z - mean); });
    const double deviation = std::sqrt(squares / static_cast<double>(finite));
    const double least =
        static_cast<double>(largestOf(logits)) - static_cast<double>(n) * deviation;
    candidates.keepIf([least](float z) { return static_cast<double>(z) >= least; });
}

/// Keeps the shortest prefix, in descending order of `keys`, whose probability reaches `share`: the
/// token that crosses is kept. `strict`: it must exceed the share.
enum class Crossing { Reach, Exceed };
void keepShare(std::span<const float> keys, float share, Crossing crossing,
               Candidates& candidates) {
    const auto logits = std::as_const(candidates).logits();
    const float top = largestOf(logits);
    const double wanted = static_cast<double>(share) * expSum(logits, top);
    double sum = 0;
    candidates.keep(walkDescending(keys, [&](std::uint32_t index) {
        sum += static_cast<double>(expOfNegative(logits[index] - top));
        return crossing == Crossing::Reach ? sum < wanted : sum <= wanted;
    }));
}

void keepTypical(float tau, Candidates& candidates) {
    const auto logits = std::as_const(candidates).logits();
    const float top = largestOf(logits);
    const double sum = expSum(logits, top);
    // -ln p = ln sum - (z - top), so |-ln p - H| = |c - (z - top)| with c = ln sum - H, the mean of
    // z - top.
    const auto mean = static_cast<float>(expWeightedSum(logits, top) / sum);
    std::vector<float> keys(logits.size());
    for (std::size_t index = 0; index < logits.size(); ++index) {
        keys[index] = -std::abs(mean - (logits[index] - top));
    }
    keepShare(keys, tau, Crossing::Exceed, candidates);
}

void keepProbable(float share, Candidates& candidates) {
    const double least = static_cast<double>(largestOf(std::as_const(candidates).logits())) +
                         std::log(static_cast<double>(share));
    candidates.keepIf([least](float z) { return static_cast<double>(z) >= least; });
}

void excludeTopChoices(const StageContext& context, Candidates& candidates) {
    const double chance = counterUniform(context.settings.seed, context.drawn,
                                         static_cast<std::uint32_t>(RandomStream::Xtc));
    if (chance >= static_cast<double>(context.settings.xtcProbability)) {
        return;
    }
    const auto logits = std::as_const(candidates).logits();
    const float top = largestOf(logits);
    const double least = static_cast<double>(context.settings.xtcThreshold) * expSum(logits, top);
    const auto isTop = [&](float z) {
        return z != -kInfinity && static_cast<double>(expOfNegative(z - top)) >= least;
    };
    std::size_t tops = 0;
    std::size_t last = 0; // the least probable of them, of equal ones that with the highest id
    for (std::size_t index = 0; index < logits.size(); ++index) {
        if (isTop(logits[index])) {
            last = tops == 0 || logits[index] <= logits[last] ? index : last;
            ++tops;
        }
    }
    if (tops < 2) {
        return;
    }
    std::vector<std::uint32_t> left;
    for (std::size_t index = 0; index < logits.size(); ++index) {
        if (index == last || !isTop(logits[index])) {
            left.push_back(static_cast<std::uint32_t>(index));
        }
    }
    candidates.keep(std::move(left));
}

void scale(float temperature, Candidates& candidates) {
    if (temperature == 0) {
        candidates.keep({static_cast<std::uint32_t>(candidates.best())});
        return;
    }
    for (float& logit : candidates.logits()) {
        logit = changed(logit, logit / temperature);
    }
}

} // namespace

bool isOn(StageKind kind, const SamplerSettings& s) {
    switch (kind) {
    case StageKind::LogitBias:
        return !s.logitBias.empty();
    case StageKind::Penalties:
        return s.penaltyWindow != 0 &&
               (s.repeatPenalty != 1 || s.frequencyPenalty != 0 || s.presencePenalty != 0);
    case StageKind::Dry:
        return s.dryMultiplier != 0 && s.dryWindow != 0;
    case StageKind::TopNSigma:
        return s.topNSigma > 0;
    case StageKind::TopK:
        return s.topK > 0;
    case StageKind::Typical:
        return s.typicalP < 1;
    case StageKind::TopP:
        return s.topP < 1;
    case StageKind::MinP:
        return s.minP > 0;
    case StageKind::Xtc:
        return s.xtcProbability > 0 && s.xtcThreshold <= 0.5F;
    case StageKind::Temperature:
        return s.temperature != 1;
    case StageKind::MirostatV2:
        return s.mirostat;
    case StageKind::Greedy:
        return true;
    }
    return false;
}

bool truncates(StageKind kind) {
    switch (kind) {
    case StageKind::TopNSigma:
    case StageKind::TopK:
    case StageKind::Typical:
    case StageKind::TopP:
    case StageKind::MinP:
    case StageKind::Xtc:
        return true;
    default:
        return false;
    }
}

void applyStage(StageKind kind, const StageContext& context, Candidates& candidates) {
    const SamplerSettings& settings = context.settings;
    switch (kind) {
    case StageKind::LogitBias:
        return addBias(context, candidates);
    case StageKind::Penalties:
        return penalize(context, candidates);
    case StageKind::Dry:
        return penalizeRepeats(context, candidates);
    case StageKind::TopNSigma:
        return keepNearTheBest(settings.topNSigma, candidates);
    case StageKind::TopK:
        if (static_cast<std::size_t>(settings.topK) < candidates.count()) {
            candidates.keep(largestIndices(std::as_const(candidates).logits(),
                                           static_cast<std::size_t>(settings.topK)));
        }
        return;
    case StageKind::Typical:
        return keepTypical(settings.typicalP, candidates);
    case StageKind::TopP:
        return keepShare(std::as_const(candidates).logits(), settings.topP, Crossing::Reach,
                         candidates);
    case StageKind::MinP:
        return keepProbable(settings.minP, candidates);
    case StageKind::Xtc:
        return excludeTopChoices(context, candidates);
    case StageKind::Temperature:
        return scale(settings.temperature, candidates);
    case StageKind::MirostatV2:
    case StageKind::Greedy:
        return;
    }
}

void cutBySurprise(float mu, Candidates& candidates) {
    const auto logits = std::as_const(candidates).logits();
    const float top = largestOf(logits);
    const double logSum = std::log(expSum(logits, top));
    // -log2 p <= mu  <=>  z - top >= ln sum - mu ln 2
    const double least =
        static_cast<double>(top) + logSum - static_cast<double>(mu) * std::log(2.0);
    if (static_cast<double>(top) < least) {
        candidates.keep({static_cast<std::uint32_t>(candidates.best())});
        return;
    }
    candidates.keepIf([least](float z) { return static_cast<double>(z) >= least; });
}

} // namespace phidelity
