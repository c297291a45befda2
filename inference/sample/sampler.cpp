// SPDX-License-Identifier: MIT
#include "inference/sample/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inference/sample/candidates.h"
#include "inference/sample/exp_sum.h"
#include "inference/sample/raw_distribution.h"
#include "inference/sample/stages.h"

namespace phidelity {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float logprobOf(float logit, double logTotal) {
    return static_cast<float>(static_cast<double>(logit) - logTotal);
}

/// The chain's view of all logits.
class AllKnown {
public:
    explicit AllKnown(const RawDistribution& all) : m_all(all) {}

    [[nodiscard]] Candidates candidates() const { return Candidates(m_all.logits()); }
    [[nodiscard]] TokenId best() const { return m_all.best(); }
    [[nodiscard]] float logprob(TokenId id) const { return m_all.logprob(id); }
    [[nodiscard]] std::vector<Candidate> mostLikely(std::uint32_t count) const {
        return m_all.mostLikely(count);
    }

private:
    const RawDistribution& m_all;
};

/// The same where a device has picked the largest logits.
class TopKnown {
public:
    explicit TopKnown(const TopLogits& top) : m_top(top) {}

    [[nodiscard]] Candidates candidates() const {
        std::vector<RankedLogit> byId(m_top.best.begin(), m_top.best.end());
        std::ranges::sort(byId, {}, &RankedLogit::id);
        std::vector<TokenId> ids;
        std::vector<float> logits;
        for (const RankedLogit& entry : byId) {
            ids.push_back(entry.id);
            logits.push_back(entry.logit);
        }
        return {std::move(ids), std::move(logits)};
    }
    [[nodiscard]] TokenId best() const { return m_top.best.front().id; }
    [[nodiscard]] float logprob(TokenId id) const {
        const auto found = std::ranges::find(m_top.best, id, &RankedLogit::id);
        return logprobOf(found->logit, m_top.logTotal);
    }
    [[nodiscard]] std::vector<Candidate> mostLikely(std::uint32_t count) const {
        std::vector<Candidate> top;
        for (const RankedLogit& entry :
             m_top.best.first(std::min<std::size_t>(count, m_top.best.size()))) {
            top.push_back({entry.id, entry.logit, logprobOf(entry.logit, m_top.logTotal)});
        }
        return top;
    }

private:
    const TopLogits& m_top;
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

StageReport reportOf(StageKind kind, const Candidates& candidates, const ReportWish& wish) {
    StageReport report;
    report.kind = kind;
    report.left = candidates.distribution(wish.shown);
    for (const float logit : candidates.logits()) {
        report.count += logit == -kInfinity ? 0 : 1;
    }
    report.watched = candidates.probabilities(wish.watched);
    if (wish.kept) {
        report.candidates = std::make_shared<const Candidates>(candidates);
    }
    return report;
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

} // namespace

Sampler::Sampler(SamplerSettings settings, std::uint32_t vocabulary,
                 std::vector<bool> breakerTokens)
    : m_settings(std::move(settings)), m_vocabulary(vocabulary),
      m_breakerTokens(std::move(breakerTokens)), m_valid(validate(m_settings)) {}

Result<Draw> Sampler::draw(std::span<const float> logits, std::span<const TokenId> history,
                           SamplerState& state, std::uint32_t alternatives,
                           std::vector<StageReport>* reports, const ReportWish& wish) const {
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
    if (largestOf(known) == -kInfinity) {
        return fail(ErrorCode::NotFinite, "every logit is -infinity");
    }
    const RawDistribution all(logits, m_vocabulary);
    return drawOf(AllKnown(all), history, state, alternatives, reports, wish);
}

std::uint32_t Sampler::topNeeded(std::uint32_t alternatives) const {
    if (m_settings.mirostat) {
        return 0;
    }
    const std::vector<StageKind> stages = activeStages(m_settings, false);
    if (stages.empty()) {
        return isGreedy(m_settings) ? std::max(1U, alternatives) : 0;
    }
    return stages.front() == StageKind::TopK
               ? std::max(static_cast<std::uint32_t>(m_settings.topK), alternatives)
               : 0;
}

Result<Draw> Sampler::drawFromTop(const TopLogits& top, std::span<const TokenId> history,
                                  SamplerState& state, std::uint32_t alternatives) const {
    PHIDELITY_CHECK(m_valid);
    const std::uint32_t needed = std::min(topNeeded(alternatives), m_vocabulary);
    if (needed == 0 || top.best.size() < needed) {
        return fail(ErrorCode::BadArgument,
                    needed == 0 ? "top logits: expected a chain that begins with its best"
                                : "top logits: expected at least " + std::to_string(needed) +
                                      ", found " + std::to_string(top.best.size()));
    }
    if (!top.allFinite) {
        return fail(ErrorCode::NotFinite, "a logit is NaN or infinite");
    }
    return drawOf(TopKnown(top), history, state, alternatives, nullptr, {});
}

template <class Known>
Result<Draw> Sampler::drawOf(const Known& known, std::span<const TokenId> history,
                             SamplerState& state, std::uint32_t alternatives,
                             std::vector<StageReport>* reports, const ReportWish& wish) const {
    const bool greedy = isGreedy(m_settings);
    const std::vector<StageKind> stages = activeStages(m_settings, reports != nullptr);
    const auto finished = [&](TokenId id, double probability) {
        ++state.drawn;
        return Draw{id, known.logprob(id), static_cast<float>(probability),
                    known.mostLikely(alternatives)};
    };
    if (greedy && stages.empty() && reports == nullptr && !m_settings.mirostat) {
        return finished(known.best(), 1);
    }

    const StageContext context{m_settings, history, m_breakerTokens, state.drawn};
    Candidates candidates = known.candidates();
    const auto report = [&](StageKind kind) {
        if (reports != nullptr) {
            reports->push_back(reportOf(kind, candidates, wish));
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
