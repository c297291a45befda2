// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/sample/sampler.h"
#include "inference/text/token_id.h"

namespace phidelity {

/// The distribution of the next token as the model gave it: softmax of all rows of the head. Rows
/// past the vocabulary are padding: they count where they are numbers, and are no candidates. What
/// it is made of must outlive it. Sums have a fixed order: the same on every machine.
class RawDistribution {
public:
    /// `logits`: (n_vocab), n_vocab >= vocabulary >= 1; below it none is NaN or +infinity and one
    /// is finite. Cost: two reads of the logits, one of them with an exponential.
    RawDistribution(std::span<const float> logits, std::uint32_t vocabulary);

    /// Logits of the vocabulary.
    [[nodiscard]] std::span<const float> logits() const { return m_known; }
    /// The most likely, of equal ones that with the lowest id.
    [[nodiscard]] TokenId best() const;
    /// Natural log of a token's probability; `id` below the vocabulary.
    [[nodiscard]] float logprob(TokenId id) const;
    /// The `count` most likely, descending, ties by lower id.
    [[nodiscard]] std::vector<Candidate> mostLikely(std::uint32_t count) const;
    /// How many tokens are more likely, equal ones with a lower id among them. O(vocabulary).
    [[nodiscard]] std::uint32_t rank(TokenId id) const;
    /// -sum p ln p over all rows, in nats. One more read with an exponential.
    [[nodiscard]] float entropy() const;

private:
    std::span<const float> m_known;
    std::span<const float> m_padding;
    float m_best = 0; ///< the largest logit of the vocabulary
    float m_top = 0;  ///< and of all
    double m_sum = 0; ///< of e^(z - m_top)
    double m_logTotal = 0;
};

} // namespace phidelity
