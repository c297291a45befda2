// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "inference/text/token_id.h"

namespace phidelity {

/// Indices of the `count` largest keys, descending, ties by lower index; all if there are fewer. No
/// key is NaN. O(n) plus sorting of the result.
[[nodiscard]] std::vector<std::uint32_t> largestIndices(std::span<const float> keys,
                                                        std::size_t count);

/// Walks the keys in descending order, ties by lower index, and sorts no more of them than are
/// looked at: `more(index)` is called for each until it returns false. Returns the indices walked,
/// that last one included.
std::vector<std::uint32_t> walkDescending(std::span<const float> keys,
                                          const std::function<bool(std::uint32_t)>& more);

/// The tokens that a chain has left, always in the order of their ids, with their logits as changed
/// so far. A logit of -infinity is a banned token.
class Candidates {
public:
    /// All ids below logits.size().
    explicit Candidates(std::span<const float> logits);
    /// Some ids, ascending, with their logits.
    Candidates(std::vector<TokenId> ids, std::vector<float> logits);

    [[nodiscard]] std::size_t count() const { return m_logits.size(); }
    [[nodiscard]] std::span<const float> logits() const { return m_logits; }
    [[nodiscard]] std::span<float> logits() { return m_logits; }
    [[nodiscard]] TokenId id(std::size_t index) const {
        return m_complete ? static_cast<TokenId>(index) : m_ids[index];
    }
    /// Where an id is, if it is left. O(log n).
    [[nodiscard]] std::optional<std::size_t> find(TokenId id) const;

    /// Keeps these, given in any order, each once.
    void keep(std::vector<std::uint32_t> indices);

    /// Keeps those for which `wanted(logit)` holds.
    template <class Predicate>
    void keepIf(Predicate wanted) {
        std::vector<std::uint32_t> indices;
        for (std::size_t index = 0; index < count(); ++index) {
            if (wanted(m_logits[index])) {
                indices.push_back(static_cast<std::uint32_t>(index));
            }
        }
        if (indices.size() < count()) {
            keepSorted(indices);
        }
    }

    /// Index of the largest logit, ties by lower id.
    [[nodiscard]] std::size_t best() const;

    /// The `most` likely ids with probabilities, descending; without banned tokens.
    [[nodiscard]] std::vector<std::pair<TokenId, float>> distribution(std::size_t most) const;
    /// Of each id; nothing where it is not left or banned.
    [[nodiscard]] std::vector<std::optional<float>>
    probabilities(std::span<const TokenId> ids) const;

private:
    void keepSorted(const std::vector<std::uint32_t>& indices);

    std::vector<float> m_logits;
    std::vector<TokenId> m_ids; ///< ascending; empty while complete
    bool m_complete = true;     ///< index is id
};

} // namespace phidelity
