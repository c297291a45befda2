// SPDX-License-Identifier: MIT
#include "inference/sample/raw_distribution.h"

#include <algorithm>
#include <cmath>

#include "inference/sample/candidates.h"
#include "inference/sample/exp_sum.h"

namespace phidelity {

RawDistribution::RawDistribution(std::span<const float> logits, std::uint32_t vocabulary)
    : m_known(logits.first(vocabulary)), m_padding(logits.subspan(vocabulary)),
      m_best(largestOf(m_known)), m_top(m_best) {
    for (const float logit : m_padding) {
        m_top = std::isfinite(logit) ? std::max(m_top, logit) : m_top;
    }
    m_sum = expSum(m_known, m_top);
    for (const float logit : m_padding) {
        m_sum += static_cast<double>(expOfNegative(logit - m_top));
    }
    m_logTotal = static_cast<double>(m_top) + std::log(m_sum);
}

TokenId RawDistribution::best() const {
    const auto found = std::find(m_known.begin(), m_known.end(), m_best);
    return static_cast<TokenId>(found - m_known.begin());
}

float RawDistribution::logprob(TokenId id) const {
    return static_cast<float>(static_cast<double>(m_known[id]) - m_logTotal);
}

std::vector<Candidate> RawDistribution::mostLikely(std::uint32_t count) const {
    std::vector<Candidate> top;
    for (const std::uint32_t id : largestIndices(m_known, count)) {
        top.push_back({id, m_known[id], logprob(id)});
    }
    return top;
}

std::uint32_t RawDistribution::rank(TokenId id) const {
    const float own = m_known[id];
    std::uint32_t before = 0;
    for (TokenId other = 0; other < id; ++other) {
        before += m_known[other] >= own ? 1U : 0U;
    }
    for (std::size_t other = id + std::size_t{1}; other < m_known.size(); ++other) {
        before += m_known[other] > own ? 1U : 0U;
    }
    return before;
}

float RawDistribution::entropy() const {
    double weighted = expWeightedSum(m_known, m_top);
    for (const float logit : m_padding) {
        weighted += expWeightedSum(std::span(&logit, 1), m_top);
    }
    // -sum p ln p with ln p = (z - top) - ln sum.
    return static_cast<float>(std::log(m_sum) - weighted / m_sum);
}

} // namespace phidelity
