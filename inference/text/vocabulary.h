// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/file/checkpoint.h"
#include "inference/result.h"
#include "inference/text/string_index.h"
#include "inference/text/token_id.h"

namespace phidelity {

/// What an entry is for.
enum class TokenUse : std::uint8_t {
    Piece,   ///< bytes that merging can produce
    Literal, ///< text that is cut out before merging (the whitespace runs of Phi-2)
    Control, ///< ends or steers; no text of its own
    Filler,  ///< a row without meaning: Unused, `[PADn]` whose n is its own id, or an empty string
    Opaque,  ///< a normal entry with characters outside the byte alphabet: decoded as it stands,
             ///< never matched
};

/// The entries of a tokenizer, checked, as bytes. Immutable.
class Vocabulary {
public:
    /// Errors: BadTokenizer. Entries of use Piece with equal bytes: the lower id is the one that
    /// text becomes.
    static Result<Vocabulary> create(const TokenizerData& data);

    Vocabulary(Vocabulary&&) = default;
    Vocabulary& operator=(Vocabulary&&) = default;
    Vocabulary(const Vocabulary&) = delete;
    Vocabulary& operator=(const Vocabulary&) = delete;

    [[nodiscard]] std::size_t count() const { return m_uses.size(); }
    [[nodiscard]] TokenUse use(TokenId id) const { return m_uses[id]; }
    /// Text of an entry as bytes, control tokens included, fillers empty. `id` < count().
    [[nodiscard]] std::string_view label(TokenId id) const {
        return std::string_view(m_text).substr(m_begins[id], m_begins[id + 1] - m_begins[id]);
    }
    /// The piece with these bytes.
    [[nodiscard]] std::optional<TokenId> piece(std::string_view bytes) const {
        return bytes.empty() ? std::nullopt : m_pieces.find(bytes);
    }
    [[nodiscard]] TokenId byteToken(std::uint8_t byte) const { return m_byteTokens[byte]; }

private:
    Vocabulary() = default;
    Result<void> append(const TokenizerData& data, TokenId id);
    Result<void> indexPieces();

    std::string m_text; ///< all labels in a row
    std::vector<std::uint32_t> m_begins = {0};
    std::vector<TokenUse> m_uses;
    StringIndex m_pieces;
    std::vector<TokenId> m_byteTokens;
};

} // namespace phidelity
