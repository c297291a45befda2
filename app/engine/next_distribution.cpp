// SPDX-License-Identifier: MIT
#include "engine/next_distribution.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "engine/error_text.h"
#include "engine/sampler_settings.h"
#include "inference/sample/candidates.h"
#include "inference/sample/raw_distribution.h"
#include "inference/sample/sampler.h"

namespace phidelity {

namespace {

QString nameOf(StageKind kind) {
    const std::string_view name = stageName(kind);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

bool strikesByChance(const SamplerSettings& settings) {
    const bool named = std::ranges::find(settings.order, StageKind::Xtc) != settings.order.end();
    return named && !settings.mirostat && settings.xtcProbability > 0 &&
           settings.xtcProbability < 1 && settings.xtcThreshold <= 0.5F;
}

/// A stage with what it left: probabilities of watched tokens, nothing where they are gone.
struct Stage {
    StageKind kind;
    std::size_t count = 0;
    std::vector<std::optional<double>> watched;
    QList<ShownToken> top; ///< without labels
};

using Watched = std::vector<TokenId>;

void addMissing(Watched& watched, const std::vector<StageReport>& reports) {
    std::vector<TokenId> sorted = watched;
    std::ranges::sort(sorted);
    std::vector<TokenId> found;
    for (const StageReport& report : reports) {
        for (const auto& [id, probability] : report.left) {
            if (!std::ranges::binary_search(sorted, id)) {
                found.push_back(id);
            }
        }
    }
    std::ranges::sort(found);
    const auto rest = std::ranges::unique(found);
    found.erase(rest.begin(), rest.end());
    watched.insert(watched.end(), found.begin(), found.end());
}

std::vector<Stage> plain(const std::vector<StageReport>& reports) {
    std::vector<Stage> stages;
    for (const StageReport& report : reports) {
        Stage stage{report.kind, report.count, {}, {}};
        stage.watched.assign(report.watched.begin(), report.watched.end());
        for (const auto& [id, probability] : report.left) {
            stage.top.append({id, {}, static_cast<double>(probability)});
        }
        stages.push_back(std::move(stage));
    }
    return stages;
}

/// `share` of the outcomes are those of `struck`, the rest those of `spared`, which lacks the stage
/// XTC. A token is left that is left in one of them.
std::vector<Stage> mixed(double share, const std::vector<Stage>& struck,
                         const std::vector<Stage>& spared, const Stage& model) {
    std::vector<Stage> stages;
    std::size_t other = 0; // how many stages of `spared` come before
    for (const Stage& one : struck) {
        other += one.kind == StageKind::Xtc ? 0 : 1;
        const Stage& twin = other == 0 ? model : spared[other - 1];
        Stage stage{one.kind, std::max(one.count, twin.count), {}, {}};
        for (std::size_t i = 0; i < one.watched.size(); ++i) {
            const auto& a = one.watched[i];
            const auto& b = twin.watched[i];
            stage.watched.push_back(
                a || b ? std::optional(share * a.value_or(0) + (1 - share) * b.value_or(0))
                       : std::nullopt);
        }
        stages.push_back(std::move(stage));
    }
    return stages;
}

/// The most likely of the watched tokens.
void takeTop(Stage& stage, const Watched& watched, std::size_t shown) {
    for (std::size_t i = 0; i < watched.size(); ++i) {
        if (stage.watched[i]) {
            stage.top.append({watched[i], {}, *stage.watched[i]});
        }
    }
    std::ranges::sort(stage.top, [](const ShownToken& a, const ShownToken& b) {
        return a.probability != b.probability ? a.probability > b.probability : a.id < b.id;
    });
    stage.top.resize(std::min(stage.top.size(), static_cast<qsizetype>(shown)));
}

} // namespace

struct NextDistribution::State {
    std::shared_ptr<const NextTokenLogits> next;
    std::optional<RawDistribution> raw;
    std::vector<std::string> breakers; ///< of `breakerTokens`
    std::vector<bool> breakerTokens;

    [[nodiscard]] std::uint32_t vocabulary() const {
        return static_cast<std::uint32_t>(next->texts->labels.size());
    }

    [[nodiscard]] QString label(TokenId id) const { return next->texts->labels.value(id); }

    /// Costs a look at every token's text: remembered.
    const std::vector<bool>& breakersOf(const SamplerSettings& settings) {
        if (breakers != settings.dryBreakers || breakerTokens.empty()) {
            breakers = settings.dryBreakers;
            breakerTokens.assign(vocabulary(), false);
            for (std::uint32_t id = 0; id < vocabulary(); ++id) {
                const QByteArray& bytes = next->texts->bytes.at(id);
                const std::string_view text(bytes.data(), static_cast<std::size_t>(bytes.size()));
                breakerTokens[id] = containsBreaker(text, breakers);
            }
        }
        return breakerTokens;
    }

    Result<std::vector<StageReport>> run(const SamplerSettings& settings, const ReportWish& wish) {
        const Sampler sampler(settings, vocabulary(),
                              settings.dryMultiplier == 0.0F ? std::vector<bool>()
                                                             : breakersOf(settings));
        SamplerState state;
        std::vector<StageReport> reports;
        PHIDELITY_TRY(const Draw ignored,
                      sampler.draw(next->logits, next->history, state, 0, &reports, wish));
        static_cast<void>(ignored);
        return reports;
    }

    /// The model's own distribution as a stage.
    [[nodiscard]] Stage modelStage(const Watched& watched, std::size_t shown) const {
        Stage stage{StageKind::LogitBias, vocabulary(), {}, {}};
        for (const TokenId id : watched) {
            stage.watched.emplace_back(std::exp(static_cast<double>(raw->logprob(id))));
        }
        takeTop(stage, watched, shown);
        return stage;
    }

    /// XTC's outcomes by their share. Which tokens are the most likely behind a stage is known when
    /// both are there: what the stages left is kept so long; `watched` grows by them.
    Result<std::vector<Stage>> bothOutcomes(const SamplerSettings& settings, std::size_t shown,
                                            Watched& watched) {
        SamplerSettings struck = settings;
        SamplerSettings spared = settings;
        struck.xtcProbability = 1;
        spared.xtcProbability = 0;
        PHIDELITY_TRY(auto one, run(struck, {shown, {}, true}));
        PHIDELITY_TRY(auto other, run(spared, {shown, {}, true}));
        addMissing(watched, one);
        addMissing(watched, other);
        for (std::vector<StageReport>* outcome : {&one, &other}) {
            for (StageReport& report : *outcome) {
                report.watched = report.candidates->probabilities(watched);
                report.left.clear(); // told anew of both together
            }
        }
        std::vector<Stage> stages = mixed(static_cast<double>(settings.xtcProbability), plain(one),
                                          plain(other), modelStage(watched, 0));
        for (Stage& stage : stages) {
            takeTop(stage, watched, shown);
        }
        return stages;
    }
};

NextDistribution::NextDistribution() : m_state(std::make_unique<State>()) {}
NextDistribution::~NextDistribution() = default;

void NextDistribution::set(std::shared_ptr<const NextTokenLogits> next) {
    m_state->raw.reset();
    const bool sameTexts = next && m_state->next && next->texts == m_state->next->texts;
    m_state->next = std::move(next);
    if (!sameTexts) {
        m_state->breakerTokens.clear();
    }
    if (m_state->next) {
        m_state->raw.emplace(m_state->next->logits, m_state->vocabulary());
    }
}

bool NextDistribution::isSet() const {
    return m_state->next != nullptr;
}

StageDistributions NextDistribution::evaluate(const GenerationSettings& settings, int shown) {
    StageDistributions result;
    if (!isSet()) {
        return result;
    }
    const auto wanted = static_cast<std::size_t>(std::max(1, shown));
    const auto refuse = [&](const Error& error) {
        result.problem = describeError(error) + u' ' + errorDetail(error);
        return result;
    };
    const auto sampler = toSamplerSettings(settings, 0);
    if (!sampler) {
        return refuse(sampler.error());
    }
    Watched watched;
    for (const Candidate& one : m_state->raw->mostLikely(static_cast<std::uint32_t>(wanted))) {
        watched.push_back(one.id);
    }
    const std::size_t ofModel = watched.size();

    std::vector<Stage> stages;
    if (strikesByChance(*sampler)) {
        auto both = m_state->bothOutcomes(*sampler, wanted, watched);
        if (!both) {
            return refuse(both.error());
        }
        stages = std::move(*both);
    } else {
        const auto reports = m_state->run(*sampler, {wanted, watched});
        if (!reports) {
            return refuse(reports.error());
        }
        stages = plain(*reports);
    }
    const Stage model = m_state->modelStage(watched, wanted);
    stages.insert(stages.begin(), model);

    for (std::size_t index = 0; index < stages.size(); ++index) {
        const Stage& stage = stages[index];
        StageDistribution shownStage{index == 0 ? QStringLiteral("model") : nameOf(stage.kind),
                                     static_cast<int>(stage.count), stage.top};
        for (ShownToken& token : shownStage.top) {
            token.text = m_state->label(token.id);
        }
        result.stages.append(std::move(shownStage));
    }
    for (std::size_t i = 0; i < ofModel; ++i) {
        TokenFate fate;
        fate.id = watched[i];
        fate.text = m_state->label(watched[i]);
        fate.before = *model.watched[i];
        for (std::size_t index = 0; index < stages.size(); ++index) {
            const auto& probability = stages[index].watched[i];
            if (!probability && fate.removedBy.isEmpty()) {
                fate.removedBy = nameOf(stages[index].kind);
            }
            fate.perStage.append(probability.value_or(0));
        }
        fate.after = fate.perStage.last();
        result.tokens.append(std::move(fate));
    }
    return result;
}

} // namespace phidelity
