// SPDX-License-Identifier: MIT
#include "inference/text/tokenizer.h"

#include <algorithm>
#include <utility>

#include "inference/text/added_tokens.h"
#include "inference/text/merge_table.h"
#include "inference/text/pre_tokenizer.h"
#include "inference/text/utf8.h"
#include "inference/text/utf8_stream.h"
#include "inference/text/vocabulary.h"

namespace phidelity {

namespace {

constexpr std::size_t kMaxPiece = std::size_t{1} << 30; ///< positions within a piece are 32-bit

std::vector<TokenId> idsOfUse(const Vocabulary& vocabulary, TokenUse use) {
    std::vector<TokenId> ids;
    for (TokenId id = 0; id < vocabulary.count(); ++id) {
        if (vocabulary.use(id) == use) {
            ids.push_back(id);
        }
    }
    return ids;
}

std::vector<TokenId> together(std::vector<TokenId> ids, const std::vector<TokenId>& more) {
    ids.insert(ids.end(), more.begin(), more.end());
    return ids;
}

class BytePairTokenizer final : public Tokenizer {
public:
    BytePairTokenizer(Vocabulary vocabulary, MergeTable merges, TokenId endOfText)
        : m_vocabulary(std::move(vocabulary)), m_merges(std::move(merges)), m_endOfText(endOfText),
          m_literals(m_vocabulary, idsOfUse(m_vocabulary, TokenUse::Literal)),
          m_literalsAndControls(m_vocabulary, together(idsOfUse(m_vocabulary, TokenUse::Literal),
                                                       idsOfUse(m_vocabulary, TokenUse::Control))),
          m_whole(wholePieces()) {
        m_size = static_cast<std::uint32_t>(m_vocabulary.count());
        while (m_vocabulary.use(m_size - 1) == TokenUse::Filler) {
            --m_size; // ends at a byte token at the latest
        }
    }

    [[nodiscard]] std::vector<TokenId> encode(std::string_view text,
                                              SpecialTokens special) const override {
        if (validUtf8Prefix(text) != text.size()) {
            return encode(sanitizeUtf8(text), special);
        }
        const AddedTokens& added =
            special == SpecialTokens::Parse ? m_literalsAndControls : m_literals;
        std::vector<TokenId> ids;
        ids.reserve(text.size() / 3 + 1); // English has about 4 bytes a token, code 3
        MergeTable::Scratch scratch;
        for (std::size_t position = 0; position < text.size();) {
            const AddedTokens::Match match = added.next(text, position);
            encodeFragment(text.substr(position, match.begin - position), scratch, ids);
            if (match.length > 0) {
                ids.push_back(match.id);
            }
            position = match.begin + match.length;
        }
        return ids;
    }

    [[nodiscard]] std::string_view bytes(TokenId id) const override {
        return isControl(id) ? std::string_view() : label(id);
    }

    [[nodiscard]] std::string decode(std::span<const TokenId> ids) const override {
        std::string text;
        for (const TokenId id : ids) {
            text.append(bytes(id));
        }
        return validUtf8Prefix(text) == text.size() ? text : sanitizeUtf8(text);
    }

    [[nodiscard]] std::string_view label(TokenId id) const override {
        return id < m_vocabulary.count() ? m_vocabulary.label(id) : std::string_view();
    }

    [[nodiscard]] std::uint32_t size() const override { return m_size; }
    [[nodiscard]] TokenId endOfText() const override { return m_endOfText; }
    [[nodiscard]] bool isControl(TokenId id) const override {
        return id < m_vocabulary.count() && m_vocabulary.use(id) == TokenUse::Control;
    }

private:
    /// Most pieces of a text are one token. Those that merging would give anyway need not be
    /// merged.
    [[nodiscard]] StringIndex wholePieces() const {
        StringIndex whole(m_vocabulary.count());
        MergeTable::Scratch scratch;
        std::vector<TokenId> ids;
        for (TokenId id = 0; id < m_vocabulary.count(); ++id) {
            if (m_vocabulary.use(id) != TokenUse::Piece) {
                continue;
            }
            ids.clear();
            m_merges.encodePiece(m_vocabulary, m_vocabulary.label(id), scratch, ids);
            if (ids.size() == 1) {
                whole.insert(m_vocabulary.label(id), ids[0]);
            }
        }
        return whole;
    }

    void encodeFragment(std::string_view text, MergeTable::Scratch& scratch,
                        std::vector<TokenId>& ids) const {
        while (!text.empty()) {
            const std::string_view piece = text.substr(0, std::min(nextPiece(text), kMaxPiece));
            text.remove_prefix(piece.size());
            if (const std::optional<TokenId> id = m_whole.find(piece)) {
                ids.push_back(*id);
            } else {
                m_merges.encodePiece(m_vocabulary, piece, scratch, ids);
            }
        }
    }

    const Vocabulary m_vocabulary;
    const MergeTable m_merges;
    const TokenId m_endOfText;
    const AddedTokens m_literals;
    const AddedTokens m_literalsAndControls;
    const StringIndex m_whole; ///< pieces that become one token
    std::uint32_t m_size = 0;
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> Tokenizer::create(const TokenizerData& data) {
    PHIDELITY_TRY(Vocabulary vocabulary, Vocabulary::create(data));
    PHIDELITY_TRY(MergeTable merges, MergeTable::create(vocabulary, data.merges));
    return std::make_shared<const BytePairTokenizer>(std::move(vocabulary), std::move(merges),
                                                     data.endOfText);
}

} // namespace phidelity
