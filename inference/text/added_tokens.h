// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "inference/text/token_id.h"
#include "inference/text/vocabulary.h"

namespace phidelity {

/// Finds added tokens in raw text, leftmost first, of those the longest (PHI-2 reference
/// section 5.4). Keeps ids and a pointer: the vocabulary must outlive it.
class AddedTokens {
public:
    /// Matches the labels of `ids`; of equal labels the lower id. Labels that are empty or not
    /// UTF-8 never match.
    AddedTokens(const Vocabulary& vocabulary, std::vector<TokenId> ids);

    struct Match {
        std::size_t begin; ///< text.size(): none
        std::size_t length;
        TokenId id;
    };
    /// The first match at or after `from`. Linear in the way to it, times the longest label that
    /// begins there.
    [[nodiscard]] Match next(std::string_view text, std::size_t from) const;

private:
    [[nodiscard]] Match longestAt(std::string_view text, std::size_t begin) const;

    const Vocabulary* m_vocabulary;
    std::vector<TokenId> m_sorted;   ///< by label
    std::array<bool, 256> m_first{}; ///< bytes with which a label begins
};

} // namespace phidelity
