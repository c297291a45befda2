// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inference/text/token_id.h"

namespace phidelity {

/// Guesses tokens to come from what the text says already: where the last few tokens stood before,
/// what followed them there (A. Saxena, "Prompt Lookup Decoding", 2023). Where guesses come true
/// it guesses further ahead, where they fail less far, and in the end only after long repetitions.
class DraftByLookup {
public:
    /// Guesses at most `most` tokens at a time; 0: none ever.
    explicit DraftByLookup(std::size_t most);

    /// What may follow `history`, at most `room` tokens. Empty without a guess. Microseconds:
    /// linear in the length of history.
    [[nodiscard]] std::vector<TokenId> guess(std::span<const TokenId> history,
                                             std::size_t room) const;
    /// Tells how many tokens of a guess came true.
    void learn(std::size_t guessed, std::size_t true_);

private:
    std::size_t m_most;
    std::size_t m_ahead;    ///< tokens to guess next time
    std::size_t m_shortest; ///< tokens that must stand before a guess
};

} // namespace phidelity
