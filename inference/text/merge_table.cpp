// SPDX-License-Identifier: MIT
#include "inference/text/merge_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

#include "inference/file/utf8_check.h"
#include "inference/text/byte_alphabet.h"

namespace phidelity {

namespace {

/// Up to this many bytes, looking through all pairs beats keeping them in order (measured: even at
/// about 64).
constexpr std::size_t kShortPiece = 48;
constexpr std::uint32_t kNone = 0xFFFFFFFF;

std::uint64_t pairOf(TokenId left, TokenId right) {
    return (static_cast<std::uint64_t>(left) << 32) | right;
}

} // namespace

Result<MergeTable>
MergeTable::create(const Vocabulary& vocabulary,
                   const std::vector<std::pair<std::string, std::string>>& merges) {
    if (merges.size() >= kNoRank) {
        return fail(ErrorCode::BadTokenizer, "too many merges: " + std::to_string(merges.size()));
    }
    MergeTable table;
    table.m_results.reserve(merges.size());
    table.m_slots.assign(std::bit_ceil(2 * merges.size() + 1), Merge{0, kNoRank, 0});
    for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [leftText, rightText] = merges[rank];
        const auto missing = [&](const std::string& what) {
            return fail(ErrorCode::BadTokenizer,
                        "merge " + std::to_string(rank) + " (" + forMessage(leftText) + " " +
                            forMessage(rightText) + "): " + what + " is not in the vocabulary");
        };
        const std::optional<std::string> leftBytes = bytesFromAlphabet(leftText);
        const std::optional<std::string> rightBytes = bytesFromAlphabet(rightText);
        const std::optional<TokenId> left = leftBytes ? vocabulary.piece(*leftBytes) : std::nullopt;
        if (!left) {
            return missing("the left part");
        }
        const std::optional<TokenId> right =
            rightBytes ? vocabulary.piece(*rightBytes) : std::nullopt;
        if (!right) {
            return missing("the right part");
        }
        const std::optional<TokenId> result = vocabulary.piece(*leftBytes + *rightBytes);
        if (!result) {
            return missing("the result");
        }
        table.m_results.push_back(*result);
        const std::uint64_t pair = pairOf(*left, *right);
        Merge& slot = table.m_slots[table.slotOf(pair)];
        if (slot.rank == kNoRank) {
            slot = {pair, rank, *result};
        }
    }
    return table;
}

std::size_t MergeTable::slotOf(std::uint64_t pair) const {
    const std::size_t mask = m_slots.size() - 1;
    const std::uint64_t hash = pair * 0x9E3779B97F4A7C15ULL;
    std::size_t slot = (hash >> 32) & mask;
    while (m_slots[slot].rank != kNoRank && m_slots[slot].pair != pair) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

const MergeTable::Merge& MergeTable::find(TokenId left, TokenId right) const {
    return m_slots[slotOf(pairOf(left, right))];
}

void MergeTable::encodePiece(const Vocabulary& vocabulary, std::string_view piece, Scratch& scratch,
                             std::vector<TokenId>& ids) const {
    if (piece.size() <= kShortPiece) {
        encodeShort(vocabulary, piece, ids);
    } else {
        encodeLong(vocabulary, piece, scratch, ids);
    }
}

void MergeTable::encodeShort(const Vocabulary& vocabulary, std::string_view piece,
                             std::vector<TokenId>& ids) const {
    std::array<TokenId, kShortPiece> symbols;
    std::array<Merge, kShortPiece> pairs; // pairs[i] is the merge of symbols i and i + 1
    std::size_t count = piece.size();
    for (std::size_t index = 0; index < count; ++index) {
        symbols[index] = vocabulary.byteToken(static_cast<std::uint8_t>(piece[index]));
    }
    for (std::size_t index = 0; index + 1 < count; ++index) {
        pairs[index] = find(symbols[index], symbols[index + 1]);
    }
    while (count > 1) {
        const auto lastPair = pairs.begin() + static_cast<std::ptrdiff_t>(count - 1);
        const auto best =
            std::min_element(pairs.begin(), lastPair,
                             [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
        if (best->rank == kNoRank) {
            break;
        }
        const auto at = static_cast<std::size_t>(best - pairs.begin());
        symbols[at] = best->result;
        std::move(symbols.begin() + static_cast<std::ptrdiff_t>(at + 2),
                  symbols.begin() + static_cast<std::ptrdiff_t>(count),
                  symbols.begin() + static_cast<std::ptrdiff_t>(at + 1));
        std::move(best + 1, lastPair, best);
        --count;
        if (at > 0) {
            pairs[at - 1] = find(symbols[at - 1], symbols[at]);
        }
        if (at + 1 < count) {
            pairs[at] = find(symbols[at], symbols[at + 1]);
        }
    }
    ids.insert(ids.end(), symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(count));
}

void MergeTable::encodeLong(const Vocabulary& vocabulary, std::string_view piece, Scratch& scratch,
                            std::vector<TokenId>& ids) const {
    auto& symbols = scratch.symbols;
    auto& queue = scratch.queue;
    const auto count = static_cast<std::uint32_t>(piece.size());
    symbols.resize(count);
    queue.clear();
    for (std::uint32_t index = 0; index < count; ++index) {
        symbols[index] = {vocabulary.byteToken(static_cast<std::uint8_t>(piece[index])), kNoRank,
                          index == 0 ? kNone : index - 1, index + 1 == count ? kNone : index + 1};
    }
    const auto rankPair = [&](std::uint32_t left) {
        Scratch::Symbol& symbol = symbols[left];
        symbol.rank =
            symbol.next == kNone ? kNoRank : find(symbol.id, symbols[symbol.next].id).rank;
        if (symbol.rank == kNoRank) {
            return false;
        }
        queue.push_back((static_cast<std::uint64_t>(symbol.rank) << 32) | left);
        return true;
    };
    for (std::uint32_t index = 0; index < count; ++index) {
        rankPair(index);
    }
    std::make_heap(queue.begin(), queue.end(), std::greater<>());
    while (!queue.empty()) {
        std::pop_heap(queue.begin(), queue.end(), std::greater<>());
        const std::uint64_t entry = queue.back();
        queue.pop_back();
        const auto left = static_cast<std::uint32_t>(entry);
        Scratch::Symbol& symbol = symbols[left];
        // A pair has one rank, and symbols only grow: an entry is current if the rank still is.
        if (symbol.rank != entry >> 32) {
            continue;
        }
        const Scratch::Symbol& right = symbols[symbol.next];
        symbol.id = m_results[symbol.rank];
        symbols[symbol.next].rank = kNoRank;
        symbol.next = right.next;
        if (symbol.next != kNone) {
            symbols[symbol.next].previous = left;
        }
        for (const std::uint32_t changed : {left, symbol.previous}) {
            if (changed != kNone && rankPair(changed)) {
                std::push_heap(queue.begin(), queue.end(), std::greater<>());
            }
        }
    }
    for (std::uint32_t index = 0; index != kNone; index = symbols[index].next) {
        ids.push_back(symbols[index].id);
    }
}

} // namespace phidelity
