// SPDX-License-Identifier: MIT
#include "obvious_chain.h"

#include <algorithm>
#include <cmath>

namespace phidelity::test {

namespace {

std::span<const TokenId> lastOf(std::span<const TokenId> history, std::int32_t window) {
    return window < 0 || std::size_t(window) > history.size() ? history
                                                              : history.last(std::size_t(window));
}

Entries sorted(Entries entries) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.logit > b.logit; });
    return entries;
}

Entries byId(Entries entries) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.id < b.id; });
    return entries;
}

} // namespace

std::map<TokenId, double> probabilities(const Entries& entries) {
    double top = -INFINITY;
    for (const Entry& entry : entries) {
        top = std::max(top, entry.logit);
    }
    double sum = 0;
    for (const Entry& entry : entries) {
        sum += std::exp(entry.logit - top);
    }
    std::map<TokenId, double> result;
    for (const Entry& entry : entries) {
        result[entry.id] = std::exp(entry.logit - top) / sum;
    }
    return result;
}

std::map<TokenId, std::uint32_t> obviousRepeats(std::span<const TokenId> window,
                                                const std::vector<bool>& breakers) {
    const auto isBreaker = [&](TokenId id) { return id < breakers.size() && breakers[id]; };
    std::map<TokenId, std::uint32_t> longest;
    for (std::size_t next = 1; next < window.size(); ++next) {
        std::uint32_t length = 0;
        while (length < next && window[next - 1 - length] == window[window.size() - 1 - length] &&
               !isBreaker(window[window.size() - 1 - length])) {
            ++length;
        }
        if (!isBreaker(window[next])) {
            longest[window[next]] = std::max(longest[window[next]], length);
        }
    }
    return longest;
}

Entries obviousStage(StageKind kind, const SamplerSettings& s, Entries entries,
                     std::span<const TokenId> history, const std::vector<bool>& breakers,
                     std::uint64_t drawn) {
    auto p = probabilities(entries);
    Entries left;
    switch (kind) {
    case StageKind::LogitBias:
        for (Entry& entry : entries) {
            for (const auto& [id, bias] : s.logitBias) {
                entry.logit += id == entry.id ? double(bias) : 0.0;
            }
        }
        return entries;
    case StageKind::Penalties:
        for (Entry& entry : entries) {
            const auto window = lastOf(history, s.penaltyWindow);
            const auto count = double(std::count(window.begin(), window.end(), entry.id));
            if (count > 0) {
                entry.logit *=
                    entry.logit > 0 ? 1 / double(s.repeatPenalty) : double(s.repeatPenalty);
                entry.logit -= count * double(s.frequencyPenalty) + double(s.presencePenalty);
            }
        }
        return entries;
    case StageKind::Dry: {
        const auto repeats = obviousRepeats(lastOf(history, s.dryWindow), breakers);
        for (Entry& entry : entries) {
            const auto found = repeats.find(entry.id);
            if (found != repeats.end() && int(found->second) >= s.dryAllowedLength) {
                entry.logit -= double(s.dryMultiplier) *
                               std::pow(double(s.dryBase), int(found->second) - s.dryAllowedLength);
            }
        }
        return entries;
    }
    case StageKind::TopNSigma: {
        double mean = 0;
        double square = 0;
        double top = -INFINITY;
        for (const Entry& entry : entries) {
            mean += entry.logit / double(entries.size());
            top = std::max(top, entry.logit);
        }
        for (const Entry& entry : entries) {
            square += (entry.logit - mean) * (entry.logit - mean) / double(entries.size());
        }
        for (const Entry& entry : entries) {
            if (entry.logit >= top - double(s.topNSigma) * std::sqrt(square)) {
                left.push_back(entry);
            }
        }
        return left;
    }
    case StageKind::TopK:
        left = sorted(entries);
        left.resize(std::min(left.size(), std::size_t(s.topK)));
        return byId(left);
    case StageKind::Typical: {
        double entropy = 0;
        for (const auto& [id, probability] : p) {
            entropy -= probability * std::log(probability);
        }
        std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
            return std::abs(-std::log(p[a.id]) - entropy) < std::abs(-std::log(p[b.id]) - entropy);
        });
        double sum = 0;
        for (const Entry& entry : entries) {
            left.push_back(entry);
            sum += p[entry.id];
            if (sum > double(s.typicalP)) {
                break;
            }
        }
        return byId(left);
    }
    case StageKind::TopP: {
        double sum = 0;
        for (const Entry& entry : sorted(entries)) {
            left.push_back(entry);
            sum += p[entry.id];
            if (sum >= double(s.topP)) {
                break;
            }
        }
        return byId(left);
    }
    case StageKind::MinP: {
        double most = 0;
        for (const auto& [id, probability] : p) {
            most = std::max(most, probability);
        }
        for (const Entry& entry : entries) {
            if (p[entry.id] >= double(s.minP) * most) {
                left.push_back(entry);
            }
        }
        return left;
    }
    case StageKind::Xtc: {
        if (counterUniform(s.seed, drawn, 1) >= double(s.xtcProbability)) {
            return entries;
        }
        const Entries order = sorted(entries);
        std::size_t tops = 0;
        while (tops < order.size() && p[order[tops].id] >= double(s.xtcThreshold)) {
            ++tops;
        }
        return tops < 2 ? entries
                        : byId(Entries(order.begin() + std::ptrdiff_t(tops) - 1, order.end()));
    }
    case StageKind::Temperature:
        for (Entry& entry : entries) {
            entry.logit /= double(s.temperature);
        }
        return entries;
    case StageKind::MirostatV2:
    case StageKind::Greedy:
        break;
    }
    return entries;
}

} // namespace phidelity::test
