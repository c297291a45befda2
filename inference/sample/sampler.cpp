// SPDX-License-Identifier: MIT
#include "inference/sample/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inference/sample/candidates.h"
#include "inference/sample/exp_sum.h"
#include "inference/sample/stages.h"

namespace phidelity {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The distribution as the model gave it, over all rows of the head.
struct ModelDistribution {
    std::span<const float> logits;
    double logTotal = 0; ///< ln of the sum of e^logit

    /// `best`: the largest logit below `vocabulary`.
    ModelDistribution(std::span<const float> all, std::uint32_t vocabulary, float best)
        : logits(all.first(vocabulary)) {
        // Rows past the vocabulary are padding: they count where they are numbers.
        float top = best;
        for (const float logit : all.subspan(vocabulary)) {
            top = std::isfinite(logit) ? std::max(top, logit) : top;
        }
        double sum = expSum(logits, top);
        for (const float logit : all.subspan(vocabulary)) {
            sum += static_cast<double>(expOfNegative(logit - top));
        }
        logTotal = static_cast<double>(top) + std::log(sum);
    }

    [[nodiscard]] float logprob(TokenId id) const {
        return static_cast<float>(static_cast<double>(logits[id]) - logTotal);
    }
};

bool isGreedy(const SamplerSettings& settings) {
    return settings.temperature == 0 || std::find(settings.order.begin(), settings.order.end(),
                                                  StageKind::Greedy) != settings.order.end();
}

/// Stages that cannot change which token is the best: greedy need not run those after the last that
/// can.
bool keepsTheBest(StageKind kind) {
    switch (kind) {
    case StageKind::TopNSigma:
    case StageKind::TopK:
    case StageKind::TopP:
    case StageKind::MinP:
    case StageKind::Temperature:
        return true;
    default:
        return false;
    }
}

/// The stages that are on, in order, without the selecting ones.
std::vector<StageKind> activeStages(const SamplerSettings& settings, bool everyStageWanted) {
    std::vector<StageKind> stages;
    for (const StageKind kind : settings.order) {
        const bool selects = kind == StageKind::MirostatV2 || kind == StageKind::Greedy;
        if (!selects && isOn(kind, settings) && !(settings.mirostat && truncates(kind))) {
            stages.push_back(kind);
        }
    }
    if (isGreedy(settings) && !everyStageWanted) {
        while (!stages.empty() && keepsTheBest(stages.back())) {
            stages.pop_back();
        }
    }
    return stages;
}

struct Choice {
    std::size_t index;
    double probability;
};

/// The candidate at which the sum of probabilities, in the order of ids, passes `uniform`.
Choice chooseAt(double uniform, const Candidates& candidates) {
    std::vector<float> weights(candidates.count());
    expInto(candidates.logits(), largestOf(candidates.logits()), weights);
    double total = 0;
    for (const float weight : weights) {
        total += static_cast<double>(weight);
    }
    const double wanted = uniform * total;
    double sum = 0;
    std::size_t chosen = 0;
    for (std::size_t index = 0; index < weights.size(); ++index) {
        if (weights[index] == 0) {
            continue;
        }
        chosen = index;
        sum += static_cast<double>(weights[index]);
        if (sum > wanted) {
            break;
        }
    }
    return {chosen, static_cast<double>(weights[chosen]) / total};
}

std::vector<Candidate> mostLikely(const ModelDistribution& model, std::uint32_t count) {
    std::vector<Candidate> top;
    for (const std::uint32_t id : largestIndices(model.logits, count)) {
        top.push_back({id, model.logits[id], model.logprob(id)});
    }
    return top;
}

} // namespace

Sampler::Sampler(SamplerSettings settings, std::uint32_t vocabulary,
                 std::vector<bool> breakerTokens)
    : m_settings(std::move(settings)), m_vocabulary(vocabulary),
      m_breakerTokens(std::move(breakerTokens)), m_valid(validate(m_settings)) {}

Result<Draw> Sampler::draw(std::span<const float> logits, std::span<const TokenId> history,
                           SamplerState& state, std::uint32_t alternatives,
                           std::vector<StageReport>* reports) const {
    PHIDELITY_CHECK(m_valid);
    if (m_vocabulary == 0 || logits.size() < m_vocabulary) {
        return fail(ErrorCode::BadArgument, "logits: expected at least " +
                                                std::to_string(m_vocabulary) + ", found " +
                                                std::to_string(logits.size()));
    }
    const auto known = logits.first(m_vocabulary);
    if (hasNanOrInfinity(known)) {
        return fail(ErrorCode::NotFinite, "a logit is NaN or infinite");
    }
    const float best = largestOf(known);
    if (best == -kInfinity) {
        return fail(ErrorCode::NotFinite, "every logit is -infinity");
    }
    const ModelDistribution model(logits, m_vocabulary, best);
    const bool greedy = isGreedy(m_settings);
    const std::vector<StageKind> stages = activeStages(m_settings, reports != nullptr);
    const auto finished = [&](TokenId id, double probability) {
        ++state.drawn;
        return Draw{id, model.logprob(id), static_cast<float>(probability),
                    mostLikely(model, alternatives)};
    };
    if (greedy && stages.empty() && reports == nullptr && !m_settings.mirostat) {
        const auto found = std::find(known.begin(), known.end(), best);
        return finished(static_cast<TokenId>(found - known.begin()), 1);
    }

    const StageContext context{m_settings, history, m_breakerTokens, state.drawn};
    Candidates candidates(known);
    const auto report = [&](StageKind kind) {
        if (reports != nullptr) {
            reports->push_back({kind, candidates.distribution()});
        }
    };
    for (const StageKind kind : stages) {
        applyStage(kind, context, candidates);
        if (largestOf(std::as_const(candidates).logits()) == -kInfinity) {
            return fail(ErrorCode::BadArgument,
                        "the stage " + std::string(stageName(kind)) + " bans every token");
        }
        report(kind);
    }

    if (greedy) {
        candidates.keep({static_cast<std::uint32_t>(candidates.best())});
    }
    float mu = state.mirostatMu;
    if (m_settings.mirostat) {
        mu = mu == 0 ? 2 * m_settings.mirostatTau : mu;
        cutBySurprise(mu, candidates);
        report(StageKind::MirostatV2);
    } else if (greedy) {
        report(StageKind::Greedy);
    }
    const Choice choice = chooseAt(counterUniform(m_settings.seed, state.drawn,
                                                  static_cast<std::uint32_t>(RandomStream::Draw)),
                                   candidates);
    if (m_settings.mirostat) {
        const auto surprise = static_cast<float>(-std::log2(choice.probability));
        mu -= m_settings.mirostatEta * (surprise - m_settings.mirostatTau);
        // 0 means "not started".
        state.mirostatMu = mu == 0 ? std::numeric_limits<float>::min() : mu;
    }
    return finished(candidates.id(choice.index), choice.probability);
}

} // namespace phidelity
