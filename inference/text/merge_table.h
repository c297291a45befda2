// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/result.h"
#include "inference/text/token_id.h"
#include "inference/text/vocabulary.h"

namespace phidelity {

/// The merges of byte pair encoding: which pair of neighbours becomes which token, and which pair
/// first.
class MergeTable {
public:
    /// Errors: BadTokenizer if a part or the result of a merge is no piece of the vocabulary. Of
    /// equal merges the first counts.
    static Result<MergeTable>
    create(const Vocabulary& vocabulary,
           const std::vector<std::pair<std::string, std::string>>& merges);

    /// Memory that merging needs; reused from piece to piece.
    class Scratch {
        friend class MergeTable;
        struct Symbol {
            TokenId id;
            std::uint32_t rank; ///< of the pair that begins here
            std::uint32_t previous;
            std::uint32_t next;
        };
        std::vector<Symbol> symbols;
        std::vector<std::uint64_t>
            queue; ///< heap of rank * 2^32 + position, least first; may be stale
    };

    /// Appends the tokens of one piece (not empty, below 2^31 bytes): single bytes, then always the
    /// pair of least rank, of those the leftmost, until no pair is left. O(n log n).
    void encodePiece(const Vocabulary& vocabulary, std::string_view piece, Scratch& scratch,
                     std::vector<TokenId>& ids) const;

private:
    struct Merge {
        std::uint64_t pair; ///< left * 2^32 + right
        std::uint32_t rank; ///< kNoRank: an empty slot
        TokenId result;
    };
    static constexpr std::uint32_t kNoRank = 0xFFFFFFFF;

    MergeTable() = default;
    [[nodiscard]] std::size_t slotOf(std::uint64_t pair) const;
    [[nodiscard]] const Merge& find(TokenId left, TokenId right) const;
    void encodeShort(const Vocabulary& vocabulary, std::string_view piece,
                     std::vector<TokenId>& ids) const;
    void encodeLong(const Vocabulary& vocabulary, std::string_view piece, Scratch& scratch,
                    std::vector<TokenId>& ids) const;

    std::vector<TokenId> m_results; ///< by rank
    std::vector<Merge> m_slots;     ///< open addressing; a power of two, at most half full
};

} // namespace phidelity
